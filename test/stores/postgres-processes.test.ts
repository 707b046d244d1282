import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import pg from "pg";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres-server.ts";
import {
  accountRow,
  deliveryRow,
  eventRow,
  messageRow,
  refundRow,
  requestRow,
  shopAccount,
  takerRow,
} from "./sample-rows.ts";
import { faultOf } from "./store-case.ts";

let server: PostgresServer;
let url: string;
let one: Store;
let other: Store;
const open: Store[] = [];

async function opened(): Promise<Store> {
  const store = await openPostgresStore({ url });
  open.push(store);
  return store;
}

const sql = (text: string) => server.query(url, text);
/** Puts the end of every lease behind the clock of the database, as the passing of time does. */
const endLeases = async () => {
  for (const table of ["requests", "refunds", "messages", "deliveries", "watched_payments"])
    await sql(`UPDATE instamojo.${table} SET lease_until = now() - interval '1 second' WHERE lease_owner IS NOT NULL`);
};

beforeAll(async () => {
  server = await startPostgres({ settings: ["fsync=off"] });
  url = await server.createDatabase();
  await (await openPostgresStore({ url })).close();
}, 60_000);
beforeEach(async () => {
  await server.emptyLedger(url);
  [one, other] = [await opened(), await opened()];
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});
afterAll(() => server.stop());

const tagOf = (digit: string) => digit.repeat(32);
const watched = { ...shopAccount, paymentId: "MOJO1", firstSeenAt: 1, nextAt: 100 };

/** A request with `count` events on their way to one taker. */
async function withEvents(digit: string, count: number): Promise<void> {
  const tag = tagOf(digit);
  const request = requestRow({ tag, key: digit, paymentRequestId: tag });
  await one.addRequest(request);
  await one.saveTaker(takerRow());
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const eventId = `${digit}${sequence}`;
    await one.commit({
      request: { ...request, sequence, version: sequence + 1 },
      events: [eventRow({ id: eventId, tag, sequence })],
      deliveries: [deliveryRow({ eventId, tag, sequence })],
    });
  }
}

/** One due row of each kind, and how a store asks for it and says that it is done. */
const kinds = [
  {
    kind: "delivery",
    prepare: () => withEvents("a", 1),
    due: async (store: Store) => (await store.dueDeliveries(10_000, 10)).map(({ eventId }) => eventId),
    save: (store: Store) =>
      store.saveDelivery(deliveryRow({ eventId: "a1", tag: tagOf("a"), attempts: 1, nextAt: 9_000 })),
  },
  {
    kind: "message",
    prepare: () => one.recordMessage(messageRow()),
    due: async (store: Store) => (await store.dueMessages(10_000, 10)).map(({ id }) => id),
    save: (store: Store) => store.saveMessage(messageRow({ attempts: 1, nextAt: 9_000 })),
  },
  {
    kind: "watched payment",
    prepare: () => one.watchPayments([watched]),
    due: async (store: Store) => (await store.watchedPayments(10_000, 10)).map(({ paymentId }) => paymentId),
    save: (store: Store) => store.saveWatched({ ...watched, nextAt: 9_000 }),
  },
  {
    kind: "request",
    prepare: async () => void (await one.addRequest(requestRow({ nextReadAt: 100 }))),
    due: async (store: Store) => (await store.dueRequests(shopAccount, 10_000, 10)).map(({ tag }) => tag),
    save: async (store: Store) => {
      const request = await store.requestByTag(requestRow().tag);
      if (request) await store.commit({ request: { ...request, nextReadAt: 9_000, version: request.version + 1 } });
    },
  },
  {
    kind: "refund",
    prepare: () => one.saveRefund(refundRow({ tag: null, nextReadAt: 100 })),
    due: async (store: Store) => (await store.dueRefunds(10_000, 10)).map(({ transactionId }) => transactionId),
    save: async (store: Store) => void (await store.changeRefund(refundRow({ tag: null }), { nextReadAt: 9_000 })),
  },
];

