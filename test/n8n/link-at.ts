import { localCredentials } from "../helpers/plugin-host.ts";
import type { Simulator } from "../../src/simulator/index.ts";

/** A link made at the local Instamojo by somebody else, without the package. */
export async function linkAt(
  { url }: Pick<Simulator, "url">,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly id: string; readonly longurl: string }> {
  const { clientId, clientSecret } = localCredentials;
  const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const form = (body: Readonly<Record<string, string>>) => ({ method: "POST", body: new URLSearchParams(body) });
  const token = (await (await fetch(`${url}/oauth2/token/`, form(grant))).json()) as { access_token: string };
  const answer = await fetch(`${url}/v2/payment_requests/`, {
    ...form({ send_email: "false", send_sms: "false", allow_repeated_payments: "false", ...fields }),
    headers: { authorization: `Bearer ${token.access_token}` },
  });
  if (answer.status !== 201) throw new Error(`No link: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string; longurl: string };
}
