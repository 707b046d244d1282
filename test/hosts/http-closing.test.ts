import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createSharedRuns } from "../../src/hosts/http/shared-runs.ts";
import type { NodeResult } from "../../src/runtime/run-node.ts";
import { startTestHttpHost } from "../helpers/http-host.ts";

describe("an HTTP host that closes", () => {
  it("answers what is under way, refuses what is new, and leaves the ledger to the next one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "http-"));
    const storeFile = join(folder, "ledger.db");
    const first = await startTestHttpHost({ storeFile });
    try {
      const isAsked = () => first.simulator.ledger().calls.some(({ path }) => path.includes("payment_requests"));
      first.simulator.control.faults({ kind: "delay", delayMs: 400 });
      const slow = first.run("generate-payment-link", { amount: "200", purpose: "Iphone", reference: "order-1" });
      for (let turn = 0; turn < 500 && !isAsked(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
      const closed = first.host.close();
      const late = await first.call("/readyz").catch(() => ({ status: 503 }));
      expect(late.status).toBe(503);
      expect((await slow).json).toMatchObject({ port: "success", output: { replayed: false } });
      await closed;
      const id = (await slow).json.output.paymentRequestId;
      const second = await startTestHttpHost({ storeFile });
      try {
        const { json } = await second.call(`/v1/payments/${id}`, { key: second.keys.read });
        expect(json).toMatchObject({ paymentRequestId: id, stage: "open" });
      } finally {
        await second.close();
      }
    } finally {
      await first.simulator.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("frees the port when the ledger cannot be had", async () => {
    await expect(startTestHttpHost({ storeFile: "/dev/null/ledger.db" })).rejects.toMatchObject({
      code: "store_unavailable",
    });
  });
});

describe("calls of one operation", () => {
  const done: NodeResult = { port: "success", output: {} };

  it("wait so long for another and no longer", async () => {
    const share = createSharedRuns(30);
    let finish = (_result: NodeResult) => {};
    const first = share({ operation: "a", input: { x: 1 }, run: () => new Promise((resolve) => (finish = resolve)) });
    for (const input of [{ x: 1 }, { x: 2 }]) {
      const run = () => Promise.reject(new Error("It ran twice."));
      await expect(share({ operation: "a", input, run })).rejects.toMatchObject({ code: "still_running", status: 409 });
    }
    expect(await share({ operation: "b", input: { x: 1 }, run: async () => done })).toBe(done);
    finish(done);
    expect(await first).toBe(done);
    expect(await share({ operation: "a", input: { x: 2 }, run: async () => done })).toBe(done);
  });
});
