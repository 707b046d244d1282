/** The load generator, in a process of its own: every message another one. Prints what came of it. */
import autocannon from "autocannon";
import { quantile } from "./figures.ts";
import { formOf, tagOf, webhookPath } from "./messages.ts";
import { runPaced } from "./paced-load.ts";

const {
  url,
  connections = 100,
  seconds,
  amount,
  overallRate,
  first,
  perConnection = 600,
} = JSON.parse(process.argv[2]);
const message = (number) => ({ path: `${webhookPath}&op=${tagOf(number)}`, body: formOf(number) });

/** As many as the server takes: each connection sends messages of its own, one after the other. */
async function runFull() {
  let next = first;
  const setupClient = (client) => {
    client.setRequests(
      Array.from({ length: perConnection }, () => ({
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        ...message(next++),
      })),
    );
  };
  const limits = { ...(seconds ? { duration: seconds } : {}), ...(amount ? { amount } : {}) };
  const result = await autocannon({ url, connections, setupClient, ...limits });
  return {
    perSecond: result["2xx"] / result.duration,
    answered: result["2xx"],
    failed: result.non2xx + result.errors,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

async function runSteady() {
  const load = { url, perSecond: overallRate, seconds, connections, message: (number) => message(first + number) };
  const { answered, failed, latenciesMs } = await runPaced(load);
  const [p50, p99] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)];
  return { perSecond: answered / seconds, answered, failed, p50, p99 };
}

process.stdout.write(JSON.stringify(await (overallRate ? runSteady() : runFull())));
