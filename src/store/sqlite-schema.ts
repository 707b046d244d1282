/** Why an event is for nobody, in the words of the index on it; null for one that has or had a taker. */
export const unclaimedCause = "CASE WHEN json_valid(row) THEN json_extract(row, '$.unclaimed') END";

/** The tables of the SQLite ledger, by version. A row is its columns to search by and `row`, the whole of it as JSON. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE accounts (
    name TEXT NOT NULL, environment TEXT NOT NULL, generation INTEGER NOT NULL, token TEXT NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (name, generation)
  ) STRICT;
  CREATE UNIQUE INDEX accounts_by_token ON accounts (name, token);
  CREATE TABLE inactive_accounts (name TEXT PRIMARY KEY) STRICT;

  CREATE TABLE requests (
    tag TEXT PRIMARY KEY, account TEXT NOT NULL, environment TEXT NOT NULL, generation INTEGER NOT NULL,
    key TEXT NOT NULL, is_current INTEGER NOT NULL, payment_request_id TEXT, next_read_at INTEGER,
    version INTEGER NOT NULL, row TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX requests_by_key ON requests (account, generation, key) WHERE is_current = 1;
  CREATE UNIQUE INDEX requests_by_id ON requests (account, environment, payment_request_id)
    WHERE payment_request_id IS NOT NULL;
  CREATE INDEX requests_by_account ON requests (account, environment);
  CREATE INDEX requests_due ON requests (account, environment, next_read_at) WHERE next_read_at IS NOT NULL;

  CREATE TABLE payments (
    payment_id TEXT NOT NULL, tag TEXT NOT NULL REFERENCES requests (tag), row TEXT NOT NULL,
    PRIMARY KEY (tag, payment_id)
  ) STRICT;
  CREATE INDEX payments_by_id ON payments (payment_id);

  CREATE TABLE refunds (
    account TEXT NOT NULL, environment TEXT NOT NULL, transaction_id TEXT NOT NULL, payment_id TEXT NOT NULL,
    tag TEXT, next_read_at INTEGER, row TEXT NOT NULL,
    PRIMARY KEY (account, environment, transaction_id)
  ) STRICT;
  CREATE INDEX refunds_by_payment ON refunds (payment_id);
  CREATE INDEX refunds_by_tag ON refunds (tag) WHERE tag IS NOT NULL;
  CREATE INDEX refunds_due ON refunds (next_read_at) WHERE next_read_at IS NOT NULL;
  CREATE INDEX refunds_unknown ON refunds (payment_id) WHERE json_extract(row, '$.stage') = 'unknown';
  CREATE INDEX refunds_by_case ON refunds (json_extract(row, '$.caseId')) WHERE json_extract(row, '$.caseId') IS NOT NULL;

  CREATE TABLE messages (id TEXT PRIMARY KEY, next_at INTEGER, row TEXT NOT NULL) STRICT;
  CREATE INDEX messages_due ON messages (next_at) WHERE next_at IS NOT NULL;
  -- Written when a message was looked at, never on the way to its answer.
  CREATE TABLE request_messages (tag TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tag, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE held_messages (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    id TEXT PRIMARY KEY, tag TEXT NOT NULL REFERENCES requests (tag), sequence INTEGER NOT NULL, row TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_request ON events (tag, sequence);
  CREATE INDEX events_unclaimed ON events (tag) WHERE json_extract(row, '$.unclaimed') IS NOT NULL;

  CREATE TABLE takers (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
  CREATE TABLE deliveries (
    event_id TEXT NOT NULL REFERENCES events (id), taker_id TEXT NOT NULL, tag TEXT NOT NULL, sequence INTEGER NOT NULL,
    state TEXT NOT NULL, next_at INTEGER NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (event_id, taker_id)
  ) STRICT;
  CREATE INDEX deliveries_open ON deliveries (taker_id, tag, sequence) WHERE state <> 'taken';
  CREATE INDEX deliveries_due ON deliveries (taker_id, next_at) WHERE state = 'waiting';
  CREATE INDEX deliveries_parked ON deliveries (next_at) WHERE state = 'parked';

  CREATE TABLE waits (tag TEXT PRIMARY KEY REFERENCES requests (tag), row TEXT NOT NULL) STRICT;

  -- What is erased on request and after its time; see sqlite-personal.ts.
  CREATE TABLE personal (
    tag TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (tag, kind, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decisions (id INTEGER PRIMARY KEY, tag TEXT, row TEXT NOT NULL) STRICT;
  CREATE INDEX decisions_by_request ON decisions (tag) WHERE tag IS NOT NULL;

  CREATE TABLE sweep_marks (
    account TEXT NOT NULL, environment TEXT NOT NULL, list TEXT NOT NULL, mark TEXT NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, environment, list, mark)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sweep_marks_old ON sweep_marks (account, environment, list, seen_at);
  CREATE TABLE sweeps (
    account TEXT NOT NULL, environment TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (account, environment)
  ) STRICT;
  CREATE TABLE watched_payments (
    account TEXT NOT NULL, environment TEXT NOT NULL, payment_id TEXT NOT NULL, next_at INTEGER NOT NULL,
    row TEXT NOT NULL, PRIMARY KEY (account, environment, payment_id)
  ) STRICT;
  CREATE INDEX watched_payments_due ON watched_payments (next_at);
  `,
  `
  -- The data apart from what it is found by: a row is appended and overwritten where it stands, never moved; see
  -- personal-data.ts. Dropping the table of before overwrites its pages.
  ALTER TABLE personal RENAME TO personal_before;
  CREATE TABLE personal_data (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT;
  CREATE TABLE personal (
    tag TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, data_id INTEGER NOT NULL,
    PRIMARY KEY (tag, kind, id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO personal_data (id, data)
    SELECT row_number() OVER (ORDER BY at, tag, kind, id) AS place, data FROM personal_before ORDER BY place;
  INSERT INTO personal (tag, kind, id, at, data_id)
    SELECT tag, kind, id, at, row_number() OVER (ORDER BY at, tag, kind, id) FROM personal_before;
  DROP TABLE personal_before;
  `,
  `
  -- Every confirming read asks for what is held of its payment.
  ALTER TABLE held_messages ADD COLUMN payment_id TEXT;
  UPDATE held_messages SET payment_id =
    (SELECT CASE WHEN json_valid(row) THEN json_extract(row, '$.paymentId') END
     FROM messages WHERE messages.id = held_messages.id);
  CREATE INDEX held_messages_by_payment ON held_messages (payment_id) WHERE payment_id IS NOT NULL;
  ALTER TABLE requests ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0;
  UPDATE requests SET is_open = 1 WHERE CASE WHEN json_valid(row) THEN json_extract(row, '$.stage') <> 'refused'
    AND (json_extract(row, '$.status') IN ('Pending', 'Processing', 'Failed')
      OR json_extract(row, '$.status') = 'Completed' AND json_extract(row, '$.input.allowRepeatedPayments') = 1) END;
  CREATE INDEX requests_open ON requests (account, generation) WHERE is_open = 1;
  DROP INDEX events_unclaimed;
  CREATE INDEX events_unclaimed ON events (${unclaimedCause}) WHERE ${unclaimedCause} IS NOT NULL;
  `,
  `
  -- A hash of the conversation, for what one conversation may ask for; erased with the rest of what is personal.
  ALTER TABLE requests ADD COLUMN conversation TEXT;
  ALTER TABLE requests ADD COLUMN created_at INTEGER;
  CREATE INDEX requests_by_conversation ON requests (conversation, created_at) WHERE conversation IS NOT NULL;
  `,
  `
  -- The generation that an account is opened with now: not the newest one where a client id came back.
  CREATE TABLE current_accounts (name TEXT PRIMARY KEY, generation INTEGER NOT NULL) STRICT;
  INSERT INTO current_accounts (name, generation) SELECT name, max(generation) FROM accounts GROUP BY name;
  `,
];
