import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openDatabase, type SqliteDatabase } from "../../src/store/sqlite-database.ts";
import { openToWrite } from "../../src/store/sqlite-file.ts";
import { sqliteTables } from "../../src/store/sqlite-store-here.ts";
import type { Store } from "../../src/store/store.ts";
import {
  accountRow,
  deliveryRow,
  eventRow,
  messageRow,
  paymentRow,
  refundRow,
  requestRow,
  shopAccount,
  takerRow,
} from "./sample-rows.ts";

type Tables = ReturnType<typeof sqliteTables>;

const request = requestRow();
const marks = { marks: ["a"], seenAt: 2, forgetBefore: 1 };
const watched = { ...shopAccount, paymentId: "MOJO1", firstSeenAt: 1, nextAt: 1 };
const whole = {
  request: { ...request, version: 2 },
  payments: [paymentRow()],
  refunds: [refundRow()],
  refundsBefore: [refundRow()],
  events: [eventRow()],
  deliveries: [deliveryRow()],
};

/** Every method of the port, so that a new one is looked at too. */
const uses: Record<Exclude<keyof Store, "close">, ((store: Tables) => Promise<unknown>) | "walks the ledger"> = {
  openAccount: (store) => store.openAccount(accountRow(), "token"),
  accountByToken: async (store) => {
    await store.openAccount({ ...accountRow(), clientId: "another" }, "newer");
    return store.accountByToken("shop", "token");
  },
  pinMerchant: (store) => store.pinMerchant(accountRow(), "m"),
  setActive: (store) => store.setActive("shop", true),
  isActive: (store) => store.isActive("shop"),
  addRequest: (store) => store.addRequest(request),
  waitByTag: (store) => store.waitByTag(request.tag),
  requestByTag: (store) => store.requestByTag(request.tag),
  requestById: (store) => store.requestById(shopAccount, "1"),
  snapshot: (store) => store.snapshot(request.tag),
  countOpenLinks: (store) => store.countOpenLinks(),
  dueRequests: (store) => store.dueRequests(shopAccount, 1, 1),
  commit: async (store) => {
    await store.saveTaker(takerRow());
    await store.saveRefund(refundRow());
    return store.commit(whole);
  },
  reserveRefund: (store) => store.reserveRefund(refundRow(), { availablePaise: 1 }),
  refundByTransaction: (store) => store.refundByTransaction(shopAccount, "t"),
  refundsOfPayment: (store) => store.refundsOfPayment(shopAccount, "MOJO1"),
  saveRefund: (store) => store.saveRefund(refundRow()),
  changeRefund: (store) => store.changeRefund(refundRow(), { nextReadAt: 1 }),
  dueRefunds: (store) => store.dueRefunds(1, 1),
  recordMessage: (store) => store.recordMessage(messageRow()),
  saveMessage: (store) => store.saveMessage(messageRow({ state: "parked" })),
  dueMessages: (store) => store.dueMessages(1, 1),
  heldMessages: (store) => store.heldMessages(shopAccount, "MOJO1"),
  personalTags: (store) => store.personalTags("", 1),
  erasePersonal: (store) => store.erasePersonal([request.tag]),
  scrub: (store) => store.scrub(),
  eventById: (store) => store.eventById("evt_1"),
  takers: (store) => store.takers(),
  saveTaker: (store) => store.saveTaker(takerRow()),
  forgetTaker: (store) => store.forgetTaker("flow-2"),
  dueDeliveries: (store) => store.dueDeliveries(1, 1, "flow-1"),
  saveDelivery: (store) => store.saveDelivery(deliveryRow()),
  redeliver: (store) => store.redeliver("evt_1", ["flow-1"], 1),
  undelivered: (store) => store.undelivered(1),
  searchRequests: (store) => store.searchRequests({ limit: 1 }),
  tagsOf: (store) => store.tagsOf("MOJO1"),
  history: (store) => store.history(request.tag),
  messageById: (store) => store.messageById("m-1"),
  held: (store) => store.held(1),
  health: (store) => store.health(),
  recordDecision: (store) =>
    store.recordDecision({ at: 1, by: "a", action: "accept", target: "m-1", reason: "r", tag: request.tag } as never),
  unseenMarks: (store) => store.unseenMarks(shopAccount, "payments", ["a"]),
  saveMarks: (store) => store.saveMarks(shopAccount, "payments", marks),
  sweep: (store) => store.sweep(shopAccount),
  saveSweep: (store) => store.saveSweep({ ...shopAccount, deepDoneAt: null, foreignPayments: 0 }),
  latestRequests: (store) => store.latestRequests(shopAccount, 1),
  watchPayments: (store) => store.watchPayments([watched]),
  watchedPayments: (store) => store.watchedPayments(1, 1),
  saveWatched: (store) => store.saveWatched(watched),
  endWatch: (store) => store.endWatch(watched),
  damagedRows: (store) => store.damagedRows(),
};

/** Tables that grow with every link, payment or page of a list. */
const large =
  "requests|payments|refunds|messages|request_messages|events|deliveries|personal|personal_data|decisions|sweep_marks|watched_payments|waits|next|earlier|later|parked";

/**
 * Steps of a plan that look at all of a large table. An account can have all requests there are: whatever is found by it
 * alone is a scan by another name. Indexes on the few open rows are no such table.
 */
const walks = [
  new RegExp(
    `^SCAN (${large})(?! USING (COVERING )?INDEX (requests_open|events_unclaimed|deliveries_(open|due|parked)|messages_due|refunds_(due|unknown))\\b)`,
  ),
  /USING INDEX requests_by_account/,
];

/** Walks that end after a number of rows the query names, in the order they lie in. */
const isBounded = (sql: string) => /ORDER BY rowid (DESC|ASC) LIMIT :/.test(sql);

let folder: string;
let database: SqliteDatabase;
let connection: DatabaseSync;
const asked = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-plans-"));
  database = openDatabase(join(folder, "ledger.db"), {
    connect(file) {
      connection = openToWrite(file);
      const prepare = connection.prepare.bind(connection);
      return Object.assign(connection, {
        prepare(sql: string) {
          asked.add(sql);
          return prepare(sql);
        },
      });
    },
  });
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function walksOf(sql: string): readonly string[] {
  const steps = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
  return isBounded(sql)
    ? []
    : steps.map(({ detail }) => detail).filter((step) => walks.some((walk) => walk.test(step)));
}

describe("a ledger of any size", () => {
  it("is never walked through by what the package asks of it, at work or for its views", async () => {
    const store = sqliteTables(database);
    for (const use of Object.values(uses)) if (typeof use === "function") await use(store);
    const statements = [...asked].filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql));
    expect(statements.length).toBeGreaterThan(60);
    expect(statements.map((sql) => [sql, walksOf(sql)]).filter(([, found]) => found?.length !== 0)).toEqual([]);
    // Without statistics a plan does not depend on how many rows there are.
    expect(connection.prepare("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'").all()).toEqual([]);
  });

  it.each([
    "SELECT row FROM requests WHERE next_read_at <= 1 ORDER BY next_read_at",
    "SELECT 1 FROM requests WHERE account = 'shop' AND generation = 1 AND json_extract(row, '$.status') = 'Pending'",
    "SELECT messages.row FROM held_messages JOIN messages ON messages.id = held_messages.id WHERE json_extract(messages.row, '$.paymentId') = 'MOJO1'",
    "SELECT row FROM payments WHERE payment_id LIKE 'MOJO1'",
  ])("would be walked through by: %s", (sql) => {
    expect(walksOf(sql)).toHaveLength(1);
  });
});
