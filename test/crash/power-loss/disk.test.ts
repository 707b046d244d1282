import { describe, expect, it } from "@jest/globals";
import { emptyDisk, type Fate } from "./disk.ts";
import type { Call } from "./recording.ts";

const write = (offset: number, text: string): Call => ({ kind: "write", file: "log", offset, data: Buffer.from(text) });
const sync: Call = { kind: "sync", file: "log" };

function foundAfter(calls: readonly Call[], ...fates: Fate[]): string | undefined {
  const disk = emptyDisk();
  for (const call of calls) disk.apply(call);
  return disk
    .found((index) => fates[index] ?? "kept")
    .get("log")
    ?.toString("utf8");
}

describe("a disk that lost its power", () => {
  it("has what was synced, whatever became of the rest", () => {
    expect(foundAfter([write(0, "paid"), sync, write(4, " twice")], "dropped")).toBe("paid");
  });

  it("has nothing of a file that was never synced and is dropped", () => {
    expect(foundAfter([write(0, "paid")], "dropped")).toBeUndefined();
  });

  it("may have a later change without an earlier one, with zeros between", () => {
    expect(foundAfter([write(0, "ab"), write(2, "cd")], "dropped", "kept")).toBe("\0\0cd");
  });

  it("may have the first half of a write", () => {
    expect(foundAfter([write(0, "abcd")], "torn")).toBe("ab");
  });

  it("applies changes in the order of writing, truncations too", () => {
    const calls: Call[] = [write(0, "abcdef"), { kind: "truncate", file: "log", length: 2 }, write(4, "z")];
    expect(foundAfter(calls)).toBe("ab\0\0z");
    expect(foundAfter(calls, "kept", "dropped")).toBe("abcdzf");
  });

  it("knows a removed file no more, and a renamed one by its new name", () => {
    const calls: Call[] = [write(0, "abc"), sync, { kind: "rename", file: "log", to: "kept" }];
    const disk = emptyDisk();
    for (const call of calls) disk.apply(call);
    expect([...disk.found(() => "kept").keys()]).toEqual(["kept"]);
    expect(foundAfter([write(0, "abc"), sync, { kind: "remove", file: "log" }])).toBeUndefined();
  });
});
