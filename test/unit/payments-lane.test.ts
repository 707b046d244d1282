import { describe, expect, it } from "@jest/globals";
import { type LaneOptions, startLane } from "../../src/payments/lane.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";

/** A lane over a list of items; each ends when `end` names it. */
function start(items: string[], options: Partial<LaneOptions<string>> = {}) {
  const clock = manualClock();
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const logged: [string, LogFields | undefined][] = [];
  const log = (message: string, fields?: LogFields) => void logged.push([message, fields]);
  let looks = 0;
  const lane = startLane<string>({
    name: "lane",
    due: async (_, limit) => {
      looks++;
      return items.slice(0, limit);
    },
    idOf: (item) => item,
    work: (item) => {
      started.push(item);
      return new Promise((resolve, reject) => {
        ends.set(item, (error) => {
          if (error) return reject(error);
          items.splice(items.indexOf(item), 1);
          resolve();
        });
      });
    },
    width: 2,
    clock,
    logger: { ...silentLogger, warn: log, error: log },
    ...options,
  });
  return {
    clock,
    started,
    logged,
    lane,
    looks: () => looks,
    async end(item: string, error?: Error) {
      ends.get(item)?.(error);
      await settleAll();
    },
  };
}

describe("a lane", () => {
  it("looks for due work every half second, and not before", async () => {
    const { clock, started, looks } = start(["a"]);
    await clock.advance(499);
    expect(started).toEqual([]);
    await clock.advance(1);
    expect(started).toEqual(["a"]);
    const before = looks();
    await clock.advance(5_000);
    expect(looks() - before).toBe(10);
  });

  it("looks at once when woken", async () => {
    const { started, lane } = start(["a"]);
    lane.wake();
    await settleAll();
    expect(started).toEqual(["a"]);
  });

  it("works on as many items as it is wide, and on the next when one ends", async () => {
    const { started, lane, end } = start(["a", "b", "c", "d"]);
    lane.wake();
    await settleAll();
    expect(started).toEqual(["a", "b"]);
    await end("b");
    expect(started).toEqual(["a", "b", "c"]);
    await end("a");
    expect(started).toEqual(["a", "b", "c", "d"]);
  });

  it("never works on one item twice at once", async () => {
    const { clock, started, lane } = start(["a"]);
    for (let times = 0; times < 5; times++) lane.wake();
    await clock.advance(10_000);
    expect(started).toEqual(["a"]);
  });

  it("lets an item whose work failed rest for five seconds, and goes on with the others", async () => {
    const { clock, started, logged, lane, end } = start(["a", "b", "c"]);
    lane.wake();
    await settleAll();
    await end("a", new FlowError("store_unavailable", "no"));
    await end("b", new TypeError("a secret in a message"));
    expect(started).toEqual(["a", "b", "c"]);
    await end("c");
    await clock.advance(4_999);
    expect(started).toEqual(["a", "b", "c"]);
    await clock.advance(501);
    expect(started).toEqual(["a", "b", "c", "a", "b"]);
    expect(logged).toEqual([
      ["lane: an item failed and is tried again.", { code: "store_unavailable" }],
      ["lane: an item failed and is tried again.", { code: "internal_error" }],
    ]);
  });

  it("is not stopped by a ledger that cannot be read, and says so", async () => {
    let isBroken = true;
    const items = ["a"];
    const faults = [new FlowError("store_unavailable", "no"), new Error("what")];
    const { clock, started, logged } = start(items, {
      due: async () => {
        if (isBroken) throw faults.shift();
        return items;
      },
    });
    await clock.advance(1_000);
    isBroken = false;
    await clock.advance(500);
    expect(started).toEqual(["a"]);
    expect(logged).toEqual([
      ["lane: due work could not be read.", { code: "store_unavailable" }],
      ["lane: due work could not be read.", { code: "internal_error" }],
    ]);
  });

  it("stops when what is under way has ended, and takes nothing new", async () => {
    const { clock, started, lane, end } = start(["a", "b", "c"]);
    lane.wake();
    await settleAll();
    let hasStopped = false;
    const stopped = lane.stop().then(() => {
      hasStopped = true;
    });
    await end("a");
    expect(hasStopped).toBe(false);
    await end("b");
    await stopped;
    lane.wake();
    await clock.advance(10_000);
    expect(started).toEqual(["a", "b"]);
    expect(clock.waiting()).toBe(0);
  });

  it("takes nothing of what it was looking up while it was stopped", async () => {
    const found = Promise.withResolvers<readonly string[]>();
    const { started, lane } = start([], { due: () => found.promise });
    lane.wake();
    await settleAll();
    const stopped = lane.stop();
    found.resolve(["a"]);
    await stopped;
    expect(started).toEqual([]);
  });
});
