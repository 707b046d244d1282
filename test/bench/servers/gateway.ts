/** The local Instamojo in a process of its own. */
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
announce(simulator.url);
