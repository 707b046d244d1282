import { scopes } from "../../schemas/http-settings.ts";
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

Usage: instamojo-flow serve --config F [--port N]
       instamojo-flow serve --new-key ID
       instamojo-flow serve --new-secret

Runs nodes for callers with an API key (POST /v1/nodes/{id}/run), posts events to the targets under "deliver",
signed as Standard Webhooks, and shows payments on a page at /. The API is described at /docs.
It listens on 127.0.0.1 unless the configuration says otherwise ("serve": { "address", "allowedHosts" }). Through
publicUrl only Instamojo's webhook and the return page are to be reached. Ctrl-C ends it when all calls are answered.

Options:
  --config F      configuration file with accounts, apiKeys and deliver
  --port N        port to listen on (default ${defaultPort}; 0 takes any free one)
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
      { options: { config: { type: "string" }, port: { type: "string" }, "new-key": { type: "string" } } },
    );
    requirePeers("serve", servePeers);
    if (isNewSecret) return printNewSecret(terminal);
    if (options["new-key"] !== undefined) return printNewKey(options["new-key"], terminal);
    const port = options.port === undefined ? defaultPort : readPort(options.port);
    return serve(readConfiguration(options, terminal), port, terminal);
  },
};

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
  config: ReturnType<typeof readConfiguration>,
  port: number,
  terminal: Terminal,
): Promise<ExitCode> {
  const stopped = terminal.untilStopped();
  const [{ startHttpHost }, { createPinoLogger }] = await Promise.all([
    import("../hosts/http/index.ts"),
    import("../logging.ts"),
  ]);
  if (config.apiKeys.length === 0)
    terminal.note('No API key is configured, so nobody can call it: see "serve --help".');
  const { file: _file, accounts, ...settings } = config;
  try {
    const logger = createPinoLogger({ destination: { write: (line) => terminal.note(line.trimEnd()) } });
    const host = await startHttpHost({ ...settings, accounts: () => accounts, manifest: readManifest(), logger, port });
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
