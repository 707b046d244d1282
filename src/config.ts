import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type TSchema, Type } from "@sinclair/typebox";
import { Account, type Tier } from "../schemas/account.ts";
import { Config } from "../schemas/config.ts";
import type { ApiKey, DeliveryTarget, ServeSettings } from "../schemas/http-settings.ts";
import { checkAccounts, defaultMaxAccounts } from "./accounts.ts";
import { readHttpLists } from "./config-lists.ts";
import type { ConversationLimits } from "./runtime/conversation-limits.ts";
import type { FieldError } from "./runtime/errors.ts";
import { checkInput, type Validator } from "./runtime/validation.ts";

/** A configuration that is good to use. */
export interface LoadedConfig {
  /** The file it came from, absolute. */
  readonly file: string;
  readonly tier: Tier;
  readonly publicUrl: string | undefined;
  readonly callbackOrigins: readonly string[];
  readonly maxAccounts: number;
  /** Days that personal data is kept; undefined for the default. */
  readonly retentionDays: number | undefined;
  /** What one conversation may ask for; undefined for the defaults. */
  readonly limits: Partial<ConversationLimits> | undefined;
  /** File of the ledger, absolute; undefined where it lives in PostgreSQL. */
  readonly storeFile: string | undefined;
  /** Address of the database that the ledger lives in, with its password; undefined where it lives in a file. */
  readonly storeUrl: string | undefined;
  readonly accounts: readonly Account[];
  /** Where the HTTP host sends events, and who may call it. */
  readonly deliver: readonly DeliveryTarget[];
  readonly apiKeys: readonly ApiKey[];
  readonly serve: ServeSettings;
}

export interface LoadConfigOptions {
  readonly validator: Validator;
  /** Where `${NAME}` is looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Why a configuration cannot be used: every problem with its place and remedy. The text never shows a value of the
 * file, which may be a secret.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly FieldError[];

  constructor(file: string, problems: readonly FieldError[]) {
    const lines = problems.map(
      ({ field, message, remedy }) => `- ${field === "" ? "" : `${field}: `}${message} ${remedy}`,
    );
    super([`The configuration ${file} cannot be used:`, ...lines].join("\n"));
    this.problems = problems;
  }
}

/** The configuration but for its lists, whose items are checked one by one, to name the one that is wrong. */
const Surroundings = Type.Object(
  {
    ...Config.properties,
    accounts: plainList(Config.properties.accounts),
    deliver: Type.Optional(plainList(Config.properties.deliver)),
    apiKeys: Type.Optional(plainList(Config.properties.apiKeys)),
  },
  { additionalProperties: false },
);

function plainList({ title, form }: TSchema) {
  return Type.Array(Type.Record(Type.String(), Type.Unknown()), { ...(title ? { title } : {}), form });
}

/** Reads a configuration file, fills in `${NAME}` from the environment and checks every rule. Throws {@link ConfigError}. */
export function loadConfig(file: string, { validator, env }: LoadConfigOptions): LoadedConfig {
  const path = resolve(file);
  const problems: FieldError[] = [];
  const expanded = expand(parseFile(path), "", env, problems);
  if (problems.length > 0) throw new ConfigError(path, problems);
  const check = checkInput(Surroundings, expanded, validator);
  if (!check.ok) throw new ConfigError(path, check.errors);
  const config = check.value as Config;
  const maxAccounts = config.maxAccounts ?? defaultMaxAccounts;
  const accountProblems = checkAccounts(config.accounts, validator, maxAccounts);
  if (accountProblems.length > 0) throw new ConfigError(path, accountProblems);
  const { problems: listProblems, ...lists } = readHttpLists(
    { ...config, accounts: config.accounts.map(({ name }) => name) },
    validator,
  );
  if (listProblems.length > 0) throw new ConfigError(path, listProblems);
  return {
    file: path,
    tier: config.tier,
    publicUrl: config.publicUrl?.replace(/\/$/, ""),
    callbackOrigins: config.callbackOrigins ?? [],
    maxAccounts,
    retentionDays: config.retentionDays,
    limits: config.limits,
    storeFile: isFile(config.store) ? resolve(dirname(path), config.store.slice("sqlite:".length)) : undefined,
    storeUrl: isFile(config.store) ? undefined : config.store,
    accounts: config.accounts.map((account) => canonical(account, validator)),
    ...lists,
    serve: config.serve ?? {},
  };
}

function isFile(store: string): boolean {
  return store.startsWith("sqlite:");
}

/** The account without the blanks that copying adds. */
function canonical(account: Account, validator: Validator): Account {
  const check = checkInput(Account, account, validator);
  return check.ok ? (check.value as Account) : account;
}

function parseFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ConfigError(path, [
      {
        field: "",
        rule: "a file that can be read",
        message: isMissing ? "There is no such file." : "The file cannot be read.",
        remedy: isMissing ? "Name another with --config, or write it first." : "Check its name and permissions.",
      },
    ]);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch (error) {
    throw new ConfigError(path, [
      {
        field: "",
        rule: "JSON",
        message: `The file is not JSON${placeOf(error, text)}.`,
        remedy: "Look for a missing or superfluous comma, quote or bracket; comments are not allowed.",
      },
    ]);
  }
}

/** Where the JSON breaks. The engine's own words are not used: they quote the file. */
function placeOf(error: unknown, text: string): string {
  const match = /position ([0-9]+)/.exec(String(error));
  if (!match) return "";
  const before = text.slice(0, Number(match[1])).split("\n");
  return ` (line ${before.length}, column ${(before.at(-1) ?? "").length + 1})`;
}

function expand(value: unknown, field: string, env: LoadConfigOptions["env"], problems: FieldError[]): unknown {
  const at = (key: string | number) => (field === "" ? String(key) : `${field}.${key}`);
  if (Array.isArray(value)) return value.map((item, index) => expand(item, at(index), env, problems));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, at(key), env, problems)]));
  }
  if (typeof value !== "string") return value;
  return value.replace(/\$\{([^}]*)\}?/g, (written, name: string) => {
    const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && written.endsWith("}");
    const found = isName && Object.hasOwn(env, name) ? env[name] : undefined;
    if (!found) problems.push(isName ? missingVariable(field, name) : badVariable(field));
    return found ?? "";
  });
}

function missingVariable(field: string, name: string): FieldError {
  return {
    field,
    rule: "filled from the environment",
    message: `The environment variable ${name} is not set, or empty.`,
    remedy: `Set it before the command, for example: ${name}=… instamojo-flow …`,
  };
}

function badVariable(field: string): FieldError {
  return {
    field,
    rule: "a variable like ${NAME}",
    message: "What stands after ${ is no name of an environment variable.",
    remedy:
      "Write it like ${NAME}: letters, digits and underscores. A value that itself holds ${ goes into a variable.",
  };
}
