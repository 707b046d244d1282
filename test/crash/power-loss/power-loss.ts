import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../seeded-random.ts";
import { readRecording, record } from "./recording.ts";
import { type Replay, replay } from "./replay.ts";

export interface PowerLossOptions {
  readonly program: string;
  readonly seed: number;
  readonly messages: number;
  /** `FULL` is the product; the others are controls that must lose. */
  readonly synchronous: "FULL" | "NORMAL" | "OFF";
  readonly every: number;
}

/** Records the plugin while it takes messages, and takes the power away at every moment of the recording. */
export async function runPowerLoss(options: PowerLossOptions): Promise<Replay> {
  const folder = mkdtempSync(join(tmpdir(), "instamojo-recorded-"));
  const output = `${folder}.strace`;
  try {
    const node = [process.execPath, "--disable-warning=ExperimentalWarning", options.program];
    const files = [join(folder, "ledger.db"), join(folder, "answers")];
    const control: Record<string, string> =
      options.synchronous === "FULL" ? {} : { CRASH_SYNCHRONOUS: options.synchronous };
    record([...node, ...files, String(options.messages)], output, control);
    const calls = readRecording(output, `${folder}/`);
    const random = seededRandom(options.seed);
    return await replay({ calls, ledger: "ledger.db", answers: "answers", every: options.every, random });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(output, { force: true });
  }
}
