import type { CollectPaymentInput, CollectPaymentOutput } from "../../schemas/collect-payment.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Host, Taker } from "../runtime/host.ts";
import type { Store } from "../store/store.ts";
import { linkOutput } from "./link-reply.ts";
import type { Links, Run } from "./links.ts";
import type { Takers } from "./takers.ts";
import { plainMessage } from "./wait-message.ts";
import { placeOf, takerOf } from "./wait-routing.ts";

/** A place where runs wait, while the host can go on with them. */
export interface Attendance {
  /** Not there for now, as on a restart: what ends meanwhile waits for the place to come back. */
  pause(): void;
  /** Gone for good: links stay watched, and their events go to event flows from now on. */
  forget(): Promise<void>;
}

/** Runs that wait for the end of their link. */
export interface Waits {
  create(run: Run, input: CollectPaymentInput): Promise<CollectPaymentOutput>;
  /** Goes on with the runs of a place as they end, until told otherwise. Resolves once the place is known durably. */
  attend(place: string): Promise<Attendance>;
  /** Forgets all places but these. */
  forgetOthers(places: readonly string[]): Promise<void>;
  /** The gateway would not close a link whose time is up. */
  staysOpen(tag: string): Promise<void>;
}

export interface WaitsOptions {
  readonly host: Pick<Host, "suspend" | "resume" | "observeWait" | "logger">;
  readonly store: Store;
  readonly takers: Takers;
  readonly links: Pick<Links, "createAwaited">;
  /** Called after a place became attended, or is gone. */
  readonly onPlaces: () => void;
}

/** How many runs of one place go on at once. */
const width = 32;

export function createWaits({ host, store, takers, links, onPlaces }: WaitsOptions): Waits {
  /** Links that are being handed out now; their end is told afterwards. */
  const starting = new Map<string, Promise<void>>();

  /** What of the host must not hold up payments. */
  function tellHost(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      const code = isFlowError(thrown) ? thrown.code : "internal_error";
      host.logger.warn("The host could not take note of a run that waits; the run goes on as stored.", { code });
    }
  }

  async function deliver(place: string, event: PaymentStatusEvent, signal: AbortSignal): Promise<void> {
    const tag = (await store.eventById(event.id))?.tag;
    if (tag !== undefined) await starting.get(tag);
    const wait = tag === undefined ? null : await store.waitByTag(tag);
    if (!wait) return;
    const run = { id: wait.tag, place };
    if (wait.eventId !== event.id || wait.ending === null || wait.ending === "error") {
      tellHost(() => host.observeWait?.({ ...run, kind: "attempt-failed" }));
      return;
    }
    await host.resume?.({ ...run, port: wait.ending, event, message: wait.message }, signal);
  }

  const placeTaker = (place: string): Taker => ({
    id: takerOf(place),
    // Nothing but what is decided for its runs.
    statuses: [],
    width,
    deliver: (event, signal) => deliver(place, event, signal),
  });

  async function attend(place: string): Promise<Attendance> {
    const taker = placeTaker(place);
    await takers.add(taker);
    onPlaces();
    return {
      pause: () => takers.pause(taker),
      forget: () => takers.forget(taker.id).finally(onPlaces),
    };
  }

  return {
    async create(run, input) {
      const { place = run.node, message } = run.wait ?? {};
      const plain = message === undefined ? null : plainMessage(message);
      const takerId = takerOf(place);
      if (!takers.isKnown(takerId)) await attend(place);
      const tags: string[] = [];
      let handedOut = () => {};
      const isHandedOut = new Promise<void>((resolve) => {
        handedOut = resolve;
      });
      try {
        const { startsEventFlows } = input;
        const { request, replayed, isAwaited } = await links.createAwaited(
          run,
          { ...input, allowRepeatedPayments: false },
          {
            takerId,
            startsEventFlows,
            message: plain,
            onTag(tag) {
              tags.push(tag);
              starting.set(tag, isHandedOut);
            },
          },
        );
        if (isAwaited) tellHost(() => host.suspend?.({ id: request.tag, place, message: message ?? {} }));
        return await linkOutput(request, replayed);
      } finally {
        // The caller sends the link on in the same turn; a payment that is faster comes after it.
        setImmediate(() => {
          for (const tag of tags) starting.delete(tag);
          handedOut();
        });
      }
    },
    attend,
    async forgetOthers(places) {
      await takers.forgetOthers(places.map(takerOf), (id) => placeOf(id) !== null);
      onPlaces();
    },
    async staysOpen(tag) {
      const wait = await store.waitByTag(tag);
      const place = wait && placeOf(wait.takerId);
      if (wait?.ending === null && place !== null) {
        tellHost(() => host.observeWait?.({ id: tag, place, kind: "stays-open" }));
      }
    },
  };
}
