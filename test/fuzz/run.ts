/** `npm run test:fuzz`: hands odd forms and replies to whatever reads them; one JSON document on stdout, exit 1 on any finding. */
import { parseArgs } from "node:util";
import { allTargets, fuzz } from "./fuzz.ts";

const help = `Changes the kept inputs of test/fixtures/fuzz-corpus at random and hands them to whatever reads what strangers send.

  npm run test:fuzz -- [options]

  --seed N       of the random changes (the time now)
  --runs N       inputs for each target (20000)
  --target NAME  only this one: form, receiver, reply, confirm
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    runs: { type: "string", default: "20000" },
    target: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const whole = (name: "seed" | "runs"): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a whole number from 0 on.`);
  return value;
};

async function run(): Promise<void> {
  const started = performance.now();
  const targets = (await allTargets()).filter(({ name }) => values.target === undefined || name === values.target);
  if (targets.length === 0) throw new Error(`There is no target ${values.target}.`);
  const seed = whole("seed");
  process.stderr.write(`seed ${seed}\n`);
  const report = await fuzz({ seed, runs: whole("runs"), targets });
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${JSON.stringify({ seed, seconds, ...report }, null, 2)}\n`);
  if (report.findings.length === 0) return;
  process.stderr.write(
    "Keep each finding's input under test/fixtures/fuzz-corpus/ with a name that says what is odd.\n",
  );
  process.exitCode = 1;
}

if (values.help) process.stdout.write(help);
else await run();
