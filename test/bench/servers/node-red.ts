/** A Node-RED flow `http in → function → http response` that does nothing but answer: for context, it does less. */
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
writeFileSync(join(userDir, "flows.json"), JSON.stringify(flow));

const RED = createRequire(import.meta.url)("node-red");
const { default: express } = (await import(createRequire(import.meta.resolve("node-red")).resolve("express"))) as {
  default: () => { use(path: string, handler: unknown): void } & Parameters<typeof createServer>[1];
};
const app = express();
const server = createServer(app);
RED.init(server, {
  userDir,
  flowFile: "flows.json",
  httpAdminRoot: false,
  httpNodeRoot: "/",
  logging: { console: { level: "off" } },
});
app.use("/", RED.httpNode);
RED.events.once("flows:started", () => {
  server.listen(0, "127.0.0.1", () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});
await RED.start();
