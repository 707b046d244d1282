import { isFlowError } from "../runtime/errors.ts";
import { createGateway, type Gateway, type GatewayAccount, type GatewayOptions } from "./gateway.ts";
import { worldMismatchRemedy } from "./world.ts";

/** What *Test connection* shows. */
export type ConnectionReport =
  | { readonly ok: true; readonly account: string; readonly message: string }
  | {
      readonly ok: false;
      readonly cause: "wrong_secret" | "wrong_world" | "unreachable" | "not_activated" | "unexpected";
      readonly message: string;
      readonly remedy: string;
    };

const causes = {
  credentials_refused: "wrong_secret",
  not_activated: "not_activated",
  gateway_unreachable: "unreachable",
  gateway_timeout: "unreachable",
} as const;

/**
 * Fetches a token and reads one row of the payments list; changes nothing and closes the transport afterwards. Never
 * throws. Credentials of the other world are told before any call. `look` may read on with the same token once it works;
 * what it fails with changes nothing.
 */
export async function testConnection(
  account: GatewayAccount,
  options: GatewayOptions,
  look?: (gateway: Gateway) => Promise<void>,
): Promise<ConnectionReport> {
  try {
    return await probe(account, options, look);
  } catch (error) {
    if (!isFlowError(error)) {
      return { ok: false, cause: "unexpected", message: "The test itself failed.", remedy: "Please report it." };
    }
    const cause = error.code in causes ? causes[error.code as keyof typeof causes] : "unexpected";
    return { ok: false, cause, message: error.message, remedy: error.remedy };
  } finally {
    await options.transport.close().catch(() => {});
  }
}

async function probe(
  account: GatewayAccount,
  options: GatewayOptions,
  look: ((gateway: Gateway) => Promise<void>) | undefined,
): Promise<ConnectionReport> {
  const mismatch = worldMismatchRemedy(account);
  if (mismatch !== undefined) {
    const message = "Client id and base URL belong to different worlds of Instamojo (test and live).";
    return { ok: false, cause: "wrong_world", message, remedy: mismatch };
  }
  const gateway = createGateway(account, options);
  await gateway.listPayments({ page: 1, limit: 1 });
  await look?.(gateway).catch(() => {});
  return { ok: true, account: account.name, message: successMessage(account) };
}

/** Reads work before KYC is done and only a create call is answered 403, which a test that changes nothing cannot see. */
function successMessage(account: GatewayAccount): string {
  const works = "Instamojo accepts the credentials and a read works.";
  if (URL.parse(account.baseUrl)?.origin !== "https://api.instamojo.com") return works;
  return `${works} Whether the account may create links shows only with the first one: until its KYC is done, Instamojo refuses that (403) although reads work.`;
}
