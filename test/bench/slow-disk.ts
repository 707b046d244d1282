import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The environment of a process whose syncs take this much longer, or null where no C compiler is at hand. */
export function slowDisk(dir: string, microseconds: number): Record<string, string> | null {
  const library = join(dir, "slow-sync.so");
  const source = fileURLToPath(new URL("./slow-sync.c", import.meta.url));
  const { status } = spawnSync("cc", ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"]);
  return status === 0 ? { LD_PRELOAD: library, SLOW_SYNC_US: String(microseconds) } : null;
}
