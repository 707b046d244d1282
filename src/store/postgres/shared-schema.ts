/**
 * What the processes of a ledger share besides its rows. Turns taken may be forgotten by a crash of the server; who works
 * on what may not.
 */
export const sharedTables = `
  CREATE TABLE process_leases (name text COLLATE "C" PRIMARY KEY, owner text NOT NULL, until timestamptz NOT NULL);
  CREATE INDEX process_leases_by_owner ON process_leases (owner);
  CREATE UNLOGGED TABLE read_turns (
    name text COLLATE "C" PRIMARY KEY, level double precision NOT NULL, granted double precision NOT NULL,
    filled_at timestamptz NOT NULL
  );
  CREATE TABLE process_notes (name text COLLATE "C" PRIMARY KEY, text text NOT NULL);
`;
