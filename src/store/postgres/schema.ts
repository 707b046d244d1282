import { sharedTables } from "./shared-schema.ts";

const lease = `lease_owner text, lease_until timestamptz, fence bigint NOT NULL DEFAULT 0`;
/** Compared byte by byte, like the texts of this program. */
const id = `text COLLATE "C"`;

/**
 * The tables of the ledger in PostgreSQL, by version, in a schema of their own. A row is its columns and `row`, the whole of
 * it as JSON. Columns that say something else than the JSON are right: they are what a statement alone can change.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE accounts (
    place bigint GENERATED ALWAYS AS IDENTITY, name ${id} NOT NULL, environment text NOT NULL,
    generation bigint NOT NULL, token text NOT NULL, row text NOT NULL,
    PRIMARY KEY (name, generation), UNIQUE (name, token)
  );
  CREATE TABLE current_accounts (name ${id} PRIMARY KEY, generation bigint NOT NULL);
  CREATE TABLE inactive_accounts (name ${id} PRIMARY KEY);

  CREATE TABLE requests (
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE, tag ${id} PRIMARY KEY, account ${id} NOT NULL,
    environment text NOT NULL, generation bigint NOT NULL, key ${id} NOT NULL, is_current boolean NOT NULL,
    payment_request_id ${id}, next_read_at bigint, is_open boolean NOT NULL, version bigint NOT NULL,
    is_forgotten boolean NOT NULL DEFAULT false, is_refused boolean NOT NULL, conversation text,
    messages bigint NOT NULL, created_at bigint NOT NULL, row text NOT NULL, ${lease}
  );
  CREATE UNIQUE INDEX requests_by_key ON requests (account, generation, key) WHERE is_current;
  CREATE UNIQUE INDEX requests_by_id ON requests (account, environment, payment_request_id)
    WHERE payment_request_id IS NOT NULL;
  CREATE INDEX requests_by_account ON requests (account, environment, place);
  CREATE INDEX requests_due ON requests (account, environment, next_read_at) WHERE next_read_at IS NOT NULL;
  CREATE INDEX requests_open ON requests (account, generation) WHERE is_open;
  CREATE INDEX requests_by_conversation ON requests (conversation, created_at) WHERE conversation IS NOT NULL;

  CREATE TABLE payments (
    place bigint GENERATED ALWAYS AS IDENTITY, payment_id ${id} NOT NULL,
    tag ${id} NOT NULL REFERENCES requests (tag), row text NOT NULL, PRIMARY KEY (tag, payment_id)
  );
  CREATE INDEX payments_by_id ON payments (payment_id);

  CREATE TABLE refunds (
    place bigint GENERATED ALWAYS AS IDENTITY, account ${id} NOT NULL, environment text NOT NULL,
    transaction_id ${id} NOT NULL, payment_id ${id} NOT NULL, tag ${id}, personal_tag ${id} NOT NULL,
    stage text NOT NULL, case_id text, next_read_at bigint, is_forgotten boolean NOT NULL DEFAULT false,
    row text NOT NULL, ${lease},
    PRIMARY KEY (account, environment, transaction_id)
  );
  CREATE INDEX refunds_by_payment ON refunds (payment_id);
  CREATE INDEX refunds_by_tag ON refunds (tag) WHERE tag IS NOT NULL;
  CREATE INDEX refunds_by_case ON refunds (case_id) WHERE case_id IS NOT NULL;
  CREATE INDEX refunds_due ON refunds (next_read_at) WHERE next_read_at IS NOT NULL;
  CREATE INDEX refunds_unknown ON refunds (place) WHERE stage = 'unknown';

  CREATE TABLE messages (
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE, id ${id} PRIMARY KEY, account ${id} NOT NULL, state text NOT NULL,
    next_at bigint NOT NULL, received_at bigint NOT NULL, row text NOT NULL, ${lease}
  );
  CREATE INDEX messages_due ON messages (next_at) WHERE state IN ('waiting', 'quarantined');
  -- Written when a message was looked at, never on the way to its answer.
  CREATE TABLE request_messages (tag ${id} NOT NULL, id ${id} NOT NULL, PRIMARY KEY (tag, id));
  CREATE TABLE held_messages (id ${id} PRIMARY KEY, payment_id ${id});
  CREATE INDEX held_messages_by_payment ON held_messages (payment_id) WHERE payment_id IS NOT NULL;

  CREATE TABLE events (
    place bigint GENERATED ALWAYS AS IDENTITY, id ${id} PRIMARY KEY, tag ${id} NOT NULL REFERENCES requests (tag),
    sequence bigint NOT NULL, unclaimed text, row text NOT NULL, UNIQUE (tag, sequence)
  );
  CREATE INDEX events_unclaimed ON events (unclaimed, place) WHERE unclaimed IS NOT NULL;

  CREATE TABLE takers (id ${id} PRIMARY KEY, row text NOT NULL);
  CREATE TABLE deliveries (
    event_id ${id} NOT NULL REFERENCES events (id), taker_id ${id} NOT NULL, tag ${id} NOT NULL, sequence bigint NOT NULL,
    state text NOT NULL, next_at bigint NOT NULL, row text NOT NULL, ${lease},
    PRIMARY KEY (event_id, taker_id)
  );
  CREATE INDEX deliveries_open ON deliveries (taker_id, tag, sequence) WHERE state <> 'taken';
  CREATE INDEX deliveries_due ON deliveries (taker_id, next_at) WHERE state = 'waiting';
  CREATE INDEX deliveries_parked ON deliveries (next_at) WHERE state = 'parked';

  CREATE TABLE waits (tag ${id} PRIMARY KEY REFERENCES requests (tag), row text NOT NULL);

  -- What is erased on request and after its time; see personal.ts.
  CREATE TABLE personal (
    tag ${id} NOT NULL, kind text NOT NULL, id ${id} NOT NULL, at bigint NOT NULL, data text NOT NULL,
    PRIMARY KEY (tag, kind, id)
  );

  -- The digest makes a decision that is recorded again after a lost answer the same one.
  CREATE TABLE decisions (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest text NOT NULL UNIQUE, tag ${id}, row text NOT NULL
  );
  CREATE INDEX decisions_by_request ON decisions (tag) WHERE tag IS NOT NULL;

  CREATE TABLE sweep_marks (
    account ${id} NOT NULL, environment text NOT NULL, list text NOT NULL, mark ${id} NOT NULL, seen_at bigint NOT NULL,
    PRIMARY KEY (account, environment, list, mark)
  );
  CREATE INDEX sweep_marks_old ON sweep_marks (account, environment, list, seen_at);
  CREATE TABLE sweeps (
    account ${id} NOT NULL, environment text NOT NULL, row text NOT NULL, PRIMARY KEY (account, environment)
  );
  CREATE TABLE watched_payments (
    account ${id} NOT NULL, environment text NOT NULL, payment_id ${id} NOT NULL, next_at bigint NOT NULL,
    row text NOT NULL, ${lease}, PRIMARY KEY (account, environment, payment_id)
  );
  CREATE INDEX watched_payments_due ON watched_payments (next_at);
  `,
  sharedTables,
];
