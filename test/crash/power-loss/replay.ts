import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStoreHere } from "../../../src/store/sqlite-store-here.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { type Disk, emptyDisk, type Fate } from "./disk.ts";
import type { Call } from "./recording.ts";

export interface Replay {
  /** Calls of the recording. */
  readonly calls: number;
  readonly syncs: number;
  /** How often the log was carried over into the ledger's own file after the first answer. */
  readonly checkpoints: number;
  /** Messages that were answered in the recording. */
  readonly answered: number;
  /** Moments at which the power was taken away. */
  readonly moments: number;
  /** Disks that were made of them and opened. */
  readonly disks: number;
  /** Disks on which a message was missing that had been answered, or that could not be opened at all. */
  readonly losing: number;
  readonly example: string | null;
}

export interface ReplayOptions {
  readonly calls: readonly Call[];
  /** Names of the ledger's file and of the file that names each answered message. */
  readonly ledger: string;
  readonly answers: string;
  /** One of so many moments is tried; 1 tries all. */
  readonly every: number;
  readonly random: SeededRandom;
}

/** Where the disks are made: in memory where the system has a place for that, as thousands of them are opened. */
const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Takes the power away after each change of a recording and looks whether every answered message is still there. */
export async function replay({ calls, ledger, answers, every, random }: ReplayOptions): Promise<Replay> {
  const folder = mkdtempSync(join(place, "instamojo-power-"));
  const disk = emptyDisk();
  const answered: string[] = [];
  const offset = random.whole(0, every - 1);
  const changes = changesOf({ calls, ledger, answers });
  let moments = 0;
  let disks = 0;
  let losing = 0;
  let example: string | null = null;
  try {
    for (const [index, { call, answeredNext }] of changes.entries()) {
      disk.apply(call);
      answered.push(...answeredNext);
      if (index % every !== offset) continue;
      moments += 1;
      for (const [name, fate] of fates(disk, random)) {
        disks += 1;
        const loss = await lossOn(folder, { files: disk.found(fate), ledger, answered });
        if (loss === null) continue;
        losing += 1;
        example ??= `after call ${index + 1}, unsynced changes ${name}: ${loss}`;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const syncs = changes.filter(({ call }) => call.kind === "sync").length;
  const first = changes.findIndex(({ answeredNext }) => answeredNext.length > 0);
  const isCheckpoint = ({ call }: ChangeOfDisk): boolean => call.kind === "sync" && call.file === ledger;
  const checkpoints = changes.slice(first).filter(isCheckpoint).length;
  return { calls: changes.length, syncs, checkpoints, answered: answered.length, moments, disks, losing, example };
}

interface ChangeOfDisk {
  readonly call: Call;
  /** What was answered between this call and the next one: it must be there after either. */
  readonly answeredNext: string[];
}

function changesOf({ calls, ledger, answers }: Pick<ReplayOptions, "calls" | "ledger" | "answers">): ChangeOfDisk[] {
  const changes: ChangeOfDisk[] = [];
  for (const call of calls) {
    if (call.file === answers && call.kind === "write") {
      changes.at(-1)?.answeredNext.push(...call.data.toString("utf8").trim().split("\n"));
    }
    // The index of the log lives in shared memory; a system that lost its power has none.
    const isLedger = call.file === ledger || (call.file.startsWith(`${ledger}-`) && !call.file.endsWith("-shm"));
    if (isLedger) changes.push({ call, answeredNext: [] });
  }
  return changes;
}

interface Found {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly ledger: string;
  readonly answered: readonly string[];
}

/** Opens the ledger from what is found; says what is missing, or null. */
async function lossOn(folder: string, { files, ledger, answered }: Found): Promise<string | null> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [file, data] of files) writeFileSync(join(folder, file), data);
  try {
    const store = openSqliteStoreHere(join(folder, ledger));
    const rows = await store.dueMessages(Number.MAX_SAFE_INTEGER, 1_000_000).finally(() => store.close());
    const there = new Set(rows.map(({ paymentId }) => paymentId));
    const missing = answered.filter((id) => !there.has(id)).length;
    return missing === 0 ? null : `${missing} of ${answered.length} answered messages are missing`;
  } catch (thrown) {
    return `the ledger does not open: ${(thrown as Error).message}`;
  }
}

/** The ways in which the unsynced changes of a moment are lost. */
function fates(disk: Disk, random: SeededRandom): [string, (index: number) => Fate][] {
  const last = disk.unsynced() - 1;
  if (last < 0) return [["none there", () => "kept"]];
  const choice = Array.from({ length: last + 1 }, (): Fate => random.pick(["kept", "dropped", "torn"]));
  return [
    ["all dropped", () => "dropped"],
    ["all kept", () => "kept"],
    ["all kept but the last, which is torn", (index) => (index === last ? "torn" : "kept")],
    ["all dropped but the last, which is torn", (index) => (index === last ? "torn" : "dropped")],
    [`as drawn: ${choice.join(" ")}`, (index) => choice[index] ?? "kept"],
  ];
}
