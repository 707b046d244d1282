import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type FaultScene, gatewayProfiles, rest, scratchFolder, startScene, until } from "../helpers/fault-scene.ts";
import { offsetClock } from "../helpers/offset-clock.ts";

let folder: ReturnType<typeof scratchFolder>;
let scene: FaultScene;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(async () => {
  await scene.host.close();
  folder.remove();
});

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

let invented = 0;
/** Says `count` times of payments that nobody made that they were made, for a link of ours or one of nobody. */
async function flood(url: string, count: number, paymentRequestId = "0".repeat(32)): Promise<Set<number>> {
  const answers = new Set<number>();
  const post = async () => {
    invented += 1;
    const payment_id = `MOJO0000FLOOD${String(invented).padStart(7, "0")}`;
    const fields = { payment_id, payment_request_id: paymentRequestId, status: "Credit", amount: "200.00" };
    const reply = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
    await reply.text();
    answers.add(reply.status);
  };
  for (let sent = 0; sent < count; sent += 50) await Promise.all(Array.from({ length: 50 }, post));
  return answers;
}

const gets = () => scene.host.simulator.ledger().calls.filter(({ method }) => method === "GET");
const floodReads = () => gets().filter(({ path }) => path.includes("FLOOD")).length;

describe.each(gatewayProfiles)("a leaked callback address, with a %s gateway and no salt", (profile) => {
  it("that floods us with invented payments holds up no payment, and costs no more reads than hints may", async () => {
    const clock = offsetClock(1);
    scene = await startScene({ profile, withSalt: false, storeFile: folder.fileOf("ledger.db"), host: { clock } });
    const ids = await Promise.all(Array.from({ length: 5 }, () => scene.link()));
    const { url } = scene.messageOf(scene.pay(ids[0] as string));
    const startedAt = Date.now();
    await flood(url, 100);
    const heapBefore = heapBytes();
    expect(await flood(url, 1_000)).toEqual(new Set([200]));
    expect(await flood(url, 200, ids[1])).toEqual(new Set([200]));
    const payments = ids.map((id) => scene.pay(id));
    expect(await flood(url, 1_000)).toEqual(new Set([200]));
    // The watch over open links looks once a minute; the hostile gateway shows nothing younger than two.
    const jumps = profile === "hostile" ? [121, 61] : [61];
    for (const seconds of jumps) await scene.pass(seconds);
    const told = () => scene.completed().map(({ paymentId }) => paymentId);
    await until(
      () => payments.every(({ id }) => told().includes(id)),
      () => rest(20),
      6_000,
    );
    const seconds = (Date.now() - startedAt) / 1000;
    // Each read that leads to nothing costs ten, told by its reply: 24 at once and 8 more under way, whose debt each jump
    // of the clock pays; then 12 a second.
    expect(floodReads()).toBeLessThanOrEqual((24 + 8) * (jumps.length + 1) + 12 * seconds);
    expect(floodReads()).toBeGreaterThan(20);
    expect(heapBytes() - heapBefore).toBeLessThan(20_000_000);
    await scene.allToldOnce();
    expect(await flood(url, 50)).toEqual(new Set([200]));
  });

  it("that is asked for returns of links that nobody made costs no read at all", async () => {
    scene = await startScene({ profile, withSalt: false });
    const id = await scene.link();
    const redirect = new URL(
      String(scene.host.simulator.ledger().paymentRequests.find((request) => request.id === id)?.redirectUrl),
    );
    const before = scene.host.simulator.ledger().calls.length;
    for (let sent = 0; sent < 200; sent += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          redirect.searchParams.set("op", String(sent + index).padStart(32, "0"));
          expect((await fetch(redirect)).status).toBe(200);
        }),
      );
    }
    expect(
      scene.host.simulator
        .ledger()
        .calls.slice(before)
        .filter(({ path }) => path.includes(id)),
    ).toEqual([]);
  });
});