describe.each(kinds)("a due $kind", ({ prepare, due, save }) => {
  beforeEach(prepare);

  it("is handed out to one store, again and again, and to no other while its lease lasts", async () => {
    expect(await due(one)).toHaveLength(1);
    expect(await due(other)).toEqual([]);
    expect(await due(one)).toHaveLength(1);
  });

  it("is handed out once where both ask at the same moment", async () => {
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all([due(one), due(other)]);
      expect(answers.flat()).toHaveLength(1);
      await save(answers[0].length > 0 ? one : other);
    }
  });

  it("is anybody's again when its work is saved, or its store closed", async () => {
    await due(one);
    await save(one);
    expect(await due(other)).toHaveLength(1);
    await other.close();
    expect(await due(one)).toHaveLength(1);
  });

  it("goes to another store when its owner is dead for longer than a lease", async () => {
    await due(one);
    await endLeases();
    expect(await due(other)).toHaveLength(1);
    expect(await due(one)).toEqual([]);
  });
});

describe("a store whose lease was taken over", () => {
  it.each(kinds.slice(0, 3))(
    "changes nothing of the $kind that it was away with",
    async ({ prepare, due, save, kind }) => {
      const table = { delivery: "deliveries", message: "messages" }[kind] ?? "watched_payments";
      await prepare();
      await due(one);
      await endLeases();
      await due(other);
      const before = await sql(`SELECT * FROM instamojo.${table}`);
      await save(one);
      expect(await sql(`SELECT * FROM instamojo.${table}`)).toEqual(before);
      await save(other);
      expect(await sql(`SELECT row FROM instamojo.${table}`)).toEqual([{ row: expect.stringContaining("9000") }]);
    },
  );

  it("cannot end the watch that another one keeps", async () => {
    await one.watchPayments([watched]);
    await one.watchedPayments(10_000, 1);
    await endLeases();
    await other.watchedPayments(10_000, 1);
    await one.endWatch(watched);
    expect(await other.watchedPayments(10_000, 1)).toEqual([watched]);
    await other.endWatch(watched);
    expect(await other.watchedPayments(10_000, 1)).toEqual([]);
  });

  it("does not say that an event is taken which is to be sent once more", async () => {
    await withEvents("a", 1);
    await one.dueDeliveries(1_000, 10);
    await other.redeliver("a1", [], 2_000);
    await one.saveDelivery(deliveryRow({ eventId: "a1", tag: tagOf("a"), state: "taken" }));
    expect(await other.dueDeliveries(2_000, 10)).toEqual([]);
    expect(await one.dueDeliveries(2_000, 10)).toMatchObject([{ eventId: "a1", state: "waiting" }]);
  });

  it("takes the word of a person over the one that works on a message", async () => {
    await one.recordMessage(messageRow());
    await one.dueMessages(10_000, 1);
    await other.saveMessage(messageRow({ state: "dismissed" }));
    await one.saveMessage(messageRow({ attempts: 1, nextAt: 9_000 }));
    expect(await one.messageById("m-1")).toMatchObject({ state: "dismissed" });
  });
});

describe("the events of a request", () => {
  it("stay in order over two stores", async () => {
    await withEvents("a", 3);
    await withEvents("b", 1);
    expect((await one.dueDeliveries(1_000, 1)).map(({ eventId }) => eventId)).toEqual(["a1"]);
    expect((await other.dueDeliveries(1_000, 10)).map(({ eventId }) => eventId)).toEqual(["b1"]);
    await one.saveDelivery(deliveryRow({ eventId: "a1", tag: tagOf("a"), state: "taken" }));
    expect((await other.dueDeliveries(1_000, 10)).map(({ eventId }) => eventId).sort()).toEqual(["a2", "b1"]);
    expect(await one.dueDeliveries(1_000, 10)).toEqual([]);
  });

  it("wait for the one on its way when an earlier one is sent again elsewhere", async () => {
    await withEvents("a", 2);
    await one.saveDelivery(deliveryRow({ eventId: "a1", tag: tagOf("a"), state: "taken" }));
    expect(await one.dueDeliveries(1_000, 10)).toMatchObject([{ eventId: "a2" }]);
    await other.redeliver("a1", [], 1_000);
    expect(await other.dueDeliveries(1_000, 10)).toEqual([]);
    expect(await one.dueDeliveries(1_000, 10)).toMatchObject([{ eventId: "a1" }]);
  });
});

