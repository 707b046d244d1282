import type { LoadedConfig } from "../../config.ts";
import { createAjvValidator } from "../../runtime/ajv-validator.ts";
import { systemClock } from "../../runtime/clock.ts";
import { openLedgerReader } from "../../store/ledger-reader.ts";
import { callOwner } from "../../store/owner-socket.ts";
import type { AccountHealth } from "../../store/rows.ts";
import { accountFindings } from "./account-findings.ts";
import { requirePeers } from "../peers.ts";
import { checks, type Finding } from "./finding.ts";
import { publicUrlFindings } from "./public-url.ts";
import { sqliteFindings } from "./sqlite-findings.ts";

/** Everything there is to say about an installation, in the order of the checks. Changes nothing. */
export async function examineConfig(config: LoadedConfig): Promise<readonly Finding[]> {
  const { accounts, tier, publicUrl } = config;
  const { health, wrongSalts, storeFindings } = await examineLedger(config);
  const found = await Promise.all([
    accountsFinding(config),
    ...accounts.map((account) =>
      accountFindings({
        account,
        tier,
        clock: systemClock,
        validator: createAjvValidator(),
        health: health.find((row) => row.account.name === account.name),
        looksWrong: wrongSalts?.includes(account.name) ?? null,
      }),
    ),
    publicUrlFindings({ publicUrl, tier, account: accounts[0]?.name ?? "none" }),
    storeFindings,
  ]);
  const all = found.flat();
  return checks.flatMap((check) => all.filter((finding) => finding.check === check));
}

interface LedgerNews {
  readonly health: readonly AccountHealth[];
  /** Null where no running owner can say. */
  readonly wrongSalts: readonly string[] | null;
  readonly storeFindings: readonly Finding[];
}

async function examineLedger({ storeFile, storeUrl }: LoadedConfig): Promise<LedgerNews> {
  if (storeFile === undefined) {
    requirePeers("doctor", ["pg"]);
    const { postgresFindings, postgresHealth } = await import("./postgres-findings.ts");
    const storeFindings = await postgresFindings(storeUrl as string);
    const canBeRead = storeFindings[0]?.result === "ok";
    return { health: canBeRead ? await postgresHealth(storeUrl as string) : [], wrongSalts: null, storeFindings };
  }
  const [health, wrongSalts, pid] = await Promise.all([
    healthOf(storeFile),
    wrongSaltsOf(storeFile),
    ownerOf(storeFile),
  ]);
  return { health, wrongSalts, storeFindings: sqliteFindings(storeFile, pid) };
}

function accountsFinding({ accounts, file }: LoadedConfig): readonly Finding[] {
  if (accounts.length > 0) {
    const names = accounts.map(({ name }) => name).join(", ");
    return [{ check: "accounts", result: "ok", message: `${accounts.length}: ${names}.` }];
  }
  const remedy = "Add one under accounts; docs/connect-instamojo.md says where its values come from.";
  return [{ check: "accounts", result: "failed", message: `There is no account in ${file}.`, remedy }];
}

/** What the ledger says of its accounts; that it cannot be read is told by the check of the store. */
function healthOf(file: string): Promise<readonly AccountHealth[]> {
  return openLedgerReader(file)
    .health()
    .catch(() => []);
}

async function wrongSaltsOf(file: string): Promise<readonly string[] | null> {
  const result = (await askOwner(file, "salts")) as { readonly wrong?: readonly string[] } | null;
  return result?.wrong ?? null;
}

async function ownerOf(file: string): Promise<number | null> {
  const result = (await askOwner(file, "ping")) as { readonly pid?: number } | null;
  return result?.pid ?? null;
}

/** Null where nobody owns the ledger now, or its owner does not say. */
async function askOwner(file: string, command: string): Promise<unknown> {
  const answer = await callOwner(file, command).catch(() => null);
  return answer?.kind === "answer" ? answer.result : null;
}
