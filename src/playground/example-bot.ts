import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AccountChoice, shopAccount } from "./account-choice.ts";
import { PlaygroundError } from "./playground-error.ts";
import type { FlowNode, NodeRed } from "./red.ts";

const accountType = "instamojo-account";

/** The example bot as the package ships it. */
export function readExampleBot(packageRoot: string): FlowNode[] {
  const file = join(packageRoot, "docs", "examples", "shop-bot.json");
  if (!existsSync(file)) throw new PlaygroundError("not-built", `${file} is missing. Install the package again.`);
  return JSON.parse(readFileSync(file, "utf8")) as FlowNode[];
}

export interface BotOptions {
  readonly account: AccountChoice;
  /** Who filled in the account last time. */
  readonly lastSource: AccountChoice["source"] | undefined;
  /** Flows to deploy where there are none yet. */
  readonly example: () => FlowNode[];
}

/**
 * Deploys the example bot where there are no flows yet, and fills in its account. Flows that are there are left as they
 * are, but for the base URL and the credentials of the account named `shop`; and that account too where its author has
 * pointed it at a world of their own.
 */
export async function deployExampleBot(red: NodeRed, { account, lastSource, example }: BotOptions): Promise<void> {
  const present = await red.runtime.flows.getFlows({});
  const isFirst = present.flows.length === 0;
  const flows = isFirst ? example() : present.flows;
  const shop = flows.find((node) => node.type === accountType && node.name === shopAccount);
  if (!shop) {
    if (isFirst) throw new PlaygroundError("not-built", `The example bot has no account named ${shopAccount}.`);
    return;
  }
  const credentials = credentialsOf(account);
  if (!isFirst && !mayAlign(shop, account, lastSource)) return;
  if (!isFirst && isAligned(shop, account, red.nodes.getCredentials(shop.id))) return;
  await red.runtime.flows.setFlows({
    flows: {
      ...(isFirst ? {} : { rev: present.rev }),
      flows: flows.map((node) => (node === shop ? { ...node, baseUrl: account.baseUrl, credentials } : node)),
    },
    deploymentType: "full",
  });
}

/** An account that the author pointed elsewhere stays, unless the environment names another now or did so before. */
function mayAlign(shop: FlowNode, account: AccountChoice, lastSource: BotOptions["lastSource"]): boolean {
  const isLocal = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(String(shop.baseUrl));
  return account.source === "environment" || lastSource === "environment" || isLocal;
}

function credentialsOf({ clientId, clientSecret, privateSalt }: AccountChoice): Record<string, string> {
  return { clientId, clientSecret, privateSalts1: privateSalt, privateSalts2: "" };
}

function isAligned(shop: FlowNode, account: AccountChoice, known: Record<string, string> = {}): boolean {
  const wanted = credentialsOf(account);
  return (
    shop.baseUrl === account.baseUrl && Object.keys(wanted).every((key) => (known[key] ?? "") === (wanted[key] ?? ""))
  );
}
