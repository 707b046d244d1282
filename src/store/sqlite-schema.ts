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
  CREATE INDEX requests_due ON requests (next_read_at) WHERE next_read_at IS NOT NULL;

  CREATE TABLE payments (
    payment_id TEXT NOT NULL, tag TEXT NOT NULL REFERENCES requests (tag), row TEXT NOT NULL,
    PRIMARY KEY (tag, payment_id)
  ) STRICT;

  CREATE TABLE refunds (
    account TEXT NOT NULL, environment TEXT NOT NULL, transaction_id TEXT NOT NULL, payment_id TEXT NOT NULL,
    tag TEXT, next_read_at INTEGER, row TEXT NOT NULL,
    PRIMARY KEY (account, environment, transaction_id)
  ) STRICT;
  CREATE INDEX refunds_by_payment ON refunds (payment_id);
  CREATE INDEX refunds_by_tag ON refunds (tag) WHERE tag IS NOT NULL;
  CREATE INDEX refunds_due ON refunds (next_read_at) WHERE next_read_at IS NOT NULL;

  CREATE TABLE messages (id TEXT PRIMARY KEY, next_at INTEGER, row TEXT NOT NULL) STRICT;
  CREATE INDEX messages_due ON messages (next_at) WHERE next_at IS NOT NULL;

  CREATE TABLE events (
    id TEXT PRIMARY KEY, tag TEXT NOT NULL REFERENCES requests (tag), sequence INTEGER NOT NULL, row TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_request ON events (tag, sequence);

  CREATE TABLE takers (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
  CREATE TABLE deliveries (
    event_id TEXT NOT NULL REFERENCES events (id), taker_id TEXT NOT NULL, tag TEXT NOT NULL, sequence INTEGER NOT NULL,
    state TEXT NOT NULL, next_at INTEGER NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (event_id, taker_id)
  ) STRICT;
  CREATE INDEX deliveries_open ON deliveries (taker_id, tag, sequence) WHERE state <> 'taken';
  `,
];
