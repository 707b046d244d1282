import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { HeldToken } from "../../src/client/token.ts";
import { sharedToken } from "../../src/payments/shared-token.ts";
import type { Coordination, WakeKind } from "../../src/runtime/coordination.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { createCoordination } from "../../src/store/postgres/coordination.ts";
import { openPostgres, type PostgresDatabase } from "../../src/store/postgres/database.ts";
import { openPostgresLedger, type PostgresLedger } from "../../src/store/postgres/postgres-ledger.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";
import { deliveryRow, eventRow, messageRow, requestRow, takerRow } from "./sample-rows.ts";

let server: PostgresServer;
let url: string;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startPostgres({ settings: ["fsync=off"] });
  url = await server.createDatabase();
  await (await openPostgresStore({ url })).close();
}, 60_000);
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});
afterAll(() => server.stop());

async function openDatabase(): Promise<PostgresDatabase> {
  const database = await openPostgres(url);
  undo.push(() => database.close());
  return database;
}

/** What one process has. */
async function openProcess(leaseMs = 30_000): Promise<Coordination> {
  const coordination = createCoordination(await openDatabase(), { leaseMs });
  undo.unshift(() => coordination.close());
  return coordination;
}

/** What a process has that was killed: nothing of it is renewed or given up any more. */
async function killed(work: (coordination: Coordination) => Promise<unknown>, leaseMs: number): Promise<void> {
  const database = await openDatabase();
  let isDead = false;
  const never = () => new Promise<never>(() => {});
  const mortal = {
    all: (...call: Parameters<PostgresDatabase["all"]>) => (isDead ? never() : database.all(...call)),
    get: (...call: Parameters<PostgresDatabase["get"]>) => (isDead ? never() : database.get(...call)),
    run: (...call: Parameters<PostgresDatabase["run"]>) => (isDead ? never() : database.run(...call)),
  };
  await work(createCoordination(mortal, { leaseMs }));
  isDead = true;
}

async function openLedger(): Promise<PostgresLedger> {
  const ledger = await openPostgresLedger({ url, logger: silentLogger });
  undo.unshift(async () => {
    await ledger.coordination.close();
    await ledger.store.close();
  });
  return ledger;
}

describe("what the processes of a ledger share", () => {
  it("lets one of them at a time do something under a name", async () => {
    const processes = [await openProcess(), await openProcess(), await openProcess()];
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(5);
      inside -= 1;
    };
    const lines = processes.map(async (one) => {
      for (let turn = 0; turn < 10; turn += 1) await one.exclusively("order-1", work);
    });
    await Promise.all(lines);
    expect(most).toBe(1);
    const [one, other] = processes as [Coordination, Coordination];
    await one.exclusively("order-1", () => other.exclusively("order-2", async () => {}));
  });

  it("gives a turn back when the work fails, and takes it over from a process that died", async () => {
    const one = await openProcess();
    const fail = async () => {
      throw new Error("The work failed.");
    };
    await expect(one.exclusively("order-3", fail)).rejects.toThrow("The work failed.");
    const reached: string[] = [];
    await killed(async (dying) => {
      void dying.exclusively("order-3", async () => {
        reached.push("dying");
        await new Promise(() => {});
      });
      while (reached.length === 0) await pause(5);
    }, 600);
    const startedAt = Date.now();
    await one.exclusively("order-3", async () => void reached.push("next"));
    expect(reached).toEqual(["dying", "next"]);
    expect(Date.now() - startedAt).toBeGreaterThan(300);
  });

  it("keeps a turn for as long as its process lives, however long that is", async () => {
    const [one, other] = [await openProcess(300), await openProcess(300)];
    const order: string[] = [];
    const long = one.exclusively("order-4", async () => {
      await pause(1_200);
      order.push("long");
    });
    await pause(50);
    await other.exclusively("order-4", async () => void order.push("other"));
    await long;
    expect(order).toEqual(["long", "other"]);
  });

  it("chooses one process for a task, and another when that one ends", async () => {
    const [one, other] = [await openProcess(), await openProcess()];
    expect(await one.isChosen("sweep shop")).toBe(true);
    expect(await other.isChosen("sweep shop")).toBe(false);
    expect(await one.isChosen("sweep shop")).toBe(true);
    expect(await other.isChosen("sweep shop_2")).toBe(true);
    await one.close();
    expect(await other.isChosen("sweep shop")).toBe(true);
  });

  it("gives out no more turns together than the rate says", async () => {
    const processes = [await openProcess(), await openProcess()];
    const rate = { perSecond: 20, burst: 10 };
    const startedAt = Date.now();
    let granted = 0;
    while (Date.now() - startedAt < 1_000) {
      const turns = await Promise.all(processes.map((one) => one.takeTurns("hint shop", 3, rate)));
      granted += turns.reduce((sum, turn) => sum + turn, 0);
      await pause(10);
    }
    const most = rate.burst + (rate.perSecond * (Date.now() - startedAt)) / 1000;
    expect(granted).toBeLessThanOrEqual(Math.ceil(most));
    expect(granted).toBeGreaterThan(20);
  });

  it("shares one token, and keeps nothing in the database that could be used", async () => {
    const account = { name: "shop", baseUrl: "http://127.0.0.1:1", ...localCredentials };
    let fetched = 0;
    const fetch = async (): Promise<HeldToken> => {
      fetched += 1;
      await pause(20);
      return { value: `token-value-${fetched}`, issuedAtMs: 1, endsAtMs: 4, renewAtMs: 3 };
    };
    const shares = [sharedToken(account, await openProcess()), sharedToken(account, await openProcess())];
    const got = await Promise.all([...shares, ...shares].map((share) => share(fetch, () => true)));
    expect(new Set(got.map(({ value }) => value))).toEqual(new Set(["token-value-1"]));
    const [refused] = shares as [(typeof shares)[number]];
    expect((await refused(fetch, ({ value }) => value !== "token-value-1")).value).toBe("token-value-2");
    const stranger = sharedToken({ ...account, clientSecret: "another" }, await openProcess());
    expect((await stranger(fetch, () => true)).value).toBe("token-value-3");
    const stored = JSON.stringify(await server.query(url, "SELECT * FROM instamojo.process_notes"));
    expect(stored).not.toMatch(/token-value|test_client|test_secret_value/);
    expect(stored).not.toContain(Buffer.from("token-value").toString("base64").slice(0, 12));
  });
});

