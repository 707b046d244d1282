import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isFlowError } from "../../runtime/errors.ts";
import { readLedgerVersion } from "../../store/ledger-reader.ts";
import type { Finding } from "./finding.ts";

const about = { check: "store" } as const;
const mega = 1_000_000;
/** Below this the next busy day may fill the disk; below the other one the ledger may stop at any moment. */
const scarceBytes = 1000 * mega;
const tooScarceBytes = 100 * mega;

/** Looks at the file of the ledger without holding its owner up. Never rejects. */
export function sqliteFindings(file: string, ownerPid: number | null): readonly Finding[] {
  return [fileFinding(file, ownerPid), ...(existsSync(file) ? modeFindings(file) : []), ...diskFindings(file)];
}

function fileFinding(file: string, ownerPid: number | null): Finding {
  if (!existsSync(file)) return missingFinding(file);
  try {
    const { version, known } = readLedgerVersion(file);
    if (version > known) {
      return {
        ...about,
        result: "failed",
        message: `${file} was written by a newer version of this package.`,
        remedy: "Use that version again, or give this one a ledger of its own.",
      };
    }
    if (version < known) {
      return {
        ...about,
        result: "warning",
        message: `${file} was written by an older version of this package.`,
        remedy: "The next start brings it up to date; keep a backup of it before.",
      };
    }
    const owner = ownerPid === null ? "nobody has it open to write" : `process ${ownerPid} is its owner`;
    return { ...about, result: "ok", message: `${file} can be read; ${owner}.` };
  } catch (thrown) {
    const reason = isFlowError(thrown) ? thrown.message : "It cannot be read.";
    return {
      ...about,
      result: "failed",
      message: `${file}: ${reason}`,
      remedy: "Run this as the user that runs the server. If the file is damaged, go back to the last backup.",
    };
  }
}

function missingFinding(file: string): Finding {
  const folder = nearestFolder(file);
  if (isWritable(folder)) {
    return { ...about, result: "ok", message: `There is no ledger at ${file} yet; the first start makes it.` };
  }
  return {
    ...about,
    result: "failed",
    message: `There is no ledger at ${file}, and ${folder} cannot be written.`,
    remedy: "Name another file under store, or give this user the right to write there.",
  };
}

function modeFindings(file: string): readonly Finding[] {
  if (process.platform === "win32") return [];
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return [];
  return [
    {
      ...about,
      result: "failed",
      message: `Other users of this machine may open the ledger (mode ${mode.toString(8)}); it holds names and mails.`,
      remedy: `Run: chmod 600 ${file}`,
    },
  ];
}

function diskFindings(file: string): readonly Finding[] {
  try {
    const { bavail, bsize } = statfsSync(nearestFolder(file));
    const free = bavail * bsize;
    const message = `${Math.floor(free / mega)} MB are free on its disk.`;
    if (free >= scarceBytes) return [{ ...about, result: "ok", message }];
    const remedy = "Make room: on a full disk webhooks are answered 503 and nodes fail.";
    return [{ ...about, result: free < tooScarceBytes ? "failed" : "warning", message, remedy }];
  } catch {
    return [];
  }
}

function nearestFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
