import type { Host } from "../runtime/host.ts";
import type { OwnerCommands } from "../store/owner-socket.ts";
import type { SaltAlarm } from "./salt-alarm.ts";

/**
 * What other processes of this user may ask the ledger's owner for, by name: the commands of `instamojo-flow` that write.
 * Arguments come unchecked. Results are plain JSON; refusals are FlowErrors.
 */
export function ownerCommands(
  host: Pick<Host, "accounts">,
  { saltAlarm }: { readonly saltAlarm: Pick<SaltAlarm, "looksWrong"> },
): OwnerCommands {
  return {
    /** Which process has the ledger open. */
    ping: async () => ({ pid: process.pid }),
    /** Names of the accounts whose private salt looks wrong; that is known to the running owner only. */
    salts: async () => ({
      wrong: host
        .accounts()
        .filter((account) => saltAlarm.looksWrong(account))
        .map(({ name }) => name),
    }),
  };
}
