import type { Call } from "./recording.ts";

type Change = Extract<Call, { kind: "write" | "truncate" }>;

/** What became of a change that was not synced when the power went. */
export type Fate = "kept" | "dropped" | "torn";

interface Contents {
  synced: Buffer;
  unsynced: Change[];
}

/**
 * A disk that honours sync and nothing else: what was written to a file since its last sync may be there, may not be, or
 * may be there in part, each change for itself. A file's name is there with its first synced byte; names that were
 * removed are gone at once.
 */
export interface Disk {
  apply(call: Call): void;
  /** How many changes are not synced. */
  unsynced(): number;
  /** The files as they would be found after a loss of power; `fate` is asked for each unsynced change, oldest first. */
  found(fate: (index: number) => Fate): Map<string, Buffer>;
}

/** SQLite trusts that a sector is written as a whole or not at all; larger writes may end in the middle. */
const sector = 512;

export function emptyDisk(): Disk {
  let files = new Map<string, Contents>();
  const contentsOf = (file: string): Contents => {
    const known = files.get(file) ?? { synced: Buffer.alloc(0), unsynced: [] };
    files.set(file, known);
    return known;
  };
  return {
    apply(call) {
      const contents = contentsOf(call.file);
      if (call.kind === "write" || call.kind === "truncate") contents.unsynced.push(call);
      if (call.kind === "sync") {
        contents.synced = after(contents.synced, contents.unsynced);
        contents.unsynced = [];
      }
      if (call.kind === "remove" || call.kind === "rename")
        files = new Map([...files].filter(([file]) => file !== call.file));
      if (call.kind === "rename") files.set(call.to, contents);
    },
    unsynced: () => [...files.values()].reduce((sum, { unsynced }) => sum + unsynced.length, 0),
    found(fate) {
      let index = 0;
      const images = [...files].map(([file, { synced, unsynced }]) => {
        const kept = unsynced.flatMap((change) => {
          const become = fate(index);
          index += 1;
          return become === "dropped" ? [] : [become === "torn" ? torn(change) : change];
        });
        return [file, after(synced, kept)] as const;
      });
      return new Map(images.filter(([, image]) => image.length > 0));
    },
  };
}

function torn(change: Change): Change {
  if (change.kind === "truncate") return change;
  const half = change.data.length / 2;
  return { ...change, data: change.data.subarray(0, half > sector ? half - (half % sector) : half) };
}

/** The contents after these changes, as a copy. */
function after(before: Buffer, changes: readonly Change[]): Buffer {
  const ends = changes.map((change) => (change.kind === "write" ? change.offset + change.data.length : change.length));
  const image = Buffer.alloc(ends.reduce((left, right) => Math.max(left, right), before.length));
  before.copy(image);
  let length = before.length;
  for (const change of changes) {
    if (change.kind === "write") {
      change.data.copy(image, change.offset);
      length = Math.max(length, change.offset + change.data.length);
    } else {
      image.fill(0, change.length, Math.max(length, change.length));
      length = change.length;
    }
  }
  return image.subarray(0, length);
}
