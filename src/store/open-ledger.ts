import type { Coordination } from "../runtime/coordination.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import { openPostgresLedger } from "./open-postgres.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import type { Store } from "./store.ts";

/** Where a ledger lives: in a file, or in PostgreSQL where `storeUrl` is given. */
export interface LedgerPlace {
  /** `:memory:` for one that is gone with the process. */
  readonly storeFile?: string | undefined;
  /** `postgres://user:password@host:port/database`; holds a secret. */
  readonly storeUrl?: string | undefined;
}

/** A ledger for a host, and what it hands on with it. */
export interface OpenLedger {
  readonly store: Store;
  readonly ledgerFile?: string;
  readonly coordination?: Coordination;
}

/** @throws {FlowError} `store_unavailable` when the ledger cannot be had */
export async function openLedger({ storeFile, storeUrl, logger }: LedgerPlace & { readonly logger: Logger }) {
  return storeUrl === undefined ? openFile(storeFile ?? ":memory:") : openPostgresLedger({ url: storeUrl, logger });
}

async function openFile(file: string): Promise<OpenLedger> {
  try {
    return { store: await openSqliteStore({ file }), ledgerFile: file };
  } catch (cause) {
    if (isFlowError(cause)) throw cause;
    throw new FlowError("store_unavailable", `The ledger ${file} could not be opened.`, { cause });
  }
}
