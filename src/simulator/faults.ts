/** Which calls a fault is for; everything outside `/__simulator__` can be hit. */
export interface FaultMatch {
  /** `GET`, `POST`…; any when left out. */
  method?: string;
  /** Path, with `*` for any text: `/v2/payments/*` + `/refund/`. Any when left out. */
  path?: string;
  /** How many calls it hits before it is used up; 1 unless given, 0 for no end. */
  count?: number;
  /** Real milliseconds to wait before the answer (or the reset) is sent. */
  delayMs?: number;
}

/**
 * A fault of one call. The call is applied before the fault shows, unless said otherwise.
 *
 * - `delay`: the answer comes `delayMs` late.
 * - `status`: another answer, `status` with `body` (text as it is, anything else as JSON; padded with spaces to `bytes`
 *   when given) and `headers`. Nothing is applied unless `isApplied` is true.
 * - `reset`: the connection is reset without an answer. `isApplied: false` resets it before anything is done.
 * - `silent`: the connection stays open without an answer. `isApplied: false` does nothing with the call.
 * - `cut`: the answer breaks off after `bytes` bytes (half of it when left out).
 * - `drip`: the answer comes in pieces of `bytes` bytes, `delayMs` apart.
 * - `late`: no answer, and the call is applied `applySeconds` (simulator's clock) later; then the connection is closed.
 */
export type CallFault = FaultMatch &
  (
    | { kind: "delay"; delayMs: number }
    | {
        kind: "status";
        status: number;
        body?: unknown;
        bytes?: number;
        headers?: Record<string, string>;
        isApplied?: boolean;
      }
    | { kind: "reset"; isApplied?: boolean }
    | { kind: "silent"; isApplied?: boolean }
    | { kind: "cut"; bytes?: number }
    | { kind: "drip"; bytes: number; delayMs: number }
    | { kind: "late"; applySeconds: number }
  );

/**
 * A fault of the next `count` webhooks (1 unless given).
 *
 * - `webhook-drop`: never sent.
 * - `webhook-repeat`: each is sent `times` more (1 unless given).
 * - `webhook-reorder`: held until `count` (2 unless given) are there, then sent one after the other, last one first.
 * - `webhook-delay`: the first attempt is made `delaySeconds` (simulator's clock) later.
 */
export type WebhookFault = { count?: number } & (
  | { kind: "webhook-drop" }
  | { kind: "webhook-repeat"; times?: number }
  | { kind: "webhook-reorder" }
  | { kind: "webhook-delay"; delaySeconds: number }
);

/**
 * What `POST /__simulator__/faults` takes. `revoke-tokens` makes the tokens issued so far invalid, at once (of one
 * merchant, or of all); `clear` takes back every fault that is not used up.
 */
export type Fault = CallFault | WebhookFault | { kind: "revoke-tokens"; clientId?: string } | { kind: "clear" };

const callKinds = ["delay", "status", "reset", "silent", "cut", "drip", "late"];
const webhookKinds = ["webhook-drop", "webhook-repeat", "webhook-reorder", "webhook-delay"];

export const isCallFault = (fault: Fault): fault is CallFault => callKinds.includes(fault.kind);
export const isWebhookFault = (fault: Fault): fault is WebhookFault => webhookKinds.includes(fault.kind);

interface Armed<T> {
  fault: T;
  left: number;
}

/** The faults that are waiting for their call or webhook. */
export class FaultBook {
  #calls: Armed<CallFault>[] = [];
  #webhooks: Armed<WebhookFault>[] = [];

  add(fault: CallFault | WebhookFault): void {
    const isReorder = fault.kind === "webhook-reorder";
    const left = fault.count === 0 ? Number.POSITIVE_INFINITY : (fault.count ?? (isReorder ? 2 : 1));
    if (isCallFault(fault)) this.#calls.push({ fault, left });
    else this.#webhooks.push({ fault, left });
  }

  /** The oldest fault for this call; it counts as used. */
  takeForCall(method: string, path: string): CallFault | undefined {
    const armed = this.#calls.find(({ fault }) => matches(fault, method, path));
    this.#calls = use(this.#calls, armed);
    return armed?.fault;
  }

  /** The oldest fault for the next webhook, and whether it was the last that it hits. */
  takeForWebhook(): { fault: WebhookFault; isLast: boolean } | undefined {
    const armed = this.#webhooks[0];
    this.#webhooks = use(this.#webhooks, armed);
    return armed && { fault: armed.fault, isLast: armed.left <= 0 };
  }

  clear(): void {
    this.#calls = [];
    this.#webhooks = [];
  }
}

function use<T>(all: Armed<T>[], used: Armed<T> | undefined): Armed<T>[] {
  if (used !== undefined) used.left -= 1;
  return all.filter((armed) => armed.left > 0);
}

function matches(fault: CallFault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.path === undefined) return true;
  const parts = fault.path.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(path);
}
