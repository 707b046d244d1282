import { median, pulse, type Row } from "./figures.ts";
import { startPostgres } from "../helpers/postgres-server.ts";
import { type LoadResult, runLoad, startServer } from "./processes.ts";
import { queueLatency } from "./queue-latency.ts";
import { of, type Plan, ratioOf, rounds, stopAll } from "./rounds.ts";

const slowerMs = 5;
/** So few that a receiver waits for its commits and not for the processor. */
const fewConnections = 10;

/** A receiver whose ledger is in a PostgreSQL that syncs every commit, and events that go through its queue. */
export async function postgres(plan: Plan): Promise<Row[]> {
  return [...(await onPostgres(plan)), ...(await twoReceivers(plan)), ...(await queueLatency(plan))];
}

async function onPostgres(plan: Plan): Promise<Row[]> {
  const database = await startPostgres();
  const env = { STORE_URL: await database.createDatabase() };
  const servers = { bare: await startServer("bare"), receiver: await startServer("receiver", { env }) };
  const results = await rounds(servers, plan, { seconds: plan.seconds });
  await stopAll(servers);
  await database.stop();
  const figure = (name: string): string =>
    `${of(results[name], "perSecond").toFixed(0)}/s, ${of(results[name], "cpuMicroseconds").toFixed(0)} us CPU`;
  const ratio = ratioOf(results, "receiver", "bare", "perSecond");
  return [
    { what: "bare, 100 connections", figure: figure("bare") },
    {
      what: "receiver on PostgreSQL, 100 connections",
      figure: figure("receiver"),
      ratio,
      than: "bare",
      target: { text: ">= 0.50", isMet: ratio >= 0.5 },
    },
  ];
}

/** Waits once for each transaction that stores messages, in its commit; transactions wait beside each other. */
const slowCommits = `
  CREATE FUNCTION instamojo.wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF coalesce(current_setting('bench.has_waited', true), '') <> 'yes' THEN
      PERFORM set_config('bench.has_waited', 'yes', true), pg_sleep(${slowerMs / 1000});
    END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON instamojo.messages DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION instamojo.wait_in_commit()`;

/** One receiver and two of them on a database whose every commit takes longer, each with as many connections. */
async function twoReceivers(plan: Plan): Promise<Row[]> {
  const database = await startPostgres();
  const env = { STORE_URL: await database.createDatabase() };
  const first = await startServer("receiver", { env });
  const second = await startServer("receiver", { env });
  await database.query(env.STORE_URL, slowCommits);
  const load = { seconds: plan.seconds, connections: fewConnections, perConnection: 500 * plan.seconds };
  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    plan.pulses.push(pulse());
    alone.push(perSecond([await runLoad({ ...load, url: first.url })]));
    together.push(perSecond(await Promise.all([first, second].map(({ url }) => runLoad({ ...load, url })))));
  }
  await stopAll({ first, second });
  await database.stop();
  const ratio = median(together.map((figure, round) => figure / (alone[round] as number)));
  const where = `${slowerMs} ms a commit, ${fewConnections} connections each`;
  return [
    { what: `one receiver, ${where}`, figure: `${median(alone).toFixed(0)}/s` },
    {
      what: `two receivers, ${where}`,
      figure: `${median(together).toFixed(0)}/s`,
      ratio,
      than: "one receiver",
      target: { text: ">= 1.60", isMet: ratio >= 1.6 },
    },
  ];
}

function perSecond(results: readonly LoadResult[]): number {
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  if (failed > 0) throw new Error(`${failed} messages were not answered with 200 by a receiver on PostgreSQL.`);
  return results.reduce((sum, result) => sum + result.perSecond, 0);
}
