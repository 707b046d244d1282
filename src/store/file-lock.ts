import { DatabaseSync } from "node:sqlite";

/** A lock of the operating system on a file beside the ledger; it goes with the process, however that ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock that makes this process the ledger's one owner. Readers do not need it.
 * @throws SQLite's error code 5 (busy) when another process has it
 */
export function lockFile(path: string): FileLock {
  const database = new DatabaseSync(path, { timeout: 1000 });
  try {
    // SQLite's own locking knows the traps of advisory locks on every system; the file stays empty.
    database.exec("BEGIN EXCLUSIVE");
  } catch (fault) {
    database.close();
    throw fault;
  }
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}
