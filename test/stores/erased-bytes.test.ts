import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { migrations } from "../../src/store/sqlite-schema.ts";
import { openSqliteStoreHere } from "../../src/store/sqlite-store-here.ts";
import type { Store } from "../../src/store/store.ts";
import { eventRow, refundRow, requestRow } from "./sample-rows.ts";

let folder: string;
let store: Store;
const fileOf = () => join(folder, "ledger.db");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-bytes-"));
  store = openSqliteStoreHere(fileOf());
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Scattered like random tags, and the same in every run. */
const tagOf = (person: number) => ((person * 2_654_435_761) % 2 ** 32).toString(16).padStart(32, "0");
const markOf = (person: number) => `Person<${person}>`;
/** Some fit a page many times, some fill pages of their own. */
const wordsOf = (person: number, words: number) => `${markOf(person)} ${"w".repeat(words * (person % 7 ? 9 : 900))}`;

async function add(person: number): Promise<void> {
  const tag = tagOf(person);
  const request = requestRow({
    tag,
    key: tag,
    paymentRequestId: tag,
    input: { amount: "200.00", customerName: wordsOf(person, 1) },
    correlation: { chat: markOf(person) },
    response: null,
  });
  await store.addRequest(request);
  const customer = { name: wordsOf(person, 2), email: null, mobileNumber: null };
  const event = { status: "Completed", customer, correlation: null, raw: {}, failure: null, observedAt: "2026-01-01" };
  await store.commit({
    request: { ...request, version: 2, sequence: 1, response: { buyer: wordsOf(person, 3) } },
    events: [eventRow({ id: `evt_${person}`, tag, event: { ...event } as unknown as PaymentStatusEvent })],
  });
}

/** A refund whose reply grows with every read of its case. */
async function refund(person: number): Promise<void> {
  const tag = tagOf(person);
  for (const words of [1, 4, 2])
    await store.saveRefund(
      refundRow({ tag, transactionId: `refund-${person}`, response: { body: wordsOf(person, words) } }),
    );
}

/** The people of whom the files of the ledger hold a trace. */
function found(): ReadonlySet<number> {
  const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  return new Set(bytes.flatMap((text) => [...text.matchAll(/Person<(\d+)>/g)].map(([, person]) => Number(person))));
}

const people = (count: number, fits = (_person: number) => true) =>
  Array.from({ length: count }, (_, person) => person).filter(fits);

async function erase(those: readonly number[]): Promise<void> {
  for (let start = 0; start < those.length; start += 100)
    await store.erasePersonal(those.slice(start, start + 100).map(tagOf));
  expect(await store.scrub()).toBe(true);
}

describe("the bytes of a ledger in which people were forgotten", () => {
  it("hold none of them, however rows were split, grown and spread over pages", async () => {
    const count = 800;
    for (let start = 0; start < count; start += 40) {
      const some = people(start + 40, (person) => person >= start);
      await Promise.all(some.map(add));
      // Rows come, grow and go between each other.
      await Promise.all([
        ...some.filter((person) => person % 5 < 2).map(refund),
        ...some.filter((person) => person % 4 === 2).map((person) => store.erasePersonal([tagOf(person)])),
      ]);
    }
    const isLeft = (person: number) => person % 4 === 1;
    await erase(people(count, (person) => !isLeft(person)));
    expect([...found()].toSorted((one, other) => one - other)).toEqual(people(count, isLeft));
    for (const person of people(count, isLeft))
      expect((await store.requestByTag(tagOf(person)))?.input.customerName).toBe(wordsOf(person, 1));

    for (const person of people(count).reverse().slice(0, 20)) await erase([person]);
    await erase(people(count));
    expect(found()).toEqual(new Set());
  });

  it("are given back from the old end on, and no trace is left where the kept ones began", async () => {
    const count = 900;
    for (const person of people(count)) await add(person);
    await erase(people(count, (person) => person < 700));
    const database = new DatabaseSync(fileOf(), { readOnly: true });
    const rows = () => Number(database.prepare("SELECT count(*) AS count FROM personal_data").get()?.count);
    // Three texts of each person; a thousand erased ones stay as a border.
    expect(rows()).toBe(200 * 3 + 1_000);
    expect(found().size).toBe(200);
    await erase(people(count));
    expect(rows()).toBe(1_000);
    expect(found()).toEqual(new Set());
    await add(count);
    expect((await store.requestByTag(tagOf(count)))?.response).toEqual({ buyer: wordsOf(count, 3) });
    database.close();
  });

  it("hold none of them either where a ledger of the first version still had copies", async () => {
    await store.close();
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "instamojo-bytes-"));
    const before = new DatabaseSync(fileOf());
    before.exec(`PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; ${migrations[0]}; PRAGMA user_version = 1`);
    const put = before.prepare("INSERT INTO personal VALUES (:tag, 'input', '', 1, :data)");
    before.exec("BEGIN");
    for (const person of people(2_000))
      put.run({ tag: tagOf(person), data: JSON.stringify({ input: { customerName: wordsOf(person, 1) } }) });
    before.exec("COMMIT; DELETE FROM personal WHERE tag < '00000000000000000000000080000000'");
    before.close();
    store = openSqliteStoreHere(fileOf());
    await store.scrub();
    const left = await store.personalTags("", 5_000);
    expect(left.length).toBeLessThan(1_200);
    expect([...found()].map(tagOf).toSorted()).toEqual(left.map(({ tag }) => tag));
    await store.erasePersonal(left.map(({ tag }) => tag));
    await store.scrub();
    expect(found()).toEqual(new Set());
  });
});
