import { scopes } from "../../schemas/http-settings.ts";
import type { LoadedConfig } from "../config.ts";
import { type Role, roles } from "../runtime/coordination.ts";
import { isFlowError } from "../runtime/errors.ts";
import { type Command, type ExitCode, readArguments, readPort, type Terminal, UsageError } from "./command.ts";
import { readConfiguration, readManifest } from "./configuration.ts";
import { requirePeers } from "./peers.ts";

/** What the HTTP host is built of and the package does not bring along. */
export const servePeers = [
  "fastify",
  "@fastify/swagger",
  "@fastify/swagger-ui",
  "@fastify/rate-limit",
  "@fastify/cookie",
  "standardwebhooks",
];

const defaultPort = 8080;

const help = `instamojo-flow serve: the nodes and the event for any flow engine, over HTTP

Usage: instamojo-flow serve --config F [--port N] [--role all|receiver|worker]
       instamojo-flow serve --new-key ID
       instamojo-flow serve --new-secret

Runs nodes for callers with an API key (POST /v1/nodes/{id}/run), posts events to the targets under "deliver",
signed as Standard Webhooks, and shows payments on a page at /. The API is described at /docs.
It listens on 127.0.0.1 unless the configuration says otherwise ("serve": { "address", "allowedHosts" }). Through
publicUrl only Instamojo's webhook and the return page are to be reached. Ctrl-C ends it when all calls are answered.

Options:
  --config F      configuration file with accounts, apiKeys and deliver
  --port N        port to listen on (default ${defaultPort}; 0 takes any free one)
  --role R        what this process does, where several share a ledger in PostgreSQL ("store": "postgres://…"):
                  receiver takes webhooks and calls, worker confirms, delivers and reads Instamojo's lists and answers
                  only /healthz, /readyz and /metrics, all (the default) does both. Any number of each, all with the
                  same configuration; there must be a worker
  --new-key ID    prints a new API key, once, and the entry for "apiKeys" that knows it
  --new-secret    prints a new secret for "secrets" of a delivery target

Prints: {"ready":true,"url":url}

Example of the keys it reads:
  "apiKeys": [{ "id": "bot", "sha256": "…", "scopes": ["read", "link"] }],
  "deliver": [{ "name": "bot", "url": "https://bot.example.com/events", "secrets": ["\${BOT_SECRET}"] }]
Scopes: ${scopes.join(", ")}.

Example:
  instamojo-flow serve --config config.json --port ${defaultPort}`;

export const serveCommand: Command = {
  name: "serve",
  summary: "the nodes and the event for any flow engine, over HTTP",
  help,
  async run(args, terminal) {
    const isNewSecret = args.includes("--new-secret");
    const { options } = readArguments(
      this,
      args.filter((arg) => arg !== "--new-secret"),
      {
        options: {
          config: { type: "string" },
          port: { type: "string" },
          role: { type: "string" },
          "new-key": { type: "string" },
        },
      },
    );
    requirePeers("serve", servePeers);
    if (isNewSecret) return printNewSecret(terminal);
    if (options["new-key"] !== undefined) return printNewKey(options["new-key"], terminal);
    const port = options.port === undefined ? defaultPort : readPort(options.port);
    const config = readConfiguration(options, terminal);
    return serve(config, { port, role: readRole(options.role, config) }, terminal);
  },
};

function readRole(text: string | undefined, { storeUrl }: LoadedConfig): Role {
  const role = roles.find((known) => known === (text ?? "all"));
  if (!role) throw new UsageError(`--role is one of ${roles.join(", ")}, not ${JSON.stringify(text)}.`);
  if (storeUrl !== undefined) requirePeers("serve", ["pg", "pg-boss"]);
  else if (role !== "all") {
    throw new UsageError(
      `--role ${role} needs a ledger that several processes can share: set "store" to postgres://… in the configuration. A file has one owner, which does everything.`,
    );
  }
  return role;
}

async function printNewKey(id: string, terminal: Terminal): Promise<ExitCode> {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(id))
    throw new UsageError("--new-key takes a name of letters, digits, _, . and -.");
  const { newApiKey } = await import("../hosts/http/index.ts");
  const { key, sha256 } = newApiKey(id);
  terminal.note(
    "Give the key to its caller: it is shown only now. Put the entry under apiKeys, with the scopes it needs.",
  );
  terminal.out(JSON.stringify({ key, entry: { id, sha256, scopes: ["read", "link"] } }));
  return 0;
}

async function printNewSecret(terminal: Terminal): Promise<ExitCode> {
  const { newDeliverySecret } = await import("../hosts/http/index.ts");
  terminal.note("Give it to the receiver, and put it under secrets of its delivery target.");
  terminal.out(JSON.stringify({ secret: newDeliverySecret() }));
  return 0;
}

async function serve(
  config: LoadedConfig,
  { port, role }: { readonly port: number; readonly role: Role },
  terminal: Terminal,
): Promise<ExitCode> {
  const stopped = terminal.untilStopped();
  const [{ startHttpHost }, { createPinoLogger }] = await Promise.all([
    import("../hosts/http/index.ts"),
    import("../logging.ts"),
  ]);
  if (config.apiKeys.length === 0 && role !== "worker")
    terminal.note('No API key is configured, so nobody can call it: see "serve --help".');
  const { file: _file, accounts, ...settings } = config;
  try {
    const logger = createPinoLogger({ destination: { write: (line) => terminal.note(line.trimEnd()) } });
    const host = await startHttpHost({
      ...settings,
      accounts: () => accounts,
      manifest: readManifest(),
      logger,
      port,
      role,
    });
    terminal.out(JSON.stringify({ ready: true, url: host.url }));
    await stopped;
    await host.close();
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (isFlowError(error)) terminal.note(`${error.message} ${error.remedy}`);
    else if (code === "EADDRINUSE") terminal.note(`Port ${port} is taken. Choose another with --port, or 0 for any.`);
    else if (code === "EACCES" || code === "EADDRNOTAVAIL") terminal.note(`It cannot listen there: ${message}.`);
    else throw error;
    return 1;
  }
}
