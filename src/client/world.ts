import type { GatewayAccount } from "./gateway.ts";

const guide = "docs/connect-instamojo.md";

/**
 * What to do when client id and base URL are of different worlds, else undefined. Test client ids start with `test_`
 * (official SDK's tests); Test and Live are separate accounts and databases, each refusing the other's credentials.
 */
export function worldMismatchRemedy(account: GatewayAccount): string | undefined {
  const isTestId = account.clientId.startsWith("test_");
  const origin = URL.parse(account.baseUrl)?.origin;
  if (origin === "https://api.instamojo.com" && isTestId) {
    return `The client id is one of Instamojo's test mode and the base URL is the live one: use https://test.instamojo.com, or live credentials (${guide}).`;
  }
  if (origin === "https://test.instamojo.com" && !isTestId) {
    return `The client id is not one of Instamojo's test mode (those start with test_) and the base URL is the test one: use https://api.instamojo.com, or test credentials (${guide}).`;
  }
  return undefined;
}
