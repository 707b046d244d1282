import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readRecording } from "./recording.ts";

const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");

let path: string;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "instamojo-recording-"));
  path = join(folder, "trace");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(...lines: string[]) {
  writeFileSync(path, lines.join("\n"));
  return readRecording(path, "/data/");
}

const log = `21<${hex("/data/log")}>`;

describe("the reading of a recording", () => {
  it("finds writes with offset and bytes, truncations, syncs, removals", () => {
    expect(
      read(
        `77 pwrite64(${log}, "${hex("paid")}", 4, 32) = 4`,
        `77 ftruncate(${log}, 8192) = 0`,
        `78 fdatasync(${log}) = 0`,
        `77 unlink("${hex("/data/log")}") = 0`,
      ),
    ).toEqual([
      { kind: "write", file: "log", offset: 32, data: Buffer.from("paid") },
      { kind: "truncate", file: "log", length: 8192 },
      { kind: "sync", file: "log" },
      { kind: "remove", file: "log" },
    ]);
  });

  it("counts a sync from its end and a write from its start, when others come between", () => {
    const calls = read(
      `77 fsync(${log} <unfinished ...>`,
      `78 write(22<${hex("/data/answers")}>, "${hex("MOJO1\n")}", 6 <unfinished ...>`,
      "77 <... fsync resumed>) = 0",
      "78 <... write resumed>) = 6",
    );
    expect(calls.map(({ kind }) => kind)).toEqual(["write", "sync"]);
  });

  it("leaves out what failed and what is elsewhere", () => {
    const elsewhere = `9<${hex("/other/log")}>`;
    expect(read(`77 fsync(${log}) = -1 EIO (Input/output error)`, `77 fsync(${elsewhere}) = 0`)).toEqual([]);
  });

  it("stops at a call that it cannot replay", () => {
    expect(() => read(`77 pwritev(${log}, [{iov_base="${hex("a")}", iov_len=1}], 1, 0) = 1`)).toThrow("pwritev on log");
  });
});
