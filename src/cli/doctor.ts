import { ConfigError, type LoadedConfig } from "../config.ts";
import { type Command, type ExitCode, readArguments, type Terminal } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { type Finding, lineOf } from "./doctor/finding.ts";

const help = `instamojo-flow doctor: checks whether everything is set up right

Usage: instamojo-flow doctor --config F [--json]

Changes nothing and shows no secret. A line for each check says ok, warning, failed or unknown, and what to do:

  accounts     there is at least one, and the configuration can be used
  credentials  Instamojo gives a token for them, and a read works
  world        base URL, client id and tier fit each other; the merchant is the one of the ledger
  salt         a private salt is set, and webhooks fit it
  public URL   the webhook route can be reached, and nothing else
  store        the ledger can be read, keeps what it is given, and has room
  clock        this machine's clock is at most a minute off Instamojo's

Run it after setting up, after each change of the configuration, and when something is odd. A server may run meanwhile.

Options:
  --config F     configuration file
  --json         one JSON document: {"ok":true,"checks":[{"check","account"?,"result","message","remedy"?}]}

Exit codes: 0 nothing failed (warnings are no failure); 1 a check failed; 2 wrong usage, or no configuration at all.

Example:
  instamojo-flow doctor --config config.json`;

export const doctorCommand: Command = {
  name: "doctor",
  summary: "checks accounts, credentials, world, salt, public URL, store and clock",
  help,
  async run(args, terminal) {
    const isJson = args.includes("--json");
    const { options } = readArguments(
      this,
      args.filter((arg) => arg !== "--json"),
      { options: { config: { type: "string" } } },
    );
    const findings = await examine(options, terminal);
    const isOk = findings.every(({ result }) => result !== "failed");
    if (isJson) terminal.out(JSON.stringify({ ok: isOk, checks: findings }));
    else for (const finding of findings) terminal.out(lineOf(finding));
    return (isOk ? 0 : 1) satisfies ExitCode;
  },
};

async function examine(options: { readonly config?: string }, terminal: Terminal): Promise<readonly Finding[]> {
  let config: LoadedConfig;
  try {
    config = readConfiguration(options, terminal);
  } catch (thrown) {
    // A file that is not there, or is no JSON, is no configuration to look at.
    if (!(thrown instanceof ConfigError) || thrown.problems.some(({ field }) => field === "")) throw thrown;
    return thrown.problems.map(({ field, message, remedy }) => ({
      check: "configuration",
      result: "failed",
      message: `${field}: ${message}`,
      remedy,
    }));
  }
  const { examineConfig } = await import("./doctor/examine.ts");
  return examineConfig(config);
}
