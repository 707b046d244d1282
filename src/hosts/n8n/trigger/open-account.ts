import { environmentOf } from "../../../accounts.ts";
import { createGateway, type Gateway } from "../../../client/gateway.ts";
import { accountOf, type InstamojoCredential } from "../account-of.ts";
import { n8nClock } from "../n8n-clock.ts";
import { createN8nTransport, type HttpRequest } from "../n8n-transport.ts";
import { validator } from "../validator.ts";
import type { EventAccount } from "./confirm-payment.ts";

/** What n8n gives to whatever part of a node is asked: its credentials, and its helper for HTTP. */
export interface AccountContext {
  getCredentials(type: string): Promise<unknown>;
  getNode(): { readonly credentials?: Readonly<Record<string, { readonly name: string }>> };
  readonly helpers: { readonly httpRequest: HttpRequest };
}

/** A merchant, ready to be asked. */
export interface OpenedAccount {
  readonly account: EventAccount;
  /** Private salts that sign its messages; none where it has none. */
  readonly salts: readonly string[];
  readonly gateway: Gateway;
}

/** Opens the account of the credential that the node has. Throws FlowError `account_invalid`. */
export async function openAccount(context: AccountContext): Promise<OpenedAccount> {
  const credential = (await context.getCredentials("instamojoApi")) as InstamojoCredential;
  const account = accountOf(credential, context.getNode().credentials?.instamojoApi?.name ?? "");
  const gateway = createGateway(account, {
    transport: createN8nTransport((options) => context.helpers.httpRequest(options)),
    clock: n8nClock,
    fits: (schema, value) => validator.issues(schema, value).length === 0,
  });
  return {
    account: { name: account.name, environment: environmentOf(account.baseUrl) },
    salts: credential.privateSalt ? [credential.privateSalt] : [],
    gateway,
  };
}
