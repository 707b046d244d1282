/** The local Instamojo in a process of its own; with DELAY_MS every answer of the API comes so much later. */
import { salt } from "../messages.ts";
import { announce } from "./answering.ts";
import { loadSimulator } from "./built-package.ts";

const { startSimulator } = await loadSimulator();
const simulator = await startSimulator({
  clientId: "test_bench_client",
  clientSecret: "bench_secret",
  salt,
  switches: { refundReviewSeconds: 0 },
});
const delayMs = Number(process.env["DELAY_MS"] ?? 0);
if (delayMs > 0) simulator.control.faults({ kind: "delay", path: "/v2/*", delayMs, count: 0 });
announce(simulator.url);