describe("two stores at the same moment", () => {
  const both = <T>(work: (store: Store, index: number) => Promise<T>, count = 10): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index % 2 === 0 ? one : other, index)));

  it("never reserve more of a payment than is left", async () => {
    const asked = await both((store, index) =>
      store.reserveRefund(refundRow({ transactionId: `id-${index}`, amountPaise: 7_000, tag: null }), {
        availablePaise: 20_000,
      }),
    );
    expect(asked.filter(({ kind }) => kind === "reserved")).toHaveLength(2);
    expect(await one.refundsOfPayment(shopAccount, refundRow().paymentId)).toHaveLength(2);
  });

  it("give one id to one refund, whatever payment it is about", async () => {
    const asked = await both((store, index) =>
      store.reserveRefund(refundRow({ paymentId: `MOJO${index}`, tag: null }), { availablePaise: 20_000 }),
    );
    expect(asked.filter(({ kind }) => kind === "reserved")).toHaveLength(1);
  });

  it("give one key one row", async () => {
    const asked = await both((store, index) =>
      store.addRequest(requestRow({ tag: tagOf(String(index)), paymentRequestId: null, stage: "asking" })),
    );
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(asked.map(({ request }) => request.tag)).size).toBe(1);
  });

  it("store no more links of a conversation than its cap allows", async () => {
    const cap = { conversation: "hash", maxLinks: 3, maxMessages: 5, windowMs: 1_000 };
    const asked = await both((store, index) =>
      store.addRequest(
        requestRow({ tag: tagOf(String(index)), key: `k${index}`, paymentRequestId: null }),
        undefined,
        cap,
      ),
    );
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(3);
  });

  it("let one change of one version through, and tell its event once", async () => {
    await withEvents("a", 0);
    const request = requestRow({ tag: tagOf("a"), key: "a", paymentRequestId: tagOf("a"), version: 2, sequence: 1 });
    const told = await both((store) =>
      store.commit({
        request,
        events: [eventRow({ id: "a1", tag: request.tag })],
        deliveries: [deliveryRow({ eventId: "a1", tag: request.tag })],
      }),
    );
    expect(told.filter((isApplied) => isApplied)).toHaveLength(1);
    expect((await one.history(request.tag))?.deliveries).toHaveLength(1);
  });

  it("open one generation of an account, and pin one merchant", async () => {
    const identity = { name: "shop", environment: "test", clientId: "test_one" } as const;
    const accounts = await both((store, index) => store.openAccount(identity, `token-${index}`));
    expect(new Set(accounts.map(({ callbackToken }) => callbackToken)).size).toBe(1);
    const [account] = accounts;
    const merchants = await both((store, index) => store.pinMerchant(account ?? accountRow(), `m${index}`));
    expect(new Set(merchants).size).toBe(1);
  });

  it("record the same messages in opposite order, each once and without a deadlock", async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `m-${index}`);
    await Promise.all([
      ...ids.map((id) => one.recordMessage(messageRow({ id }))),
      ...ids.toReversed().map((id) => other.recordMessage(messageRow({ id }))),
    ]);
    expect(await sql("SELECT count(*)::int AS count FROM instamojo.messages")).toEqual([{ count: 300 }]);
  });

  it("forget a taker and tell it something: the one that comes second knows of the first", async () => {
    await withEvents("a", 0);
    const request = requestRow({ tag: tagOf("a"), key: "a", paymentRequestId: tagOf("a"), version: 2, sequence: 1 });
    const forgetting = new pg.Client({ connectionString: url });
    await forgetting.connect();
    await forgetting.query("BEGIN; DELETE FROM instamojo.takers");
    let isTold = false;
    const telling = one
      .commit({
        request,
        events: [eventRow({ id: "a1", tag: request.tag })],
        deliveries: [deliveryRow({ eventId: "a1", tag: request.tag })],
      })
      .then(() => {
        isTold = true;
      });
    const isHeldUp = async () =>
      (await sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
        .length;
    while (!isTold && !(await isHeldUp()));
    await forgetting.query("COMMIT");
    await forgetting.end();
    await telling;
    expect((await one.eventById("a1"))?.unclaimed).toBe("no-taker");
    expect(await one.undelivered(10)).toMatchObject({ waiting: 0, unclaimed: { "no-taker": 1 } });
  });
});

