import type { Account } from "../../../schemas/account.ts";
import { accountType } from "./account-registry.ts";
import type { FlowHost } from "./flow-host.ts";
import type { NodeConfig, RedNode } from "./red.ts";

/** Registers the configuration node that holds an account. What tells who the merchant is stays out of the flow file. */
export function registerAccountNode(host: FlowHost): void {
  const { red, accounts } = host;
  function AccountNode(this: RedNode, config: NodeConfig): void {
    red.nodes.createNode(this, config);
    accounts.add(this.id, accountOf(config, this.credentials ?? {}));
    this.on("close", (isRemoved, done) => {
      if (isRemoved) accounts.remove(this.id);
      done();
    });
  }
  red.nodes.registerType(accountType, AccountNode, { credentials: accountCredentials });
}

/** Kept encrypted by Node-RED; `password` values never go back to the editor. */
export const accountCredentials = {
  clientId: { type: "text" },
  clientSecret: { type: "password" },
  privateSalts1: { type: "password" },
  privateSalts2: { type: "password" },
} as const;

/** The account that a configuration node and its credentials describe; blanks stay blank and are refused when used. */
export function accountOf(config: Record<string, unknown>, credentials: Record<string, string | undefined>): Account {
  const salts = [credentials["privateSalts1"], credentials["privateSalts2"]].filter(
    (salt) => salt !== undefined && salt !== "",
  );
  return {
    name: String(config["name"] ?? ""),
    baseUrl: String(config["baseUrl"] ?? ""),
    clientId: credentials["clientId"] ?? "",
    clientSecret: credentials["clientSecret"] ?? "",
    ...(salts.length > 0 ? { privateSalts: salts as string[] } : {}),
  };
}
