import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PlaygroundError } from "./playground-error.ts";

/** Where the playground keeps everything unless told otherwise, in the current folder. */
export const defaultFolder = ".instamojo-playground";

/** What is remembered from one start to the next. */
export interface PlaygroundState {
  readonly ports?: Ports;
  /** Who filled in the account of the example bot last time. */
  readonly accountSource?: "local" | "environment";
}

export interface Ports {
  /** Canvas and chat. */
  readonly canvas: number;
  /** The local Instamojo. */
  readonly simulator: number;
}

/** The one folder that holds flows, ledger, chats and the local Instamojo's books. Only its owner can read it. */
export interface DataFolder {
  readonly path: string;
  readonly nodeRed: string;
  readonly ledger: string;
  readonly chatFile: string;
  readonly simulatorFile: string;
  /** Encrypts the credentials that Node-RED stores; made at the first start. */
  readonly credentialSecret: string;
  readState(): PlaygroundState;
  writeState(state: PlaygroundState): void;
}

/** Opens the folder, or makes it. Throws {@link PlaygroundError} where it cannot be written. */
export function openDataFolder(dir: string = defaultFolder): DataFolder {
  const path = resolve(dir);
  const stateFile = join(path, "playground.json");
  const folder = { path, nodeRed: join(path, "node-red"), ledger: join(path, "ledger") };
  try {
    for (const each of Object.values(folder)) mkdirSync(each, { recursive: true, mode: 0o700 });
    return {
      ...folder,
      chatFile: join(path, "chat.db"),
      simulatorFile: join(path, "simulator.json"),
      credentialSecret: readOrMakeSecret(join(path, "credential-secret")),
      readState: () => readState(stateFile),
      writeState: (state) => writeWhole(stateFile, `${JSON.stringify(state, null, 2)}\n`),
    };
  } catch (cause) {
    if (cause instanceof PlaygroundError) throw cause;
    throw new PlaygroundError(
      "folder-unusable",
      `The folder ${path} cannot be used (${(cause as Error).message}). Choose another with --dir.`,
      { cause },
    );
  }
}

function readOrMakeSecret(file: string): string {
  if (!existsSync(file)) writeWhole(file, randomBytes(32).toString("hex"));
  chmodSync(file, 0o600);
  return readFileSync(file, "utf8").trim();
}

function readState(file: string): PlaygroundState {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as PlaygroundState;
  } catch (cause) {
    throw new PlaygroundError(
      "folder-unusable",
      `${file} is not readable (${(cause as Error).message}). Delete it; only the port numbers are lost.`,
      { cause },
    );
  }
}

/** Beside it first, then in its place: a power cut leaves the old file or the new one. */
function writeWhole(file: string, text: string): void {
  const next = `${file}.next`;
  writeFileSync(next, text, { mode: 0o600, flush: true });
  renameSync(next, file);
}
