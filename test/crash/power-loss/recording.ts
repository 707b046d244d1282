import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** One thing that the recorded process did to a file, in the order of doing. */
export type Call =
  | { readonly kind: "write"; readonly file: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly file: string; readonly length: number }
  /** Everything written to the file before is on the disk. */
  | { readonly kind: "sync"; readonly file: string }
  | { readonly kind: "remove"; readonly file: string }
  | { readonly kind: "rename"; readonly file: string; readonly to: string };

const traced = "pwrite64,write,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,unlink,rename";

/** Runs a program under strace, which must be there, and writes what it does to files into `output`. */
export function record(command: readonly string[], output: string, env: Readonly<Record<string, string>>): void {
  const options = ["-f", "-qq", "-y", "-xx", "-s", "1048576", "--seccomp-bpf", "-e", "signal=none"];
  const { error, status } = spawnSync("strace", [...options, "-e", `trace=${traced}`, "-o", output, "--", ...command], {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, ...env, UV_USE_IO_URING: "0" },
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    throw new Error("The power-loss test records with strace, which is not on this machine: apt-get install strace.");
  }
  if (error) throw error;
  if (status !== 0 || !existsSync(output)) throw new Error(`The recorded program ended with ${status}.`);
}

const unfinished = / <unfinished \.\.\.>$/;
const resumed = /^<\.\.\. (\w+) resumed>(.*)$/;

/** Reads a recording: the calls on files of this folder. A write counts from its start, a sync from its end. */
export function readRecording(path: string, folder: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, string>();
  for (const line of readFileSync(path, "latin1").split("\n")) {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest === "") continue;
    const isSync = /^(fsync|fdatasync)\(/.test(rest);
    const again = resumed.exec(rest);
    if (again) {
      const begun = open.get(thread);
      open.delete(thread);
      if (begun) add(calls, `${begun}${again[2]}`, folder);
    } else if (unfinished.test(rest)) {
      if (isSync) open.set(thread, rest.replace(unfinished, ""));
      else add(calls, rest.replace(unfinished, ") = ?"), folder);
    } else {
      add(calls, rest, folder);
    }
  }
  return calls;
}

function add(calls: Call[], line: string, folder: string): void {
  const [, name = "", rest = ""] = /^(\w+)\((.*)$/.exec(line) ?? [];
  const result = / = (-?\d+|\?)(?=[^=]*$)/.exec(rest)?.[1];
  if (result === "-1") return;
  const onFile = /^\d+<([^>]*)>(?:, )?(.*)$/.exec(rest);
  const texts = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text]) => bytes(text ?? ""));
  if (name === "unlink" || name === "rename") {
    const [file = "", to = ""] = texts.map((text) => text.toString("utf8"));
    if (!file.startsWith(folder)) return;
    if (name === "unlink") calls.push({ kind: "remove", file: basename(file) });
    else calls.push({ kind: "rename", file: basename(file), to: basename(to) });
    return;
  }
  const path = bytes(onFile?.[1] ?? "").toString("utf8");
  if (!path.startsWith(folder)) return;
  const file = basename(path);
  const [data] = texts.slice(0, 1);
  const numbers = (onFile?.[2] ?? "").replace(/"[^"]*"/g, "").match(/\d+/g) ?? [];
  if (name === "fsync" || name === "fdatasync") calls.push({ kind: "sync", file });
  else if (name === "ftruncate") calls.push({ kind: "truncate", file, length: Number(numbers[0]) });
  else if (name === "pwrite64" && data) calls.push({ kind: "write", file, offset: Number(numbers[1]), data });
  else if (name === "write" && data) calls.push({ kind: "write", file, offset: Number.NaN, data });
  else throw new Error(`The recording has a call that the test cannot replay: ${name} on ${file}.`);
}

function bytes(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll("\\x", ""), "hex");
}
