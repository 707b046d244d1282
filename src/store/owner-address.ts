import { createHash } from "node:crypto";
import { resolve } from "node:path";

/** Longest path of a Unix domain socket in bytes, the least of the systems Node runs on (macOS: 104 with the final zero). */
const maxSocketPathBytes = 103;
/** What the name of the folder adds in which the socket is made before it gets its place. */
const folderBytes = 9;

/** Where the owner of a ledger listens: a socket beside the file, a named pipe on Windows. Null when its path is too long. */
export function ownerAddress(file: string): string | null {
  const path = resolve(file);
  if (process.platform === "win32") {
    const name = createHash("sha256").update(path.toLowerCase()).digest("hex").slice(0, 32);
    return `\\\\.\\pipe\\instamojo-flow-${name}`;
  }
  const address = `${path}.sock`;
  return Buffer.byteLength(address) + folderBytes <= maxSocketPathBytes ? address : null;
}
