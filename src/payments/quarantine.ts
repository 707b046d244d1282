import type { Clock } from "../runtime/clock.ts";
import { FlowError } from "../runtime/errors.ts";
import type { DecisionRow, MessageRow, RequestRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Acceptor } from "./confirm.ts";
import { withoutCause } from "./hints.ts";
import type { KeyQueue } from "./key-queue.ts";
import { findingId } from "./quarantine-findings.ts";
import type { Session, Sessions } from "./sessions.ts";

/** Who decides, by the name they logged in with or gave, and why in their words; both are kept for the timeline. */
export interface OperatorDecision {
  readonly by: string;
  readonly reason: string;
}

/**
 * What a person decides about held messages: those whose payment contradicts the gateway's reads (`quarantined`) and
 * those that nothing confirmed for 72 hours (`parked`). What is held is listed by the store's `held` and counted by its
 * `health`; quarantined messages are read again by themselves and end as soon as the reads agree.
 */
export interface Quarantine {
  /**
   * Says that the payment is good although the reads do not fit: it is read once more and settled as Completed with
   * reason `accepted`; where the reads fit by now, as any other payment. Ends every held message of the payment.
   * @throws {FlowError} `invalid_input` when the id is not held, name or reason is missing, the message names no payment
   * or no link of ours or the gateway does not call the payment paid; the error of the read when it cannot be asked
   */
  accept(id: string, decision: OperatorDecision): Promise<void>;
  /**
   * Says that the payment starts nothing. Ends every held message of it; the same contradiction is not shown again.
   * @throws {FlowError} `invalid_input` when the id is not held, or name or reason is missing
   */
  dismiss(id: string, decision: OperatorDecision): Promise<void>;
  /** Reads it again now instead of later. @throws {FlowError} `invalid_input` when the id is not held */
  recheck(id: string): Promise<void>;
}

export interface QuarantineOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly confirmer: Acceptor;
  readonly clock: Clock;
  readonly queue: KeyQueue;
  /** Called when something became due. */
  readonly onDue: () => void;
}

/** Longest name and reason that are kept. */
const maxText = 500;

export function createQuarantine(options: QuarantineOptions): Quarantine {
  const { store, sessions, confirmer, clock, queue, onDue } = options;

  async function held(id: string): Promise<MessageRow> {
    const message = await store.messageById(id);
    if (message?.state === "quarantined" || message?.state === "parked") return message;
    throw refused("Nothing of this id is held.", "Look at the list of what is held; it may have ended by itself.");
  }

  /** The link of ours that a held message is about. */
  async function requestOf(message: MessageRow): Promise<RequestRow> {
    const byTag = message.tag === null ? null : await store.requestByTag(message.tag);
    const id = message.paymentRequestId;
    const request = byTag ?? (id === null ? null : await store.requestById(message, id));
    const isOurs = request?.account === message.account && request.environment === message.environment;
    if (request && isOurs && request.paymentRequestId !== null) return request;
    throw refused("This message belongs to no link of this ledger.", "Dismiss it.");
  }

  async function sessionOf(request: RequestRow): Promise<Session> {
    const session = await sessions.ofRow(request);
    if (typeof session !== "string") return session;
    throw refused("The account of this payment is not there, or stands for another merchant now.", "Bring it back.");
  }

  /** Every held message of one payment ends together. */
  async function end(message: MessageRow, state: "done" | "dismissed"): Promise<void> {
    const { paymentId } = message;
    const others = paymentId === null ? [] : await store.heldMessages(message, paymentId);
    for (const one of [message, ...others.filter(({ id }) => id !== message.id)]) {
      const kept = state === "done" ? withoutCause(one) : one;
      await store.saveMessage({ ...kept, state, settledAt: clock.now() });
    }
    if (state === "done" || paymentId === null) return;
    const remembered = { ...message, id: findingId(message, paymentId), source: "poll" as const, state };
    await store.saveMessage({ ...remembered, settledAt: clock.now() });
  }

  async function record(message: MessageRow, action: DecisionRow["action"], decision: OperatorDecision): Promise<void> {
    await store.recordDecision({ at: clock.now(), ...decision, action, subject: message.id, tag: message.tag });
  }

  const inTurn = (id: string, decision: OperatorDecision, work: (checked: OperatorDecision) => Promise<void>) =>
    queue.run(`quarantine ${id}`, async () => work(checkDecision(decision)));

  return {
    accept: (id, decision) =>
      inTurn(id, decision, async (checked) => {
        const message = await held(id);
        const request = await requestOf(message);
        const { paymentId } = message;
        if (paymentId === null) throw refused("This message names no payment.", "Dismiss it.");
        const session = await sessionOf(request);
        if (!(await confirmer.acceptPayment(session, request, paymentId, message.source))) {
          throw refused("Instamojo does not say that this payment is paid.", "Wait until it is, or dismiss it.");
        }
        await record({ ...message, tag: request.tag }, "accept", checked);
        await end(message, "done");
      }),
    dismiss: (id, decision) =>
      inTurn(id, decision, async (checked) => {
        const message = await held(id);
        await record(message, "dismiss", checked);
        await end(message, "dismissed");
      }),
    recheck: (id) =>
      queue.run(`quarantine ${id}`, async () => {
        const message = await held(id);
        // A read that fails must not end a quarantine: it stays one, only its next read is now.
        const state = message.state === "quarantined" ? message.state : "waiting";
        await store.saveMessage({ ...message, nextAt: clock.now(), state });
        onDue();
      }),
  };
}

function checkDecision({ by, reason }: OperatorDecision): OperatorDecision {
  const text = (value: unknown) => (typeof value === "string" ? value.trim().slice(0, maxText) : "");
  const checked = { by: text(by), reason: text(reason) };
  if (checked.by && checked.reason) return checked;
  throw refused("A decision needs a name and a reason.", "Say who decides and why; both are kept.");
}

function refused(message: string, remedy: string): FlowError {
  return new FlowError("invalid_input", message, { remedy });
}
