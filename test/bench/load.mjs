/** The load generator, in a process of its own: 100 connections, every message another one. Prints autocannon's result. */
import autocannon from "autocannon";
import { formOf, tagOf, webhookPath } from "./messages.ts";

const {
  url,
  connections = 100,
  seconds,
  amount,
  overallRate,
  first,
  perConnection = 600,
} = JSON.parse(process.argv[2]);
let next = first;

/** Each connection gets messages of its own and sends them one after the other. */
function setupClient(client) {
  client.setRequests(
    Array.from({ length: perConnection }, () => {
      const number = next++;
      return {
        method: "POST",
        path: `${webhookPath}&op=${tagOf(number)}`,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: formOf(number),
      };
    }),
  );
}

const result = await autocannon({
  url,
  connections,
  setupClient,
  ...(seconds ? { duration: seconds } : {}),
  ...(amount ? { amount } : {}),
  ...(overallRate ? { overallRate } : {}),
});
const { latency, requests, duration, non2xx, errors } = result;
process.stdout.write(
  JSON.stringify({
    perSecond: result["2xx"] / duration,
    answered: result["2xx"],
    failed: non2xx + errors,
    p50: latency.p50,
    p99: latency.p99,
    total: requests.total,
  }),
);
