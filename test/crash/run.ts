/** `npm run test:crash`: figures on stderr while it runs, one JSON document on the last line of stdout, exit 1 on any loss. */
import { bundlePrograms } from "./bundle.ts";
import { runChapter } from "./chapter.ts";
import { runChapters } from "./chapters.ts";
import { crashSteps } from "./fault-points.ts";
import { type Ledgers, ledgersOf } from "./ledgers.ts";
import { type CrashOptions, help, readOptions } from "./options.ts";
import { runPowerLoss } from "./power-loss/power-loss.ts";

const note = (text: string): void => void process.stderr.write(`${text}\n`);

const options = readOptions(process.argv.slice(2));
if (options) await run(options);
else process.stdout.write(help);

async function run(asked: CrashOptions): Promise<void> {
  const started = performance.now();
  const bundle = await bundlePrograms();
  const ledgers = ledgersOf(asked.store);
  const setting = { program: bundle.hostProgram, ledgers };
  const wrong: string[] = [];
  try {
    note(`seed ${asked.seed}`);
    const sound = await runSound(setting, asked, wrong);
    const controls = asked.controlKills > 0 ? await runControls(setting, asked, wrong) : null;
    const powerLoss = asked.powerMessages > 0 ? await runPowerLosses(bundle.recordedProgram, asked, wrong) : null;
    const seconds = Math.round((performance.now() - started) / 1000);
    for (const text of wrong) note(`WRONG: ${text}`);
    process.stdout.write(
      `${JSON.stringify({ store: asked.store, seed: asked.seed, seconds, sound, controls, powerLoss, wrong })}\n`,
    );
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    await ledgers.close();
    bundle.remove();
  }
}

interface Setting {
  readonly program: string;
  readonly ledgers: Ledgers;
}

async function runSound(setting: Setting, asked: CrashOptions, wrong: string[]) {
  const figures = await runChapters(setting, asked, (result) => {
    const { seed, kills, answered, paid, lost, extra, serverCrashes, milliseconds } = result;
    const count = Object.values(kills).reduce((left, right) => left + right, 0);
    const crashes = asked.store === "sqlite" ? "" : `${serverCrashes} crashes of the server, `;
    const time = `${(milliseconds / 1000).toFixed(1)} s`;
    const said = `${answered} answered, ${paid} paid, ${lost} lost, ${extra} extra`;
    note(`seed ${seed}: ${count} kills, ${crashes}${said}, ${time}`);
  });
  const { lost, extra, misplaced, examples, killsByStep } = figures;
  if (lost + extra + misplaced > 0) wrong.push(`${lost} lost, ${extra} extra, ${misplaced} misplaced`, ...examples);
  const missed = asked.kills < 100 ? [] : crashSteps.filter((step) => killsByStep[step] === 0);
  if (missed.length > 0) wrong.push(`no kill hit ${missed.join(", ")}: the harness does not see these steps any more`);
  return figures;
}

async function runControls(setting: Setting, asked: CrashOptions, wrong: string[]) {
  const { seed, controlKills: kills, messagesPerLife } = asked;
  const control = { ...setting, seed, kills, messagesPerLife };
  const early = await runChapter({ ...control, variant: "early-answer" });
  note(`answering before writing: ${early.lost} of ${early.paid} lost`);
  if (early.lost === 0) wrong.push("answering before writing lost nothing: the harness is blind for losses");
  const doubled = await runChapter({ ...control, variant: "no-deduplication" });
  note(`no de-duplication: ${doubled.extra} extra effects of ${doubled.paid} payments`);
  if (doubled.extra === 0) wrong.push("no de-duplication doubled nothing: the harness is blind for repeats");
  return {
    earlyAnswer: { paid: early.paid, lost: early.lost, extra: early.extra },
    noDeduplication: { paid: doubled.paid, lost: doubled.lost, extra: doubled.extra },
  };
}

async function runPowerLosses(program: string, { seed, powerMessages, every }: CrashOptions, wrong: string[]) {
  const entries = [];
  for (const synchronous of ["FULL", "NORMAL", "OFF"] as const) {
    const isControl = synchronous !== "FULL";
    const result = await runPowerLoss({
      program,
      seed,
      synchronous,
      messages: isControl ? Math.ceil(powerMessages / 5) : powerMessages,
      every: isControl ? 5 * every : every,
    });
    note(
      `power loss, synchronous=${synchronous}: ${result.answered} answered, ${result.calls} calls, ${result.syncs} syncs, ` +
        `${result.disks} disks, ${result.losing} losing`,
    );
    if (!isControl && result.losing > 0) wrong.push(`power loss: ${result.losing} disks lose, ${result.example}`);
    // The last one comes with closing the ledger.
    if (!isControl && result.checkpoints < 2)
      wrong.push("power loss: no checkpoint was recorded, ask for more messages");
    if (isControl && result.losing === 0) wrong.push(`power loss: synchronous=${synchronous} lost nothing`);
    entries.push([synchronous.toLowerCase(), result] as const);
  }
  return Object.fromEntries(entries);
}