describe("a database that goes away", () => {
  it("fails every use typed, and serves again by itself with all that was acknowledged", async () => {
    const acknowledged = new Set<string>();
    let refused = 0;
    let isOver = false;
    const record = async (store: Store, name: string) => {
      for (let index = 0; !isOver; index += 1) {
        const id = `${name}-${index}`;
        await store.recordMessage(messageRow({ id })).then(
          () => acknowledged.add(id),
          (fault: { code?: string }) => {
            refused += 1;
            expect(fault.code).toBe("store_unavailable");
          },
        );
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const senders = Promise.all([record(one, "one"), record(other, "other")]);
    const grown = async (to: number) => {
      while (acknowledged.size < to) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await grown(200);
    await server.halt();
    for (const work of [() => one.dueMessages(0, 1), () => one.takers(), () => other.saveTaker(takerRow())])
      expect(await faultOf(work)).toMatchObject({ code: "store_unavailable", outcome: "not-applied", retryable: true });
    expect((await faultOf(() => opened())).code).toBe("store_unavailable");
    await server.start();
    await grown(acknowledged.size + 200);
    isOver = true;
    await senders;
    expect(refused).toBeGreaterThan(0);
    const stored = new Set((await sql("SELECT id FROM instamojo.messages")).map(({ id }) => String(id)));
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  }, 60_000);
});

describe("a connection that is lost while a change is being committed", () => {
  /** Ends the connection that waits in its commit. */
  async function breakCommit(): Promise<void> {
    for (;;) {
      const [ended] = await sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
           AND pid <> pg_backend_pid() AND wait_event IN ('SyncRep', 'PgSleep')`,
      );
      if (ended) return;
    }
  }
  /** Whether a commit waits for a stand-by now. */
  async function doCommitsWait(): Promise<boolean> {
    const client = new pg.Client({ connectionString: server.url(), application_name: "probe" });
    client.on("error", () => {});
    await client.connect();
    let isAnswered = false;
    const probe = client
      .query("CREATE TABLE probe (at timestamptz); DROP TABLE probe")
      .then(() => {
        isAnswered = true;
      })
      .catch(() => {});
    let hasWaited = false;
    while (!isAnswered && !hasWaited) {
      const ended = await sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'probe' AND wait_event = 'SyncRep'`,
      );
      hasWaited = ended.length > 0;
    }
    await probe;
    await client.end();
    return hasWaited;
  }
  /** No commit is answered while a stand-by is waited for that does not exist; the change itself is stored by then. */
  async function waitForStandBy(name: "nobody" | ""): Promise<void> {
    await server.query(server.url(), `ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await server.query(server.url(), "SELECT pg_reload_conf()");
    while ((await doCommitsWait()) !== (name === "nobody")) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  afterEach(() => waitForStandBy(""));

  const request = requestRow({ version: 2, sequence: 1 });
  const change = { request, events: [eventRow()], deliveries: [deliveryRow()] };

  it("is a failure to its caller although it was stored, and harmless to repeat", async () => {
    await one.addRequest(requestRow());
    await one.saveTaker(takerRow());
    await waitForStandBy("nobody");
    const [fault] = await Promise.all([faultOf(() => one.commit(change)), breakCommit()]);
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: true });
    expect(fault.message).toContain("before it said whether");
    await waitForStandBy("");
    expect(await one.requestByTag(request.tag)).toEqual(request);
    expect(await one.commit(change)).toBe(false);
    expect((await one.history(request.tag))?.deliveries).toHaveLength(1);
  });

  it("is a failure to the sender of a message too, and the message is stored once when it comes again", async () => {
    await waitForStandBy("nobody");
    const [fault] = await Promise.all([faultOf(() => one.recordMessage(messageRow())), breakCommit()]);
    expect(fault).toMatchObject({ code: "store_unavailable", retryable: true });
    await waitForStandBy("");
    await one.recordMessage(messageRow());
    expect(await one.dueMessages(10_000, 10)).toEqual([messageRow()]);
  });

  it("leaves nothing behind where PostgreSQL had not stored it, and can be done again", async () => {
    await one.addRequest(requestRow());
    await one.saveTaker(takerRow());
    await sql(`
      CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON instamojo.events DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle()`);
    const [fault] = await Promise.all([faultOf(() => one.commit(change)), breakCommit()]);
    expect(fault.code).toBe("store_unavailable");
    await sql("DROP FUNCTION dawdle CASCADE");
    expect(await one.requestByTag(request.tag)).toEqual(requestRow());
    expect(await one.eventById("evt_1")).toBeNull();
    expect(await one.commit(change)).toBe(true);
  });
});
