/**
 * The local socket of the ledger's owner. Only one process may write a ledger; another one (the command line) that has
 * something to write asks the owner:
 *
 *     const answer = await callOwner(file, "redeliver", { eventId });   // in the other process
 *     if (answer.kind === "no-owner") …                                 // nobody runs: open the ledger and do it here
 *     else use(answer.result);                                          // a refusal was thrown as FlowError
 *
 *     const owner = await serveOwner(file, { redeliver: async ({ eventId }) => … });   // in the owner, once it is open
 *     await owner.close();                                                            // before the ledger is closed
 *
 * A request is one line of JSON, `{"command","args"}`; the answer is one line, `{"result"}` or `{"error"}`. Who may
 * connect is who may write the socket's file: its owner alone, as with the ledger.
 */
import { chmodSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { FlowError, isFlowError, type NodeError } from "../runtime/errors.ts";
import { ownerAddress } from "./owner-address.ts";

/** What another process may ask for; closed: a name that is not here is refused. Arguments come unchecked. */
export type OwnerCommands = Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => Promise<unknown>>>;

export interface OwnerServer {
  /** Takes no more commands and resolves when those under way were answered, or after five seconds. */
  close(): Promise<void>;
}

export type OwnerAnswer = { readonly kind: "answer"; readonly result: unknown } | { readonly kind: "no-owner" };

const maxRequestBytes = 64 * 1024;
const maxAnswerBytes = 16 * 1024 * 1024;
const maxConnections = 16;
/** How long a caller may take to say what it wants. */
const requestTimeoutMs = 5_000;
/** How long the owner may take to do it. */
const answerTimeoutMs = 60_000;
const closeTimeoutMs = 5_000;

/**
 * Takes commands for the ledger in `file`. Call it only as its owner: it takes the place of a socket that a crash left.
 * Does not keep the process alive.
 */
export async function serveOwner(file: string, commands: OwnerCommands): Promise<OwnerServer> {
  const known = new Map(Object.entries(commands));
  const sockets = new Set<Socket>();
  const underWay = new Set<Promise<void>>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const work = serveOne(socket, known).finally(() => underWay.delete(work));
    underWay.add(work);
  });
  server.maxConnections = maxConnections;
  const address = ownerAddress(file);
  if (address === null) throw tooLong();
  await (process.platform === "win32" ? listen(server, address) : listenPrivately(server, address));
  server.on("error", () => {});
  server.unref();
  return {
    async close() {
      server.close();
      if (process.platform !== "win32") rmSync(address, { force: true });
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise((resolve) => {
        timer = setTimeout(resolve, closeTimeoutMs);
      });
      for (const socket of sockets) socket.pause();
      await Promise.race([Promise.all(underWay), tooLong]);
      clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Asks the owner of the ledger in `file`; `no-owner` when none listens.
 * @throws {FlowError} what the command was refused with; `store_unavailable` with outcome `unknown` when the owner broke off
 */
export async function callOwner(
  file: string,
  command: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<OwnerAnswer> {
  const request = `${JSON.stringify({ command, args })}\n`;
  if (Buffer.byteLength(request) > maxRequestBytes) {
    throw new FlowError("invalid_input", "What the owner of the ledger is asked for is too large.");
  }
  const address = ownerAddress(file);
  if (address === null) return { kind: "no-owner" };
  const socket = connect(address);
  try {
    if (!(await isConnected(socket))) return { kind: "no-owner" };
    socket.write(request);
    const answer = JSON.parse(
      await readLine(socket, { maxBytes: maxAnswerBytes, timeoutMs: answerTimeoutMs }),
    ) as Answer;
    if ("error" in answer) throw new FlowError(answer.error.code, answer.error.message, answer.error);
    return { kind: "answer", result: answer.result };
  } catch (thrown) {
    if (isFlowError(thrown)) throw thrown;
    throw new FlowError(
      "store_unavailable",
      "The owner of the ledger did not answer; it may still do what it was asked.",
      {
        remedy: "Look at the payment before asking again.",
        outcome: "unknown",
        cause: thrown,
      },
    );
  } finally {
    socket.destroy();
  }
}

type Answer = { readonly result: unknown } | { readonly error: NodeError };

/** Never rejects: a caller that breaks off is its own loss. */
async function serveOne(socket: Socket, commands: ReadonlyMap<string, OwnerCommands[string]>): Promise<void> {
  socket.on("error", () => {});
  const line = await readLine(socket, { maxBytes: maxRequestBytes, timeoutMs: requestTimeoutMs }).catch(() => null);
  if (line === null) {
    socket.destroy();
    return;
  }
  const answer = await run(line, commands);
  await new Promise<void>((resolve) => {
    socket.on("close", resolve);
    socket.setTimeout(requestTimeoutMs, () => socket.destroy());
    socket.end(`${answer}\n`, () => resolve());
    if (socket.destroyed) resolve();
  });
}

async function run(line: string, commands: ReadonlyMap<string, OwnerCommands[string]>): Promise<string> {
  try {
    const { command, args } = asRequest(line);
    const work = commands.get(command);
    if (!work) throw new FlowError("invalid_input", "The owner of the ledger knows no such command.");
    const text = JSON.stringify({ result: (await work(args)) ?? null });
    if (Buffer.byteLength(text) > maxAnswerBytes) throw new FlowError("invalid_input", "The answer is too large.");
    return text;
  } catch (thrown) {
    const fault = isFlowError(thrown)
      ? thrown
      : new FlowError("internal_error", "The owner of the ledger failed at this command.");
    return JSON.stringify({ error: fault });
  }
}

function asRequest(line: string): { readonly command: string; readonly args: Readonly<Record<string, unknown>> } {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    request = null;
  }
  const { command, args } = (request ?? {}) as Record<string, unknown>;
  if (typeof command !== "string" || typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new FlowError("invalid_input", 'A request is one line of JSON: {"command","args"}.');
  }
  return { command, args: args as Record<string, unknown> };
}

function tooLong(): FlowError {
  return new FlowError("store_unavailable", "The path of the ledger is too long for a socket beside it.", {
    remedy: "Put the ledger into a folder with a shorter path; until then commands that write need its owner stopped.",
    retryable: false,
  });
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Binds in a folder of our own first, so that at no moment anybody else can connect; then takes the place of an old one. */
async function listenPrivately(server: Server, address: string): Promise<void> {
  const folder = mkdtempSync(`${address}-`);
  try {
    const path = join(folder, "s");
    await listen(server, path);
    chmodSync(path, 0o600);
    renameSync(path, address);
  } catch (fault) {
    server.close();
    throw fault;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** False when nobody listens there: no socket, or one that a crash left behind. */
function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", (fault: NodeJS.ErrnoException) => {
      if (fault.code === "ENOENT" || fault.code === "ECONNREFUSED") resolve(false);
      else if (fault.code === "EACCES" || fault.code === "EPERM") reject(notAllowed(fault));
      else reject(fault);
    });
  });
}

function notAllowed(cause: unknown): FlowError {
  return new FlowError("store_unavailable", "The ledger belongs to another user of this machine.", {
    remedy: "Run the command as the user that runs the ledger's owner.",
    retryable: false,
    cause,
  });
}

function readLine(
  socket: Socket,
  { maxBytes, timeoutMs }: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => reject(new Error("No complete line came in time.")), timeoutMs);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    socket.on("data", (chunk: Buffer) => {
      const at = chunk.indexOf(10);
      chunks.push(at < 0 ? chunk : chunk.subarray(0, at));
      bytes += chunk.length;
      if (bytes > maxBytes) end(() => reject(new Error("The line is too long.")));
      else if (at >= 0) end(() => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    socket.once("error", (fault) => end(() => reject(fault)));
    socket.once("close", () => end(() => reject(new Error("The connection was closed."))));
  });
}
