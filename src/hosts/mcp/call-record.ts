import type { AccountView } from "../../accounts.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { Store } from "../../store/store.ts";
import type { CallEnd } from "./tool-answer.ts";

export interface CallRecordOptions {
  readonly store: Pick<Store, "requestById" | "requestByTag" | "tagsOf" | "recordDecision">;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CallToRecord {
  /** Who called, for people. */
  readonly by: string;
  readonly node: string;
  readonly account: AccountView | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  readonly end: CallEnd;
}

/** Fields that name a payment, its link or its refund. */
const idFields = ["paymentRequestId", "paymentId", "refundId", "uniqueTransactionId"] as const;

/** Writes calls into the story of the payment that they are about. What cannot be written is logged; the call stands. */
export function createCallRecord({ store, clock, logger }: CallRecordOptions) {
  async function tagFor(account: AccountView, ids: readonly string[]): Promise<string | null> {
    const { name, environment } = account;
    for (const id of ids) {
      const request = await store.requestById({ account: name, environment }, id);
      if (request) return request.tag;
      for (const tag of await store.tagsOf(id)) {
        const found = await store.requestByTag(tag);
        if (found?.account === name && found.environment === environment) return tag;
      }
    }
    return null;
  }

  return async ({ by, node, account, input, end }: CallToRecord): Promise<void> => {
    const outcome = "error" in end ? end.error.code : end.port;
    logger.info("An agent called a tool.", { node, code: outcome, ...(account ? { account: account.name } : {}) });
    const held = "output" in end ? end.output : "preview" in end ? end.preview : {};
    const ids = [held, input].flatMap((from) =>
      idFields.map((field) => from[field]).filter((id): id is string => typeof id === "string"),
    );
    try {
      const tag = account ? await tagFor(account, ids) : null;
      if (tag === null) return;
      await store.recordDecision({ at: clock.now(), by, action: "call", subject: node, tag, reason: "", outcome });
    } catch (error) {
      logger.error("A call is missing in the story of its payment.", {
        node,
        cause: error instanceof Error ? error.name : typeof error,
      });
    }
  };
}
