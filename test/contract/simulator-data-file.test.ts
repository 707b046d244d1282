import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { startSimulator } from "../../src/simulator/index.ts";
import { call, closeAll, open, openReceiver } from "./simulator-caller.ts";

let folder = "";
let dataFile = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "simulator-"));
  dataFile = join(folder, "data", "instamojo.json");
});

afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true });
});

describe("the data file", () => {
  it("keeps requests, payments, cases, tokens and clock over a restart on another port", async () => {
    const first = await open({ dataFile });
    const payment = await first.paid();
    const refund = (await first.post(`/v2/payments/${payment}/refund/`, { type: "PTH", body: "x" })).body.refund.id;
    await first.sim.control.advanceClock(100);
    const before = first.sim.ledger();
    await first.sim.close();
    const second = await open({ dataFile });
    const after = second.sim.ledger();
    expect(second.sim.port).not.toBe(first.sim.port);
    expect([after.paymentRequests, after.payments]).toEqual([before.paymentRequests, before.payments]);
    expect(after.now).toBeGreaterThanOrEqual(before.now);
    const path = `/v2/resolutioncenter/cases/${refund}/`;
    const read = await call(second.sim.url + path, "GET", { token: first.token });
    expect(read.body).toMatchObject({
      resolution_status: "FINI_CONC",
      resource_uri: second.sim.url + path,
      payment: `${second.sim.url}/v2/payments/${payment}/`,
    });
    const request = after.paymentRequests[0]?.id;
    const shown = await second.get(`/v2/payment_requests/${request}/`);
    expect(shown.body.longurl).toBe(`${second.sim.url}/@local/${request}`);
    expect(shown.text).not.toContain(first.sim.url);
  });

  it("holds no origin, no client secret and no salt, and is readable by its owner only", async () => {
    const { sim, paid } = await open({ dataFile });
    await paid();
    const text = readFileSync(dataFile, "utf8");
    expect(text).not.toMatch(/client_secret|10ca110ca110/);
    expect(text).not.toContain(sim.url);
    expect(statSync(dataFile).mode & 0o777).toBe(0o600);
    expect(existsSync(`${dataFile}.new`)).toBe(false);
  });

  it("is written before the answer", async () => {
    const { request } = await open({ dataFile });
    const id = await request();
    expect(readFileSync(dataFile, "utf8")).toContain(id);
  });

  it("keeps a webhook that was not sent yet", async () => {
    const receiver = await openReceiver();
    const first = await open({ dataFile, switches: { webhookDelaySeconds: 600 } });
    const paymentRequestId = await first.request({ webhook: receiver.url });
    first.sim.control.pay({ paymentRequestId, outcome: "success" });
    await first.sim.close();
    const second = await open({ dataFile });
    expect(receiver.received).toEqual([]);
    await second.sim.control.advanceClock(600);
    expect(receiver.received[0]?.body).toContain(encodeURIComponent(second.sim.url));
  });

  it.each(["{", "{}", '{"format":2,"merchants":[]}'])(
    "that is none (%s) stops the start and stays as it is",
    async (text) => {
      const path = join(folder, "other.json");
      writeFileSync(path, text);
      await expect(startSimulator({ dataFile: path })).rejects.toThrow(
        `${path} is no data file of the local Instamojo`,
      );
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );
});

describe("the port", () => {
  it("that is taken stops the start", async () => {
    const { sim } = await open();
    await expect(startSimulator({ port: sim.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("is bound on 127.0.0.1 only", async () => {
    const { sim } = await open();
    expect(sim.url).toBe(`http://127.0.0.1:${sim.port}`);
    await expect(fetch(`http://[::1]:${sim.port}/`)).rejects.toThrow();
  });
});
