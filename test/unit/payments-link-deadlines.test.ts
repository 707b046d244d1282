import { describe, expect, it } from "@jest/globals";
import { createGatewayTime } from "../../src/payments/gateway-time.ts";
import { createKeyQueue } from "../../src/payments/key-queue.ts";
import { createLinks } from "../../src/payments/links.ts";
import { paymentRequest } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";

const tag = "a".repeat(32);
const minute = 60_000;
const day = 24 * 60 * minute;
/** The time of the ledger in these tests. */
const now = Date.UTC(2026, 0, 1);
const reckoned = now + 31 * minute;

/** Adopts a link that ends 30 minutes after it was made, and says when that is then. */
async function deadlineOf(
  createdAt: number | undefined,
  { deadlineAt = reckoned as number | null, gatewayAheadMs = null as number | null } = {},
) {
  const { store, settler, clock, current } = await openLedger({
    paymentRequestId: null,
    link: null,
    stage: "unknown",
    input: { amount: "200.00", purpose: "Iphone", expiresAfter: "30" },
    deadlineAt,
  });
  const gatewayTime = createGatewayTime(clock);
  if (gatewayAheadMs !== null) gatewayTime.observe("shop", now + gatewayAheadMs, now);
  const host = { publicUrl: "https://bot.example" };
  const links = createLinks({ host, store, settler, clock, queue: createKeyQueue(), gatewayTime });
  const { created_at: _, ...bare } = paymentRequest;
  const stamp = createdAt === undefined ? {} : { created_at: new Date(createdAt).toISOString() };
  await links.adopt(fakeSession(), { ...bare, ...stamp, webhook: `https://bot.example/x?id=t&op=${tag}` } as never);
  return { deadlineAt: (await current()).deadlineAt, aheadMs: gatewayTime.now("shop") - now };
}

describe("the deadline of a link", () => {
  it("is counted from when the gateway says that it was made, whose time is learned from it", async () => {
    expect(await deadlineOf(now + 5 * minute)).toEqual({ deadlineAt: now + 35 * minute, aheadMs: 5 * minute });
  });

  it("is counted from there also where the gateway's time is known, which stays as it is", async () => {
    const told = await deadlineOf(now + 2 * day + minute, { gatewayAheadMs: 2 * day });
    expect(told).toEqual({ deadlineAt: now + 2 * day + 31 * minute, aheadMs: 2 * day });
  });

  it.each([
    ["is a day ahead", now + day, {}],
    ["is a day behind", now - day, {}],
    ["is not there", undefined, {}],
    ["is a day off the gateway's known time", now + minute, { gatewayAheadMs: 2 * day }],
  ])("stays as it was reckoned where the stamp of the link %s", async (_, createdAt, setting) => {
    const { deadlineAt, aheadMs } = await deadlineOf(createdAt, setting);
    expect(deadlineAt).toBe(reckoned);
    expect(aheadMs).toBe("gatewayAheadMs" in setting ? 2 * day : 0);
  });

  it("is none where none was asked for", async () => {
    expect((await deadlineOf(now + 5 * minute, { deadlineAt: null })).deadlineAt).toBeNull();
  });
});
