import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Store } from "../../src/store/store.ts";
import { openThreadedStore, startLedgerThread, type ThreadOptions } from "../../src/store/threaded-store.ts";
import { messageRow, requestRow, takerRow } from "./sample-rows.ts";
import { faultOf } from "./store-case.ts";

let folder: string;
const open: Store[] = [];
const fileOf = (name = "ledger.db") => join(folder, name);

async function opened(options: ThreadOptions = {}, file = fileOf()): Promise<Store> {
  const store = await openThreadedStore(file, options);
  open.push(store);
  return store;
}

/** A store whose threads are at hand, to end them. */
async function withThreads(options: ThreadOptions = {}) {
  const threads: Worker[] = [];
  const store = await opened({
    restartMs: 1,
    startThread(file) {
      const thread = startLedgerThread(file);
      threads.push(thread);
      return thread;
    },
    ...options,
  });
  return { store, threads };
}

/** Tries until it succeeds; the fault of the last try when it never does. */
async function soon<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (Date.now() > end) throw fault;
      await turn();
    }
  }
}

/** A thread that takes calls and never answers after it said that the file is open. */
const deafThread = () =>
  new Worker(
    `const { parentPort } = require("node:worker_threads");
     parentPort.on("message", () => {});
     parentPort.postMessage([{ id: 0, result: null }]);`,
    { eval: true },
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-thread-"));
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a ledger in a thread", () => {
  it("keeps what it was given, null results, lists and refusals included", async () => {
    const store = await opened();
    const { request, isNew } = await store.addRequest(requestRow());
    expect({ request, isNew }).toEqual({ request: requestRow(), isNew: true });
    expect(await store.requestByTag("f".repeat(32))).toBeNull();
    expect(await store.recordMessage(messageRow())).toBeUndefined();
    expect(await store.dueMessages(1_000, 10)).toEqual([messageRow()]);
    await store.close();
    expect(await (await opened()).requestByTag(requestRow().tag)).toEqual(requestRow());
  });

  it("rejects what cannot be stored in its own call, and goes on", async () => {
    const store = await opened();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const results = await Promise.allSettled([
      store.recordMessage(messageRow({ id: "before" })),
      store.addRequest(requestRow({ correlation: cyclic })),
      store.addRequest(requestRow({ correlation: 1n })),
      store.addRequest(requestRow({ correlation: { call: () => {} } })),
      (store.requestById as (...args: unknown[]) => Promise<unknown>)(),
      store.recordMessage(messageRow({ id: "after" })),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(await store.dueMessages(1_000, 10)).toHaveLength(2);
  });

  it("is told why a file cannot be had, and leaves no thread behind", async () => {
    writeFileSync(fileOf("letter.txt"), "Dear reader, this is no ledger. ".repeat(50));
    let threads = 0;
    const fault = await faultOf(() =>
      opened(
        {
          restartMs: 1,
          startThread(file) {
            threads += 1;
            return startLedgerThread(file).on("exit", () => {
              threads -= 1;
            });
          },
        },
        fileOf("letter.txt"),
      ),
    );
    expect(fault).toMatchObject({ code: "store_unavailable", message: "The ledger could not be read or written." });
    expect((fault.cause as Error).message).toContain("not a database");
    await turn();
    expect(threads).toBe(0);
  });

  it("finishes what was asked for before it closes, closes once, and refuses every use after that", async () => {
    const store = await opened();
    const writes = Array.from({ length: 200 }, (_, index) => store.recordMessage(messageRow({ id: `m-${index}` })));
    const closed = [store.close(), store.close()];
    expect((await faultOf(() => store.recordMessage(messageRow()))).message).toBe("The ledger is closed.");
    await Promise.all(closed);
    await Promise.all(writes);
    expect((await faultOf(() => store.dueMessages(0, 1))).code).toBe("store_unavailable");
    expect(await (await opened()).dueMessages(1_000, 1_000)).toHaveLength(200);
  });
});

describe("a thread of the ledger that dies", () => {
  it("fails the calls under way, is started again by itself, and has lost nothing it answered", async () => {
    const { store, threads } = await withThreads();
    await store.recordMessage(messageRow({ id: "answered" }));
    const dying = threads[0]?.terminate();
    const underWay = await faultOf(() => store.recordMessage(messageRow({ id: "under way" })));
    expect(underWay).toMatchObject({ code: "store_unavailable", retryable: true });
    await dying;
    await soon(() => store.recordMessage(messageRow({ id: "later" })));
    const kept = (await store.dueMessages(1_000, 10)).map(({ id }) => id);
    expect(kept).toEqual(expect.arrayContaining(["answered", "later"]));
    expect(threads).toHaveLength(2);
  });

  it("leaves no listener, timer or thread behind, however often it happens", async () => {
    const { store, threads } = await withThreads();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    for (let round = 0; round < 3; round += 1) {
      await threads.at(-1)?.terminate();
      await soon(() => store.isActive("shop"));
    }
    expect(threads).toHaveLength(4);
    expect(threads.slice(0, -1).map(({ threadId }) => threadId)).toEqual([-1, -1, -1]);
    expect(threads.at(-1)?.listenerCount("message")).toBe(1);
    expect(timers()).toBeLessThanOrEqual(before);
    await store.close();
    expect(threads.at(-1)?.threadId).toBe(-1);
  });

  it("is tried again while the file cannot be had, and works when it can", async () => {
    const broken = fileOf("broken.txt");
    writeFileSync(broken, "no ledger ".repeat(200));
    let target = fileOf();
    const threads: Worker[] = [];
    const { store } = await withThreads({
      startThread() {
        const thread = startLedgerThread(target);
        threads.push(thread);
        return thread;
      },
    });
    await store.saveTaker(takerRow());
    target = broken;
    await threads[0]?.terminate();
    while (threads.length < 3) {
      expect((await faultOf(() => store.takers())).code).toBe("store_unavailable");
      await turn();
    }
    target = fileOf();
    expect(await soon(() => store.takers())).toEqual([takerRow()]);
  });

  it("while it closes does not hold the closing up", async () => {
    const { store, threads } = await withThreads();
    const closed = store.close();
    await threads[0]?.terminate();
    await closed;
    expect(threads).toHaveLength(1);
  });
});

/** A thread that takes calls and answers one of them every so often. */
const slowThread = (everyMs: number) =>
  new Worker(
    `const { parentPort } = require("node:worker_threads");
     const due = [];
     parentPort.on("message", (calls) => due.push(...calls));
     setInterval(() => due.length && parentPort.postMessage([{ id: due.shift().id, result: true }]), ${everyMs});
     parentPort.postMessage([{ id: 0, result: null }]);`,
    { eval: true },
  );

describe("a thread of the ledger that does not answer", () => {
  it("is replaced: what waited for it fails, and what is asked later is done by the next one", async () => {
    const threads: Worker[] = [];
    const { store } = await withThreads({
      silenceMs: 900,
      startThread(file) {
        const thread = threads.length === 0 ? deafThread() : startLedgerThread(file);
        threads.push(thread);
        return thread;
      },
    });
    const faults = await Promise.all(
      ["m-1", "m-2"].map((id) => faultOf(() => store.recordMessage(messageRow({ id })))),
    );
    for (const fault of faults) {
      expect(fault).toMatchObject({ code: "store_unavailable", retryable: true });
      expect((fault.cause as Error).message).toBe("The thread of the ledger did not answer.");
    }
    await soon(() => store.recordMessage(messageRow({ id: "later" })));
    expect((await store.dueMessages(1_000, 10)).map(({ id }) => id)).toEqual(["later"]);
    expect(threads[0]?.threadId).toBe(-1);
  });

  it("at once but does go on is not replaced, however long the queue", async () => {
    const threads: Worker[] = [];
    const { store } = await withThreads({
      silenceMs: 1_500,
      closeTimeoutMs: 1,
      startThread() {
        const thread = slowThread(40);
        threads.push(thread);
        return thread;
      },
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.isActive("shop")));
    expect(answers).toEqual(Array(50).fill(true));
    expect(threads).toHaveLength(1);
  });

  it("is asked no more than a bounded number of things; the others are refused at once", async () => {
    const store = await opened({ startThread: deafThread, maxWaiting: 100, closeTimeoutMs: 1 });
    const waiting = Array.from({ length: 100 }, () => faultOf(() => store.recordMessage(messageRow())));
    const fault = await faultOf(() => store.recordMessage(messageRow()));
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: true, outcome: "not-applied" });
    expect(fault.message).toBe("The ledger is too slow for what is asked of it now.");
    await store.close();
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(Array(100).fill("store_unavailable"));
  });
});
