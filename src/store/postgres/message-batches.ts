import { FlowError } from "../../runtime/errors.ts";
import { parseRow } from "../parse-row.ts";
import type { MessageRow } from "../rows.ts";
import type { PostgresDatabase, PreparedSql } from "./database.ts";
import { createPacedWakes, type PacedWakes } from "./paced-wakes.ts";
import { isOfValues } from "./postgres-fault.ts";

/** Records messages many at a time, so that one sync of the server's disk serves many. */
export interface MessageBatches {
  /** Resolves once the message is durable. */
  record(message: MessageRow): Promise<void>;
  /** Resolves when everything that was asked for is recorded or refused. */
  drain(): Promise<void>;
}

interface Waiting {
  readonly message: MessageRow;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

/** How many messages one statement takes; more of them wait for the next one. */
const maxBatch = 1_000;
/** How many may wait; more are refused at once, so that a slow server costs no memory. */
const maxWaiting = 4_096;

/** A repeat makes a message due again; a quarantine it does not end. The place of a stored row is left alone. */
const recordAll: PreparedSql = {
  name: "record-messages",
  text: `
  INSERT INTO messages (id, account, state, next_at, received_at, row)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
  ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at,
    state = CASE WHEN messages.state = 'quarantined' THEN messages.state ELSE 'waiting' END
  RETURNING id, CASE WHEN xmax::text <> '0' THEN row END AS known`,
};

/** While one batch is on its way the next ones gather. */
export function createMessageBatches(database: PostgresDatabase): MessageBatches {
  let waiting: Waiting[] = [];
  let working: Promise<void> | null = null;
  const wakes = createPacedWakes(() => database.wake("confirm"));

  async function send(batch: readonly Waiting[]): Promise<void> {
    try {
      const known = await recordTogether(database, batch, wakes);
      for (const one of batch) settle(one, known.get(one.message.id));
    } catch (fault) {
      const isOneToBlame = batch.length > 1 && isOfValues((fault as FlowError).cause);
      if (isOneToBlame) for (const one of batch) await send([one]);
      else for (const { reject } of batch) reject(fault);
    }
  }

  async function work(): Promise<void> {
    // What is asked for in one turn goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      await send(batch);
    }
    working = null;
  }

  return {
    record: (message) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= maxWaiting) return reject(tooMany());
        waiting.push({ message, resolve, reject });
        working ??= work();
      }),
    async drain() {
      await working;
      await wakes.flush();
    },
  };
}

/** The rows, by id, of those messages that were there already. */
async function recordTogether(
  database: PostgresDatabase,
  batch: readonly Waiting[],
  wakes: PacedWakes,
): Promise<ReadonlyMap<string, string>> {
  // One statement cannot touch a row twice, and rows locked in one order by all cannot deadlock.
  const byId = new Map<string, MessageRow>();
  for (const { message } of batch) {
    const first = byId.get(message.id) ?? message;
    byId.set(message.id, { ...first, nextAt: message.nextAt });
  }
  const messages = [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  const parameters = [
    messages.map(({ id }) => id),
    messages.map(({ account }) => account),
    messages.map(({ state }) => state),
    messages.map(({ nextAt }) => nextAt),
    messages.map(({ receivedAt }) => receivedAt),
    messages.map((message) => JSON.stringify(message)),
  ];
  const isCarrying = wakes.isDue();
  // Alone the statement is its own transaction, which spares two trips to the server.
  const rows = isCarrying
    ? await database.write((statements, wake) => {
        wake("confirm");
        return statements.all(recordAll, parameters);
      })
    : await database.all(recordAll, parameters);
  wakes.committed(isCarrying);
  return new Map(rows.flatMap(({ id, known }) => (typeof known === "string" ? [[String(id), known] as const] : [])));
}

/** A message is not taken whose stored row cannot be read: nobody would ever look at it. */
function settle({ resolve, reject }: Waiting, known: string | undefined): void {
  try {
    if (known !== undefined) parseRow({ row: known });
    resolve();
  } catch (fault) {
    reject(fault);
  }
}

function tooMany(): FlowError {
  return new FlowError("store_unavailable", "The ledger is too slow for the messages that come in now.", {
    remedy: "Look at the PostgreSQL server; what was not taken is sent again or found by reading.",
  });
}
