import { median, pulse } from "./figures.ts";
import { type BenchServer, type Load, runLoad } from "./processes.ts";

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly sizes: readonly number[];
  readonly webhooks: number;
  readonly idleSeconds: number;
  readonly folder: string;
  /** Times of the same arithmetic between rounds. */
  readonly pulses: number[];
}

export type Servers = Readonly<Record<string, BenchServer>>;

export interface Round {
  readonly perSecond: number;
  readonly p99: number;
  readonly cpuMicroseconds: number;
}

/** Every server in turn, round after round, so that what the machine does otherwise falls on all of them. */
export async function rounds(servers: Servers, plan: Plan, load: Omit<Load, "url">): Promise<Record<string, Round[]>> {
  const results: Record<string, Round[]> = {};
  for (let round = 0; round < plan.rounds; round++) {
    for (const [name, server] of Object.entries(servers)) {
      plan.pulses.push(pulse());
      const before = await server.usage();
      const { perSecond, p99, answered, failed } = await runLoad({ ...load, url: server.url });
      if (failed > 0)
        throw new Error(`${name}: ${failed} of ${answered + failed} messages were not answered with 200.`);
      const cpuMicroseconds = ((await server.usage()).cpuMs - before.cpuMs) * (1000 / answered);
      results[name] = [...(results[name] ?? []), { perSecond, p99, cpuMicroseconds }];
    }
  }
  return results;
}

/** The ratio of each round by itself, then their median: both sides of one round saw the same machine. */
export function ratioOf(results: Record<string, Round[]>, name: string, than: string, figure: keyof Round): number {
  const baseline = results[than] as Round[];
  return median((results[name] as Round[]).map((round, index) => round[figure] / (baseline[index] as Round)[figure]));
}

export const of = (rounds: readonly Round[] | undefined, figure: keyof Round): number =>
  median((rounds ?? []).map((round) => round[figure]));

export async function stopAll(servers: Servers): Promise<void> {
  for (const server of Object.values(servers)) await server.stop();
}
