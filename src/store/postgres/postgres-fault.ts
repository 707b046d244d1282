import { FlowError } from "../../runtime/errors.ts";
import { storeFault } from "../store-fault.ts";

/** SQLSTATE of a refusal by the server, or the system's code of a failed connection. */
function codeOf(fault: unknown): string {
  const code = (fault as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** The transaction was undone for the sake of others and can simply be done again: serialization, deadlock. */
export function isRepeatable(fault: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(fault));
}

/** The values of this very statement are at fault, and no other statement meets the same. */
export function isOfValues(fault: unknown): boolean {
  return ["21", "22", "23"].includes(codeOf(fault).slice(0, 2));
}

/** The server answered and refused; then it is certain that nothing of a transaction is stored. */
export function isRefusal(fault: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(fault)) && !["08", "57", "58", "XX"].includes(codeOf(fault).slice(0, 2));
}

/** Every fault of the database as one typed error; a FlowError stays what it is. */
export function postgresFault(thrown: unknown): FlowError {
  if (thrown instanceof FlowError) return thrown;
  const code = codeOf(thrown);
  const cause = plainCause(thrown);
  if (isRefusal(thrown) && ["28", "3D"].includes(code.slice(0, 2))) {
    return new FlowError("store_unavailable", "PostgreSQL does not let the ledger in.", {
      cause,
      remedy: 'Check user, password and name of the database under "store" in the configuration.',
    });
  }
  if (code === "53100") {
    return new FlowError("store_unavailable", "There is no room for the ledger.", {
      cause,
      remedy: "Make room on the disk of the PostgreSQL server.",
    });
  }
  if (isRefusal(thrown)) return storeFault(cause);
  return new FlowError("store_unavailable", "The PostgreSQL server of the ledger cannot be reached or broke off.", {
    cause,
    remedy: "Check that the server runs and that this machine reaches it; the ledger goes on by itself when it does.",
  });
}

/** The connection was lost while a transaction was being committed. */
export function lostCommit(thrown: unknown): FlowError {
  return new FlowError(
    "store_unavailable",
    "PostgreSQL broke off before it said whether the change is stored. Doing it again does no harm.",
    {
      cause: plainCause(thrown),
      remedy: "Check that the PostgreSQL server runs; the ledger goes on by itself when it does.",
    },
  );
}

/** Only code and words without values: what a driver hangs on its errors may hold rows, or the address with its password. */
function plainCause(thrown: unknown): Error {
  const code = codeOf(thrown);
  const message = thrown instanceof Error && !isOfValues(thrown) ? thrown.message : "The statement was refused.";
  return code === "" ? new Error(message) : Object.assign(new Error(`${code}: ${message}`), { code });
}
