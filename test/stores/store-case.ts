import type { FlowError } from "../../src/runtime/errors.ts";
import { isFlowError } from "../../src/runtime/errors.ts";
import type { Store } from "../../src/store/store.ts";

/** A new ledger that can be closed and opened again where it lies. */
export interface Ledger {
  /** The open store; another object after `reopen`. */
  readonly store: Store;
  /** Closes the store and opens what it left behind. */
  reopen(): Promise<Store>;
}

/** The ledger that `open` opens, each time where it lies. */
export async function ledgerOf(open: () => Promise<Store>): Promise<Ledger> {
  let store = await open();
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
  };
}

/** One promise of the store's contract. */
export interface StoreCase {
  /** The promise as a sentence about a store. */
  readonly says: string;
  /** Fails when this store does not keep it. */
  prove(ledger: Ledger): Promise<void>;
}

/** The FlowError that `work` ends with. */
export async function faultOf(work: () => Promise<unknown>): Promise<FlowError> {
  try {
    await work();
  } catch (thrown) {
    if (isFlowError(thrown)) return thrown;
    throw new Error("What was thrown is no FlowError.", { cause: thrown });
  }
  throw new Error("Nothing was thrown.");
}
