import { describe, expect, it } from "@jest/globals";
import { createReturnReads } from "../../src/payments/return-reads.ts";
import type { Session } from "../../src/payments/sessions.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import type { RequestRow } from "../../src/store/rows.ts";
import { paymentRequest } from "../helpers/client-fakes.ts";
import { fakeSession } from "../helpers/ledger-fakes.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";
import { requestRow } from "../stores/sample-rows.ts";

interface Setting {
  readonly row?: Partial<RequestRow>;
  readonly session?: Session | "absent" | "superseded";
  /** What a read of the link makes of its row. */
  readonly read?: (row: RequestRow) => Promise<RequestRow | null>;
}

function start({ row = {}, session = fakeSession(), read = async (known) => known }: Setting = {}) {
  const clock = manualClock();
  const rows = new Map<string, RequestRow>();
  const add = (tag: string) => rows.set(tag, requestRow({ tag, ...row }));
  const reads: string[] = [];
  const returned = createReturnReads({
    store: { requestByTag: async (tag) => rows.get(tag) ?? null },
    sessions: { ofRow: async () => session },
    confirmer: {
      async confirmRequest(_, request, source) {
        reads.push(`${request.tag} ${source}`);
        const after = await read(request);
        if (after) rows.set(request.tag, after);
        else rows.delete(request.tag);
        return paymentRequest;
      },
    },
    clock,
  });
  add("a");
  return { clock, reads, add, returned };
}

describe("a buyer who comes back from a link", () => {
  it.each([
    ["Completed", "Completed"],
    ["Failed", "Failed"],
    ["Refunded", "Refunded"],
    ["Pending", null],
    ["Processing", null],
  ] as const)("is told %s, by a read of now, as %p", async (status, told) => {
    const { returned, reads, clock } = start({ read: async (row) => ({ ...row, status }) });
    expect(await returned("a", "shop")).toBe(told);
    expect(reads).toEqual(["a return"]);
    expect(clock.waiting()).toBe(0);
  });

  it.each(["Completed", "Refunded"] as const)("is told %s without a read where it is known", async (status) => {
    const { returned, reads } = start({ row: { status } });
    expect(await returned("a", "shop")).toBe(status);
    expect(reads).toEqual([]);
  });

  it("is read for again where a failed attempt is all that is known", async () => {
    const { returned } = start({ row: { status: "Failed" }, read: async (row) => ({ ...row, status: "Completed" }) });
    expect(await returned("a", "shop")).toBe("Completed");
  });

  it.each([
    ["that is not in the ledger", "b", "shop", {}],
    ["of another account", "a", "other", { status: "Completed" }],
    ["that was closed", "a", "shop", { stage: "closed", status: "Completed" }],
  ] as const)("is told nothing of a link %s, and nothing is read", async (_, tag, account, row) => {
    const { returned, reads } = start({ row: row as Partial<RequestRow> });
    expect(await returned(tag, account)).toBeNull();
    expect(reads).toEqual([]);
  });

  it.each(["absent", "superseded"] as const)("is told nothing while the account is %s", async (session) => {
    const { returned, reads } = start({ session, row: { status: "Failed" } });
    expect(await returned("a", "shop")).toBeNull();
    expect(reads).toEqual([]);
  });

  it.each([new FlowError("gateway_timeout", "no answer"), new TypeError("what")])(
    "is told nothing when the read breaks with %p, even where an attempt failed before",
    async (thrown) => {
      const { returned } = start({ row: { status: "Failed" }, read: () => Promise.reject(thrown) });
      expect(await returned("a", "shop")).toBeNull();
    },
  );

  it("is told nothing of a link that is gone after the read", async () => {
    const { returned } = start({ read: async () => null });
    expect(await returned("a", "shop")).toBeNull();
  });
});

describe("buyers who come back while a read hangs", () => {
  const hanging = () => new Promise<never>(() => {});

  it("wait three seconds, and share one read per link", async () => {
    const { returned, reads, clock } = start({ read: hanging });
    const told: unknown[] = [];
    const waiting = [1, 2, 3].map(async () => void told.push(await returned("a", "shop")));
    await clock.advance(2_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    await Promise.all(waiting);
    expect(told).toEqual([null, null, null]);
    expect(reads).toEqual(["a return"]);
  });

  it("start no more than eight reads; the ninth link is answered at once, without one", async () => {
    const { returned, reads, add } = start({ read: hanging });
    const links = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const tag of links) {
      add(tag);
      void returned(tag, "shop");
    }
    await settleAll();
    add("i");
    expect(await returned("i", "shop")).toBeNull();
    expect(reads).toEqual(links.map((tag) => `${tag} return`));
  });
});
