import { type ChildProcess, fork } from "node:child_process";
import type { FromHost, Life, ToHost } from "./host-talk.ts";

/** One run of the host program. */
export interface HostProcess {
  /** The port it listens on, or null when it died before. */
  readonly listening: Promise<number | null>;
  readonly died: Promise<void>;
  isDead(): boolean;
  /** Asks for a link; its payment request id, or null when it died or refused. */
  link(reference: string): Promise<string | null>;
  kill(): void;
}

/** Starts host programs one after the other, the next one being loaded while the one before lives. */
export interface HostProcesses {
  start(life: Life): Promise<HostProcess>;
  /** Ends the one that is waiting for its turn. */
  close(): Promise<void>;
}

export function hostProcesses(program: string): HostProcesses {
  let standby = load(program);
  return {
    async start(life) {
      const { child, ready } = standby;
      standby = load(program);
      await ready;
      return begin(child, life);
    },
    async close() {
      const { child } = standby;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

interface Standby {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
}

function load(program: string): Standby {
  const child = fork(program, { execArgv: ["--disable-warning=ExperimentalWarning"], stdio: ["ignore", 2, 2, "ipc"] });
  // A word to a process that has just been killed.
  child.on("error", () => {});
  const ready = new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`The host program ended while it was loaded (${code}).`)));
  });
  ready.catch(() => {});
  return { child, ready };
}

function begin(child: ChildProcess, life: Life): HostProcess {
  const links = new Map<string, (paymentRequestId: string | null) => void>();
  let isDead = false;
  let tellPort = (_port: number | null): void => {};
  const listening = new Promise<number | null>((resolve) => {
    tellPort = resolve;
  });
  const died = new Promise<void>((resolve, reject) => {
    child.once("exit", (code, signal) => {
      isDead = true;
      tellPort(null);
      for (const answer of links.values()) answer(null);
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`The host program ended by itself (${code ?? signal}).`));
    });
  });
  died.catch(() => {});
  const say = (word: ToHost): void => {
    if (child.connected) child.send(word, () => {});
  };
  child.on("message", (word: FromHost) => {
    if (word.kind === "listening") tellPort(word.port);
    if (word.kind === "link") links.get(word.reference)?.(word.paymentRequestId);
  });
  say({ kind: "live", life });
  return {
    listening,
    died,
    isDead: () => isDead,
    link: (reference) =>
      new Promise((resolve) => {
        if (isDead) return resolve(null);
        links.set(reference, resolve);
        say({ kind: "link", reference });
      }),
    kill: () => void child.kill("SIGKILL"),
  };
}
