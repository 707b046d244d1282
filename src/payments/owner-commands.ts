import type { OwnerCommands } from "../store/owner-socket.ts";

/**
 * What other processes of this user may ask the ledger's owner for, by name: the commands of `instamojo-flow` that write.
 * Arguments come unchecked. Results are plain JSON; refusals are FlowErrors.
 */
export function ownerCommands(): OwnerCommands {
  return {
    /** Which process has the ledger open. */
    ping: async () => ({ pid: process.pid }),
  };
}
