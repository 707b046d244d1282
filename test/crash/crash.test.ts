import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

/** About ten seconds each on a machine that has nothing else to do. */
const limitMs = 150_000;

const run = fileURLToPath(new URL("run.ts", import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stderr: string;
  readonly report: Record<string, Record<string, unknown>>;
}

/** Runs the harness as its command does; the power-loss part needs strace and stays with the command. */
function harness(...options: string[]): Promise<Outcome> {
  const args = ["--disable-warning=ExperimentalWarning", run, "--power-messages=0", ...options];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: limitMs }, (error, stdout, stderr) => {
      const last = stdout.trim().split("\n").at(-1) ?? "";
      resolve({ code: Number(error?.code ?? 0), stderr, report: JSON.parse(last === "" ? "{}" : last) });
    });
  });
}

describe("a host that is killed while messages come in", () => {
  it.each([
    { store: "sqlite", serverCrashes: 0 },
    { store: "postgres", serverCrashes: 1 },
  ])(
    "loses no payment with its ledger in $store, tells none twice, and the harness sees both planted mistakes",
    async ({ store, serverCrashes }) => {
      const sizes = [
        "--kills=4",
        "--answered=50",
        "--kills-per-chapter=4",
        "--messages-per-life=70",
        "--jobs=1",
        "--control-kills=3",
      ];
      const { code, report, stderr } = await harness(`--store=${store}`, "--seed=7", ...sizes);
      expect(stderr).toContain("seed 7: 4 kills");
      const sound = { kills: 4, serverCrashes, lost: 0, extra: 0, misplaced: 0 };
      expect(report).toMatchObject({ store, seed: 7, wrong: [], sound });
      expect(report.sound?.answered).toBeGreaterThanOrEqual(50);
      expect(report.controls).toMatchObject({
        earlyAnswer: { lost: expect.any(Number), extra: 0 },
        noDeduplication: { lost: 0, extra: expect.any(Number) },
      });
      expect(code).toBe(0);
    },
    limitMs + 5_000,
  );
});