describe("wake-ups", () => {
  const wakesOf = async (ledger: PostgresLedger) => {
    const wakes: WakeKind[] = [];
    await ledger.coordination.listen((kind) => wakes.push(kind));
    return {
      wakes,
      async next(kind: WakeKind): Promise<number> {
        const startedAt = Date.now();
        while (!wakes.includes(kind) && Date.now() - startedAt < 5_000) await pause(2);
        expect(wakes).toContain(kind);
        wakes.length = 0;
        return Date.now() - startedAt;
      },
    };
  };

  it("reach another process at once for messages, deliveries and links", async () => {
    const [here, there] = [await openLedger(), await openLedger()];
    const { next } = await wakesOf(there);
    await pause(500);
    await here.store.saveTaker(takerRow());
    const request = requestRow();
    const waits: number[] = [];
    await here.store.recordMessage(messageRow());
    waits.push(await next("confirm"));
    await here.store.addRequest(request);
    waits.push(await next("reconcile"));
    await here.store.commit({
      request: { ...request, sequence: 1, version: 2 },
      events: [eventRow()],
      deliveries: [deliveryRow()],
    });
    waits.push(await next("deliver"));
    // The queue alone looks every two seconds.
    expect(Math.max(...waits)).toBeLessThan(1_500);
  });

  it("are stored with the rows or not at all, and never keep rows from being stored", async () => {
    const { store } = await openLedger();
    const jobs = async () => {
      const [row] = await server.query(url, "SELECT count(*) FROM instamojo_jobs.job WHERE name = 'instamojo-confirm'");
      return Number(row?.count);
    };
    const before = await jobs();
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.recordMessage(messageRow({ id: `m-${index}` }))));
    const added = (await jobs()) - before;
    expect(added).toBeGreaterThan(0);
    // One for each batch of messages.
    expect(added).toBeLessThan(10);
    await server.query(url, "ALTER TABLE instamojo.messages ADD CONSTRAINT none CHECK (id <> 'm-refused')");
    await expect(store.recordMessage(messageRow({ id: "m-refused" }))).rejects.toThrow();
    expect((await jobs()) - before).toBe(added);
    await server.query(url, "ALTER TABLE instamojo_jobs.job RENAME TO job_away");
    await store.recordMessage(messageRow({ id: "m-without" }));
    expect(await store.messageById("m-without")).not.toBeNull();
    await server.query(url, "ALTER TABLE instamojo_jobs.job_away RENAME TO job");
  });
});
