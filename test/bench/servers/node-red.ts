/**
 * A Node-RED flow `http in → function → http response` that does nothing but answer: for context, it does less. With
 * GATEWAY_URL the canvas also holds an account there, a link node and an event node, which wait.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { webhookPath } from "../messages.ts";
import { announce } from "./answering.ts";

const userDir = process.argv[2] as string;
const flow = [
  { id: "tab", type: "tab", label: "bench" },
  { id: "in", type: "http in", z: "tab", url: webhookPath.split("?")[0], method: "post", wires: [["answer"]] },
  { id: "answer", type: "function", z: "tab", func: "msg.payload = 'OK'; return msg;", outputs: 1, wires: [["out"]] },
  { id: "out", type: "http response", z: "tab", statusCode: "200", wires: [] },
];
const gateway = process.env["GATEWAY_URL"];
const account = { id: "account", type: "instamojo-account", name: "shop", baseUrl: gateway };
const ours = [
  account,
  { id: "event", type: "instamojo-payment-status", z: "tab", accounts: [], statuses: [], wires: [["link"]] },
  { id: "link", type: "instamojo-generate-payment-link", z: "tab", account: "account", wires: [[], []] },
];
writeFileSync(join(userDir, "flows.json"), JSON.stringify(gateway ? [...flow, ...ours] : flow));
const credentials = { clientId: "test_bench_client", clientSecret: "bench_secret" };
writeFileSync(join(userDir, "flows_cred.json"), JSON.stringify(gateway ? { account: credentials } : {}));

const RED = createRequire(import.meta.url)("node-red");
const { default: express } = (await import(createRequire(import.meta.resolve("node-red")).resolve("express"))) as {
  default: () => { use(path: string, handler: unknown): void } & Parameters<typeof createServer>[1];
};
const app = express();
const server = createServer(app);
RED.init(server, {
  userDir,
  flowFile: "flows.json",
  credentialSecret: false,
  ...(gateway ? { nodesDir: [new URL("../../../", import.meta.url).pathname] } : {}),
  httpAdminRoot: false,
  httpNodeRoot: "/",
  logging: { console: { level: "off" } },
});
app.use("/", RED.httpNode);
RED.events.once("flows:started", () => {
  server.listen(0, "127.0.0.1", () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});
await RED.start();
