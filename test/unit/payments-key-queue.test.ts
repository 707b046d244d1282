import { describe, expect, it } from "@jest/globals";
import { createKeyQueue } from "../../src/payments/key-queue.ts";
import { settleAll } from "../helpers/manual-clock.ts";

/** Work that ends when told to. */
function gate<T>(value: T) {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { promise, open: () => resolve(value), fail: (error: Error) => reject(error) };
}

describe("work under one name", () => {
  it("is done one after the other, in the order it came", async () => {
    const queue = createKeyQueue();
    const gates = [gate("a"), gate("b"), gate("c")] as const;
    const log: string[] = [];
    const results = gates.map(({ promise }, index) =>
      queue.run("one", async () => {
        log.push(`start ${index}`);
        const value = await promise;
        log.push(`end ${index}`);
        return value;
      }),
    );
    gates[2].open();
    await settleAll();
    expect(log).toEqual(["start 0"]);
    gates[0].open();
    await settleAll();
    expect(log).toEqual(["start 0", "end 0", "start 1"]);
    gates[1].open();
    expect(await Promise.all(results)).toEqual(["a", "b", "c"]);
    expect(log).toEqual(["start 0", "end 0", "start 1", "end 1", "start 2", "end 2"]);
  });

  it("goes on after work that failed, which fails for its own caller alone", async () => {
    const queue = createKeyQueue();
    const failing = queue.run("one", async () => {
      throw new Error("no");
    });
    const next = queue.run("one", async () => "done");
    await expect(failing).rejects.toThrow("no");
    await expect(next).resolves.toBe("done");
  });
});

describe("work under different names", () => {
  it("is done side by side", async () => {
    const queue = createKeyQueue();
    const held = gate(1);
    const first = queue.run("one", () => held.promise);
    await expect(queue.run("two", async () => 2)).resolves.toBe(2);
    held.open();
    await expect(first).resolves.toBe(1);
  });
});

describe("an idle queue", () => {
  it("is one in which all has ended, also what came while waiting, and what failed", async () => {
    const queue = createKeyQueue();
    await queue.idle();
    const [first, second] = [gate(1), gate(2)];
    const failing = queue.run("one", () => first.promise).catch(() => "failed");
    let isIdle = false;
    const idle = queue.idle().then(() => {
      isIdle = true;
    });
    const later = queue.run("two", () => second.promise);
    first.fail(new Error("no"));
    await settleAll();
    expect(isIdle).toBe(false);
    second.open();
    await idle;
    expect([await failing, await later]).toEqual(["failed", 2]);
  });
});
