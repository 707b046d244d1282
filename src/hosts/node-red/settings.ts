import { join } from "node:path";
import { type Tier, tiers } from "../../../schemas/account.ts";
import { type ConversationLimits, conversationLimits } from "../../runtime/conversation-limits.ts";
import type { Red } from "./red.ts";

/** `instamojo` in Node-RED's settings file. Everything is optional. */
export interface InstamojoSettings {
  /** Where this installation stands; `development` unless set. */
  readonly tier?: Tier;
  /** Origin under which Instamojo reaches Node-RED. Where it is not set, the environment variable INSTAMOJO_PUBLIC_URL. */
  readonly publicUrl?: string;
  /** Origin under which the buyer's browser reaches Node-RED where there is no public one. */
  readonly localUrl?: string;
  /** Further https origins that a typed status callback URL may name. */
  readonly callbackOrigins?: readonly string[];
  readonly maxAccounts?: number;
  /** How many links, mails and SMS one conversation may get in a while. */
  readonly limits?: Partial<ConversationLimits>;
  /** Days that names, mails, phones and conversations are kept after the last event of a payment; 180 unless set. */
  readonly retentionDays?: number;
  /** Folder of the ledger; `instamojo` in the user directory unless set. */
  readonly dataDir?: string;
}

/** The settings as this host uses them. */
export interface HostSettings {
  readonly tier: Tier;
  readonly publicUrl?: string | undefined;
  readonly localUrl?: string | undefined;
  readonly callbackOrigins?: readonly string[] | undefined;
  readonly maxAccounts?: number | undefined;
  readonly limits?: ConversationLimits | undefined;
  readonly retentionDays?: number | undefined;
  readonly dataDir: string;
}

/** Reads the settings of a Node-RED and the environment. Throws a RangeError for what cannot be meant. */
export function readSettings(settings: Red["settings"], environment: NodeJS.ProcessEnv = process.env): HostSettings {
  const own = (settings.instamojo ?? {}) as InstamojoSettings;
  const tier = own.tier ?? "development";
  if (!tiers.includes(tier)) {
    throw new RangeError(`instamojo.tier in the settings of Node-RED must be one of ${tiers.join(", ")}.`);
  }
  const { retentionDays } = own;
  if (retentionDays !== undefined && !(Number.isInteger(retentionDays) && retentionDays >= 1)) {
    throw new RangeError(
      "instamojo.retentionDays in the settings of Node-RED must be a whole number of days, at least 1.",
    );
  }
  const publicUrl = own.publicUrl || environment["INSTAMOJO_PUBLIC_URL"];
  const localUrl = own.localUrl || ownAddress(settings);
  return {
    tier,
    publicUrl: publicUrl && underNodeRoot(publicUrl, settings.httpNodeRoot),
    localUrl: localUrl && underNodeRoot(localUrl, settings.httpNodeRoot),
    callbackOrigins: own.callbackOrigins,
    maxAccounts: own.maxAccounts,
    limits: readLimits(own.limits),
    retentionDays,
    dataDir: own.dataDir ?? join(settings.userDir ?? process.cwd(), "instamojo"),
  };
}

function readLimits(given: InstamojoSettings["limits"]): ConversationLimits {
  try {
    return conversationLimits(given);
  } catch (error) {
    throw new RangeError(`instamojo.${(error as RangeError).message} Correct it in the settings of Node-RED.`);
  }
}

/** The address that a Node-RED with its own server has on this machine; unknown where another program serves it. */
function ownAddress({ uiPort, uiHost, https }: Red["settings"]): string | undefined {
  const isOnLoopback = !uiHost || ["0.0.0.0", "127.0.0.1", "localhost", "::"].includes(uiHost);
  return uiPort && isOnLoopback && !https ? `http://127.0.0.1:${uiPort}` : undefined;
}

/** The routes of flows stand under `httpNodeRoot`, so the address from outside does too. */
function underNodeRoot(origin: string, root: string | false | undefined): string {
  return `${origin.replace(/\/+$/, "")}/${root || ""}`.replace(/([^:])\/+/g, "$1/").replace(/\/+$/, "");
}
