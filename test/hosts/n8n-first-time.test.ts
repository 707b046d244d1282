import { describe, expect, it } from "@jest/globals";
import { type FirstTimeOptions, firstTimeOnly } from "../../src/hosts/n8n/trigger/first-time.ts";

type Record = FirstTimeOptions["store"]["checkProcessedAndRecord"];
type Ids = Parameters<Record>[0];

let places = 0;

/** A list as n8n keeps it; each entry of `failures` makes one call fail. */
function listWith(failures: readonly (Error | null)[]) {
  const left = [...failures];
  const known = new Set<unknown>();
  const warnings: string[] = [];
  places += 1;
  const checkProcessedAndRecord = (async (ids: Ids) => {
    const failure = left.shift();
    if (failure) throw failure;
    const found = { new: ids.filter((id) => !known.has(id)), processed: ids.filter((id) => known.has(id)) };
    for (const id of ids) known.add(id);
    return found;
  }) as Record;
  const options = { place: `flow ${places}`, store: { checkProcessedAndRecord } };
  return {
    known,
    warnings,
    options: { ...options, sleep: async () => {}, warn: (text: string) => void warnings.push(text) },
  };
}

const items = (...ids: string[]) => ids.map((id) => ({ json: { id } }));
const taken = new Error("duplicate key value violates unique constraint");

describe("an event that n8n may have started before", () => {
  it("starts once, also when it comes twice in one run", async () => {
    const { options, warnings } = listWith([]);
    expect(await firstTimeOnly(items("a", "b", "a"), options)).toEqual(items("a", "b"));
    expect(await firstTimeOnly(items("b", "c"), options)).toEqual(items("c"));
    expect(warnings).toEqual([]);
  });

  it("starts although another worker made the list at the same moment", async () => {
    const { options, warnings } = listWith([taken]);
    expect(await firstTimeOnly(items("a"), options)).toEqual(items("a"));
    expect(await firstTimeOnly(items("a"), options)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("starts, and a warning is logged, when the list cannot be used", async () => {
    const { options, warnings } = listWith(Array.from({ length: 6 }, () => taken));
    expect(await firstTimeOnly(items("a"), options)).toEqual(items("a"));
    expect(warnings).toEqual([expect.stringContaining("may start twice")]);
  });

  it("starts although the list had stored it when it failed", async () => {
    const { options } = listWith([]);
    const record = options.store.checkProcessedAndRecord;
    let calls = 0;
    const failing = (async (...given: Parameters<Record>) => {
      const found = await record(...given);
      calls += 1;
      if (calls === 1) throw new Error("Connection terminated unexpectedly");
      return found;
    }) as Record;
    const broken = { ...options, store: { checkProcessedAndRecord: failing } };
    expect(await firstTimeOnly(items("a"), broken)).toEqual(items("a"));
    expect(await firstTimeOnly(items("a"), broken)).toEqual([]);
  });

  it("starts once although another worker wrote over the list, twice", async () => {
    const { known, options, warnings } = listWith([]);
    let overwritten = 0;
    const sleep = async () => {
      overwritten += 1;
      if (overwritten <= 2) known.delete("a");
    };
    expect(await firstTimeOnly(items("a"), { ...options, sleep })).toEqual(items("a"));
    expect(await firstTimeOnly(items("a"), options)).toEqual([]);
    expect({ overwritten, warnings }).toEqual({ overwritten: 3, warnings: [] });
  });

  it("starts, and a warning is logged, when the list is not kept", async () => {
    const { options, warnings } = listWith([null, taken, taken, taken, taken, taken]);
    expect(await firstTimeOnly(items("a"), options)).toEqual(items("a"));
    expect(warnings).toEqual([expect.stringContaining("may start twice")]);
  });
});
