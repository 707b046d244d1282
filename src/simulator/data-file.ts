import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { History } from "./history.ts";
import { emptyState, type MerchantData, type SimulatorState } from "./state.ts";

const format = 1;

/** Writes the state beside the file and puts it in place, so that a reader sees the old or the new one. */
export function writeDataFile(path: string, state: SimulatorState): void {
  const merchants = [...state.merchants.values()].map(({ requests, payments, orders, cases, ...merchant }) => ({
    ...merchant,
    requests: [...requests.values()],
    payments: [...payments.values()],
    orders: [...orders.values()],
    cases: [...cases.values()],
  }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify({ format, ...state, merchants }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The state in the file, or an empty one when there is no file. A file that cannot be understood is an error. */
export function readDataFile(path: string): SimulatorState {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return emptyState();
    throw error;
  }
  const { format: found, merchants, ...rest } = parse(path, text);
  if (found !== format) throw unusable(path);
  return { ...emptyState(), ...rest, merchants: new Map(merchants.map((each) => [each.clientId, revive(each)])) };
}

type Kept = "requests" | "payments" | "orders" | "cases";

/** `orders` is missing in files that are older than gateway orders here. */
type StoredMerchant = Omit<MerchantData, Kept> & Record<Exclude<Kept, "orders">, never[]> & { orders?: never[] };

type DataFile = Omit<SimulatorState, "merchants"> & { format: number; merchants: StoredMerchant[] };

function parse(path: string, text: string): DataFile {
  try {
    return JSON.parse(text) as DataFile;
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function revive(stored: StoredMerchant): MerchantData {
  return {
    ...stored,
    requests: byId(stored.requests),
    payments: byId(stored.payments),
    orders: byId(stored.orders ?? []),
    cases: byId(stored.cases),
  };
}

function byId<T extends { id: string }>(histories: History<T>[]): Map<string, History<T>> {
  return new Map(histories.map((history) => [history[0]?.value.id ?? "", history]));
}

function unusable(path: string, cause?: unknown): Error {
  return new Error(`${path} is no data file of the local Instamojo; move it away or name another one`, { cause });
}
