import { afterEach, describe, expect, it } from "@jest/globals";
import { createPinoLogger } from "../../src/logging.ts";
import { createPrometheusMetrics } from "../../src/metrics.ts";
import { localCredentials, type PluginHost, startPluginHost } from "../helpers/plugin-host.ts";

let host: PluginHost | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});

const personal = ["Asha Verma", "asha.verma@example.com", "9876543210", "conversation-77", "A very private purpose"];

/** A link bought and given back, and what goes wrong beside it: refused messages, a taker that fails, faults of the gateway. */
async function liveThroughIt() {
  const lines: string[] = [];
  const metrics = createPrometheusMetrics();
  const logger = createPinoLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  let failures = 1;
  host = await startPluginHost({ host: { logger, metrics } });
  await host.plugin.events.get("payment-status")?.subscribe({
    id: "failing",
    async deliver() {
      if (failures-- > 0) throw new Error("asha.verma@example.com was not found");
    },
  });
  const [name, email, phone, chat, purpose] = personal as [string, string, string, string, string];
  const made = await host.run(
    "generate-payment-link",
    { amount: "200", purpose, customerName: name, customerEmail: email, customerMobileNumber: phone },
    { correlation: { chat } },
  );
  if (made.port !== "success") throw new Error(JSON.stringify(made));
  const paymentRequestId = String(made.output["paymentRequestId"]);
  host.simulator.control.pay({ paymentRequestId, outcome: "success" });
  const paid = await host.event(({ status }) => status === "Completed");
  await host.run("create-refund", {
    paymentId: paid.paymentId as string,
    issueType: "QFL",
    description: purpose,
    refundAmount: "200",
  });
  await host.event(({ status }) => status === "Refunded");

  const create = host.simulator.ledger().calls.find(({ path }) => path === "/v2/payment_requests/");
  const callback = String(create?.body["webhook"]);
  const post = async (url: string, body: string, type = "application/x-www-form-urlencoded") =>
    (await fetch(url, { method: "POST", body, headers: { "content-type": type } })).status;
  const said = `payment_id=MOJO5a06005J21512197&buyer=${encodeURIComponent(email)}&mac=0123456789abcdef`;
  const answers = [
    await post(callback, said),
    await post(callback, `${said}&mac=1`),
    await post(callback, said, "application/json"),
    await post(callback.replace("/shop", "/stranger"), said),
    await post(callback, "x".repeat(65_537)),
  ];
  host.simulator.control.faults({ kind: "status", status: 500 } as never);
  await host.run("get-payment-status", { paymentRequestId });
  await host.run("generate-payment-link", { amount: "1", purpose, customerEmail: email });
  return { host, lines, metrics, answers, callback, email };
}

describe("what is written down about the life of a payment", () => {
  it("names no person, no secret and no correlation in any log, whatever goes wrong", async () => {
    const { lines, answers, callback } = await liveThroughIt();
    expect(answers).toEqual([403, 400, 415, 403, 413]);
    expect(lines.length).toBeGreaterThan(3);
    const text = lines.join("");
    const token = new URL(callback).searchParams.get("id") as string;
    const secrets = [localCredentials.clientSecret, localCredentials.salt, token, "0123456789abcdef"];
    for (const forbidden of [...personal, ...personal.map(encodeURIComponent), ...secrets]) {
      expect(text).not.toContain(forbidden);
    }
    const keys = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))));
    for (const key of ["mac", "correlation", "raw", "customer", "response", "body"]) expect(keys).not.toContain(key);
  });

  it("counts every step by account, status and cause", async () => {
    const { metrics, email } = await liveThroughIt();
    const text = await metrics.text();
    expect(text).toContain('instamojo_flow_received_total{account="shop"}');
    expect(text).toContain('instamojo_flow_refused_total{cause="not-authenticated"} 2');
    expect(text).toContain('instamojo_flow_refused_total{cause="repeated-key"} 1');
    expect(text).toContain('instamojo_flow_refused_total{cause="bad-content-type"} 1');
    expect(text).toContain('instamojo_flow_refused_total{cause="too-large"} 1');
    expect(text).toContain('instamojo_flow_settled_total{account="shop",status="Completed"} ');
    expect(text).toContain('instamojo_flow_settled_total{account="shop",status="Refunded"} 1');
    expect(text).toContain('instamojo_flow_delivered_total{account="shop",status="Pending"} 1');
    expect(text).toContain('instamojo_flow_retried_total{account="shop",cause="rejected"} 1');
    expect(text).toContain('instamojo_flow_deliver_lag_seconds_count{account="shop"}');
    expect(text).toMatch(/^instamojo_flow_open_links \d+$/m);
    expect(text).toMatch(/^instamojo_flow_sweep_lag_seconds\{account="shop"\} \d+(\.\d+)?$/m);
    for (const forbidden of [email, localCredentials.salt, "stranger"]) expect(text).not.toContain(forbidden);
  });
});
