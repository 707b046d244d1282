/**
 * The long run of the model of money. Maintainer's command:
 * `npm run test:model -- [--runs N] [--seed N] [--profile documented|hostile] [--shards N]`.
 * Ends with 1 at the first red sequence and prints the command that repeats it.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import type { SimulatorProfile } from "../../src/simulator/index.ts";
import { runSequences } from "./sequences.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200000" },
    seed: { type: "string", default: "1" },
    profile: { type: "string" },
    shards: { type: "string", default: "2" },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const shards = Number(values.shards);
const profiles = (values.profile ? [values.profile] : ["documented", "hostile"]) as readonly SimulatorProfile[];
/** So many sequences at a time, so that a run tells how far it is. */
const step = 1_000;

async function runHere(): Promise<void> {
  const each = Math.ceil(runs / profiles.length);
  for (let done = 0; done < each; done += step) {
    for (const profile of profiles) {
      const red = await runSequences({ profile, seed: seed + done, runs: Math.min(step, each - done) });
      if (red) {
        const again = `npm run test:model -- --profile ${profile} --seed ${red.seed} --runs 1 --shards 1`;
        process.stdout.write(`red (${profile}): ${red.report}\nagain: ${again}\n`);
        process.exit(1);
      }
    }
    process.stderr.write(`model: seeds ${seed} to ${seed + Math.min(done + step, each) - 1} are green\n`);
  }
}

/** Seeds of one shard lie apart from those of the next. */
async function runShards(): Promise<void> {
  const each = Math.ceil(runs / shards);
  const codes = Array.from({ length: shards }, (_, index) => {
    const own = ["--runs", each, "--seed", seed + index * each, "--shards", 1].map(String);
    const child = fork(process.argv[1] as string, [...own, ...(values.profile ? ["--profile", values.profile] : [])], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    return new Promise<number | null>((resolve) => child.once("exit", resolve));
  });
  const start = performance.now();
  const ended = await Promise.all(codes);
  const minutes = ((performance.now() - start) / 60_000).toFixed(1);
  process.stdout.write(
    `model: ${runs} sequences in ${minutes} minutes, ${ended.every((code) => code === 0) ? "all green" : "RED"}\n`,
  );
  process.exitCode = ended.every((code) => code === 0) ? 0 : 1;
}

await (shards > 1 ? runShards() : runHere());
process.exit();
