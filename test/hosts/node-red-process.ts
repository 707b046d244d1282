/**
 * A program that embeds Node-RED the way the documentation says, on a free loopback port. Its argument is JSON. Prints
 * a line of JSON when it is ready and one whenever the flows have started; a deploy is answered before that. Ends with 0
 * after a SIGTERM once everything is closed.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";

interface Given {
  /** `node-red`, or the alias of an older release. */
  readonly release: string;
  readonly userDir: string;
  /** Folder of the built package. */
  readonly packageRoot: string;
  readonly port: number;
  /** Whether the webhook route is announced to Instamojo. */
  readonly isPublic: boolean;
  readonly instamojo?: Record<string, unknown>;
  /** What each access token allows; without it nobody logs in. */
  readonly permissions?: Readonly<Record<string, string | readonly string[]>>;
  /** Who may log in, with their name as password; nobody has to where there is none. */
  readonly users?: readonly { readonly username: string; readonly permissions: readonly string[] }[];
}

const given = JSON.parse(process.argv[2]!) as Given;
const require = createRequire(`${given.packageRoot}/package.json`);
const RED = require(given.release);
const express = createRequire(require.resolve(given.release))("express");
const { embeddedSettings, ledgersClosed } = await import(
  pathToFileURL(`${given.packageRoot}/dist/src/hosts/node-red/index.js`).href
);

process.stdin.on("end", () => process.exit(1)).resume();

const userOf = async (name: string) => given.users?.find(({ username }) => username === name) ?? null;
const adminAuth = {
  type: "credentials",
  users: userOf,
  authenticate: async (name: string, password: string) => (name === password ? userOf(name) : null),
  async tokens(token: string) {
    const allowed = given.permissions?.[token];
    return allowed === undefined ? null : { username: token, permissions: allowed };
  },
};

const app = express();
const server = createServer(app);
server.listen(given.port, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}`;
const instamojo = { localUrl: url, ...(given.isPublic ? { publicUrl: url } : {}), ...given.instamojo };
RED.init(server, {
  ...embeddedSettings({ userDir: given.userDir, credentialSecret: "for tests", instamojo }),
  ...(given.users || given.permissions ? { adminAuth } : {}),
  httpAdminRoot: "/canvas",
  httpNodeRoot: "/",
  logging: { console: { level: process.env["NODE_RED_LOG"] ?? "warn", metrics: false, audit: false } },
});
app.use("/canvas", RED.httpAdmin);
app.use("/", RED.httpNode);
const started = new Promise((resolve) => RED.events.once("flows:started", resolve));
await RED.start();
await started;
RED.events.on("flows:started", () => process.stdout.write('{"started":true}\n'));
process.stdout.write(`${JSON.stringify({ url })}\n`);

process.once("SIGTERM", async () => {
  await RED.stop();
  await ledgersClosed();
  server.closeAllConnections();
  server.close();
  process.exit(0);
});
