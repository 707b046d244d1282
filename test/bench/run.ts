/**
 * Measures the receiver of the build against bare servers in the same run and prints one table. Maintainer's command:
 * `npm run bench [-- --only throughput,latency] [--rounds N] [--seconds N] [--webhooks N] [--sizes 1000,100000] [--idle SECONDS]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median, type Row, table } from "./figures.ts";
import { httpHost } from "./http-measures.ts";
import { idle, latency, ledgerSizes, memory, slowStore, throughput } from "./measures.ts";
import { postgres } from "./postgres-measures.ts";
import type { Plan } from "./rounds.ts";
import { slowDisk } from "./slow-disk.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "throughput,slow,latency,sizes,memory,idle,http,postgres" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    webhooks: { type: "string", default: "1000000" },
    sizes: { type: "string", default: "1000,100000,1000000" },
    idle: { type: "string", default: "60" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const plan: Plan = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  webhooks: Number(values.webhooks),
  idleSeconds: Number(values.idle),
  sizes: values.sizes.split(",").map(Number),
  folder,
  pulses: [],
};
const measures: Readonly<Record<string, () => Promise<Row[]>>> = {
  throughput: () => throughput(plan),
  slow: () => slowStore(plan, slowDisk(folder, 2000)),
  latency: () => latency(plan),
  sizes: () => ledgerSizes(plan),
  memory: () => memory(plan),
  idle: () => idle(plan),
  http: () => httpHost(plan),
  postgres: () => postgres(plan),
};

const rows: Row[] = [];
try {
  for (const name of values.only.split(",")) {
    process.stderr.write(`bench: ${name}\n`);
    const measure = measures[name];
    if (!measure)
      throw new Error(`There is no measure ${name}. The measures are: ${Object.keys(measures).join(", ")}.`);
    rows.push(...(await measure()));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const spread = plan.pulses.length > 0 ? Math.max(...plan.pulses) / Math.min(...plan.pulses) : 1;
process.stdout.write(`${table(rows)}\n
${cpus().length} x ${cpus()[0]?.model ?? "CPU"}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}; load generator on the same cores.
Machine noise: the same arithmetic took ${median(plan.pulses).toFixed(0)} ms (median), ${spread.toFixed(2)} times as long at worst as at best.
${spread > 1.5 ? "That is too noisy to judge by: repeat on a machine that does nothing else.\n" : ""}`);
process.exitCode = rows.some(({ target }) => target && !target.isMet) ? 1 : 0;
