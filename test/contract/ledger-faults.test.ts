import { spawn } from "node:child_process";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Payment } from "../../schemas/wire/payment.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { type FaultScene, gatewayProfiles, rest, scratchFolder, startScene, until } from "../helpers/fault-scene.ts";
import { ledgerFaults, openFaultyLedger } from "../helpers/faulty-ledger.ts";

let folder: ReturnType<typeof scratchFolder>;
let scene: FaultScene;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(async () => {
  await scene.host.close();
  folder.remove();
});

/** Too much for the room that may be left in a page. */
const correlation = { text: "x".repeat(3_900) };
const creates = () =>
  scene.host.simulator.ledger().calls.filter(({ method, path }) => method === "POST" && path.endsWith("_requests/"));

/** Sends the messages of payments, a few at a time; those that were answered 200. Any other answer must be a 503. */
async function send(payments: readonly Payment[]): Promise<Set<Payment>> {
  const taken = new Set<Payment>();
  for (let start = 0; start < payments.length; start += 5) {
    const some = payments.slice(start, start + 5);
    const answers = await Promise.all(some.map((payment) => scene.post(payment)));
    for (const [index, { status, headers }] of answers.entries()) {
      if (status === 200) taken.add(some[index] as Payment);
      else expect([status, Number(headers.get("retry-after"))]).toEqual([503, 30]);
    }
  }
  return taken;
}

/** A node run fails typed, and the gateway hears nothing of it. */
async function nodeFails(): Promise<void> {
  const before = creates().length;
  const result = await scene.host.run("generate-payment-link", { amount: "200", purpose: "Iphone" }, { correlation });
  expect(result).toMatchObject({
    port: "error",
    error: { code: "store_unavailable", outcome: "not-applied", retryable: true },
  });
  expect(creates()).toHaveLength(before);
}

describe.each(gatewayProfiles)("with a %s gateway", (profile) => {
  it("a ledger that fails in one way after the other takes no message falsely, and goes on when it is well", async () => {
    const ledger = await openFaultyLedger(folder.fileOf("ledger.db"));
    scene = await startScene({ profile, host: { store: ledger.store } });
    scene.fault({ kind: "webhook-drop", count: 0 });
    const ids = await Promise.all(Array.from({ length: 6 }, () => scene.link()));
    expect((await send([scene.pay(ids[0] as string)])).size).toBe(1);
    for (const kind of ledgerFaults) {
      ledger.set(kind);
      const isFull = kind === "full";
      const paid = Array.from({ length: isFull ? 30 : 6 }, (_, index) => scene.pay(ids[index % 6] as string));
      const taken = await send(paid);
      // Rows that fit into what is left of a page are stored, however full the disk is.
      expect([kind, taken.size]).toEqual([kind, isFull ? expect.any(Number) : 0]);
      expect(taken.size).toBeLessThan(25);
      await nodeFails();

      ledger.set(null);
      const refused = paid.filter((payment) => !taken.has(payment));
      await until(
        async () => (await scene.post(refused[0] as Payment)).status === 200,
        () => rest(100),
      );
      expect((await send(refused)).size).toBe(refused.length);
      await scene.link({ correlation });
    }
    await scene.allToldOnce();
  });

  it("a lock that another process holds on the ledger takes no message falsely", async () => {
    const storeFile = folder.fileOf("ledger.db");
    scene = await startScene({ profile, storeFile });
    scene.fault({ kind: "webhook-drop", count: 0 });
    const id = await scene.link();
    const release = await lockElsewhere(storeFile);
    const payments = [scene.pay(id), scene.pay(id), scene.pay(id)];
    expect((await send(payments)).size).toBe(0);
    await nodeFails();
    await release();
    expect((await send(payments)).size).toBe(3);
    await scene.allToldOnce();
  });

  it("a damaged message or link stops nothing but itself", async () => {
    const file = folder.fileOf("ledger.db");
    const store = await openSqliteStore({ file });
    scene = await startScene({ profile, host: { store } });
    scene.fault({ kind: "webhook-drop", count: 0 });
    const ids = await Promise.all(Array.from({ length: 4 }, () => scene.link()));
    const [badLink, badMessage] = ids as [string, string];
    scene.fault({ kind: "status", method: "GET", path: "/v2/*", status: 503, count: 0 });
    const payments = ids.map((id) => scene.pay(id));
    expect((await send(payments)).size).toBe(4);
    damage(file, "requests", `%${badLink}%`);
    await until(
      async () => (await store.damagedRows()).messages === 1,
      async () => {
        damage(file, "messages", `%"paymentRequestId":"${badMessage}"%`);
        await scene.pass(15);
        await rest(100);
      },
    );
    scene.fault({ kind: "clear" });
    scene.fault({ kind: "webhook-drop", count: 0 });
    ids.push(await scene.link());
    await scene.post(scene.pay(ids.at(-1) as string));
    // Without its message the lists still tell of a payment; without its link nobody knows whose it is.
    const told = () => scene.completed().map(({ paymentRequestId }) => paymentRequestId);
    await until(
      () => told().length >= 4,
      () => scene.pass(15).then(() => rest(100)),
    );
    expect(told().sort()).toEqual(ids.slice(1).sort());
  });
});

/** Another process takes SQLite's lock on the file; the result gives it back. */
async function lockElsewhere(file: string): Promise<() => Promise<unknown>> {
  const program = `const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(process.argv[1]);
    database.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
    process.stdout.write("held");
    process.stdin.resume().on("end", () => database.exec("COMMIT"));`;
  const holder = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "-e", program, file]);
  await once(holder.stdout, "data");
  return () => {
    holder.stdin.end();
    return once(holder, "exit");
  };
}

/** Changes the bytes of rows behind the ledger's back. */
function damage(file: string, table: "messages" | "requests", like: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.prepare(`UPDATE ${table} SET row = '{' WHERE row LIKE ?`).run(like);
  database.close();
}
