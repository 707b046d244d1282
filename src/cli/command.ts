import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** Where a command reads from and writes to. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  /** Writes one line of machine-readable output. */
  out(line: string): void;
  /** Writes one line for people. */
  note(line: string): void;
  /** Resolves when the command is asked to end (Ctrl-C, SIGTERM). */
  untilStopped(): Promise<void>;
}

/** How a command ended: 0 done, 1 failed, 2 usage, configuration or a missing peer, 3 nobody knows what happened. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` shows. */
  readonly help: string;
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** What a person typed cannot be done; the message says why and what to type instead. Ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Options = Record<string, { readonly type: "string" }>;
type Values<T extends Options> = { readonly [Name in keyof T]?: string };

export interface Arguments<T extends Options> {
  readonly options: Values<T>;
  readonly words: readonly string[];
}

/** Reads the arguments of a command: text options by name, and `words` names for what stands alone. */
export function readArguments<const T extends Options>(
  command: Pick<Command, "name">,
  args: readonly string[],
  expected: { readonly options: T; readonly words?: readonly string[] },
): Arguments<T> {
  const words = expected.words ?? [];
  const hint = `Type "instamojo-flow ${command.name} --help" to see what it takes.`;
  const { values, positionals } = parseOrRefuse(args, expected.options, hint);
  if (positionals.length > words.length) {
    throw new UsageError(`${command.name} does not take ${JSON.stringify(positionals[words.length])}. ${hint}`);
  }
  const missing = words[positionals.length];
  if (missing !== undefined) throw new UsageError(`${command.name} needs ${missing}. ${hint}`);
  return { options: values as Values<T>, words: positionals };
}

function parseOrRefuse(args: readonly string[], options: ParseArgsOptionsConfig, hint: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("ERR_PARSE_ARGS_")) throw error;
    throw new UsageError(`${message.split(". ")[0]?.replace(/\.$/, "")}. ${hint}`);
  }
}

/** The option's value; refuses when it was not given. */
export function requireOption(
  options: Readonly<Record<string, string | undefined>>,
  name: string,
  example: string,
): string {
  const value = options[name];
  if (value === undefined || value === "")
    throw new UsageError(`--${name} is missing. Give it, for example: --${name} ${example}`);
  return value;
}

/** Reads a port: 0 (any free one) to 65535. */
export function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new UsageError(`--port must be a number from 0 to 65535, not ${JSON.stringify(text)}.`);
  return port;
}

/** Reads the JSON of an option; its text is not repeated in the refusal, for it may hold what is private. */
export function readJson(text: string, name: string, example: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`--${name} must be JSON, in single quotes for the shell, for example: --${name} '${example}'`);
  }
}
