import { createRequire } from "node:module";
import { ConfigError } from "../config.ts";
import { type Command, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { mcpCommand } from "./mcp.ts";
import { paymentsCommand } from "./payments.ts";
import { runCommand } from "./run.ts";
import { serveCommand } from "./serve.ts";
import { simulatorCommand } from "./simulator.ts";
import { startCommand } from "./start.ts";
import { openTerminal } from "./terminal.ts";
import { triggerCommand } from "./trigger.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  startCommand,
  simulatorCommand,
  runCommand,
  triggerCommand,
  serveCommand,
  paymentsCommand,
  doctorCommand,
  mcpCommand,
];

const width = Math.max(...commands.map((command) => command.name.length));

const overview = `instamojo-flow: Instamojo payments for flow builders

Usage: instamojo-flow <command> [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

  instamojo-flow <command> --help   explains a command with an example
  instamojo-flow --version          prints the version

New here? Type "instamojo-flow start", then open the address that it prints. No account is needed.

Results are written to stdout, one JSON document on the last line; everything else goes to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration or a missing package,
3 the gateway was asked and nobody knows what it did.`;

/** Runs the command that the arguments name. Never rejects: what goes wrong is said and becomes the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  try {
    if (name === undefined) throw new UsageError(overview);
    if (name === "--version") return print(terminal, version());
    if (name === "--help" || name === "-h") return print(terminal, overview);
    const command = commands.find((candidate) => candidate.name === name);
    if (!command) {
      const known = commands.map((candidate) => candidate.name).join(", ");
      throw new UsageError(
        `There is no command ${JSON.stringify(name)}. The commands are: ${known}. Try instamojo-flow --help`,
      );
    }
    if (rest.includes("--help") || rest.includes("-h")) return print(terminal, command.help);
    return await command.run(rest, terminal);
  } catch (error) {
    return report(error, terminal);
  }
}

function print(terminal: Terminal, text: string): ExitCode {
  terminal.out(text);
  return 0;
}

/** Errors made for people are shown as they are, with the exit code they carry; of others, all there is. */
function report(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof UsageError || error instanceof ConfigError) {
    terminal.note(error.message);
    return 2;
  }
  if (error instanceof Error && (error as { exitCode?: unknown }).exitCode === 2) {
    terminal.note(error.message);
    return 2;
  }
  terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

function version(): string {
  const manifest = createRequire(import.meta.url)("instamojo-flow-nodes/package.json") as { version: string };
  return manifest.version;
}

/** The process as a command: its arguments, its streams, its signals, its exit code. */
export async function runProcess(): Promise<void> {
  // The package's own timers never keep a host alive, so a wait between two attempts would end this process.
  const awake = setInterval(() => {}, 60_000);
  const code = await runCommandLine(process.argv.slice(2), openTerminal());
  clearInterval(awake);
  // Ends here even if something still holds a socket; what was written to a pipe is out by then.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
