import type { Account, Tier } from "../../../schemas/account.ts";
import { assertAccountsEditable } from "../../accounts.ts";
import { FlowError } from "../../runtime/errors.ts";

/** The type of the configuration node that holds an account. */
export const accountType = "instamojo-account";

/** The accounts of the deployed flows, by the id of their configuration node. */
export interface AccountRegistry {
  /** Called when a configuration node comes to life. */
  add(id: string, account: Account): void;
  /** Called when a configuration node was taken out of the flows, not when it is only restarted. */
  remove(id: string): void;
  /** The accounts in the order of `order`, which lists the configuration nodes of the flows. */
  list(): readonly Account[];
  byId(id: string): Account | undefined;
  /** Throws FlowError `account_invalid` for an account that was added or changed in the live tier. */
  assertUsable(id: string): void;
  /** Called when the flows of this start are complete: from now on the live tier refuses changes. */
  seal(): void;
}

/** `order` names the configuration nodes in the order of the flow file; those it does not name come last. */
export function createAccountRegistry(tier: Tier, order: () => readonly string[]): AccountRegistry {
  const accounts = new Map<string, Account>();
  const refused = new Map<string, FlowError>();
  /** What the flows held when they were first complete; only the live tier asks. */
  let sealed: ReadonlyMap<string, string> | undefined;
  return {
    add(id, account) {
      accounts.set(id, account);
      refused.delete(id);
      if (sealed === undefined || sealed.get(id) === fingerprint(account)) return;
      try {
        assertAccountsEditable(tier);
      } catch (error) {
        refused.set(id, error as FlowError);
      }
    },
    remove(id) {
      accounts.delete(id);
      refused.delete(id);
    },
    list() {
      const known = order().filter((id) => accounts.has(id));
      const others = [...accounts.keys()].filter((id) => !known.includes(id));
      return [...known, ...others].filter((id) => !refused.has(id)).map((id) => accounts.get(id)!);
    },
    byId: (id) => accounts.get(id),
    assertUsable(id) {
      const error = refused.get(id);
      if (error) throw new FlowError(error.code, error.message, { remedy: error.remedy });
    },
    seal() {
      sealed ??= new Map([...accounts].map(([id, account]) => [id, fingerprint(account)]));
    },
  };
}

function fingerprint(account: Account): string {
  return JSON.stringify([account.name, account.baseUrl, account.clientId, account.clientSecret, account.privateSalts]);
}
