import type { Account } from "../../../../schemas/account.ts";
import { environmentOf } from "../../../accounts.ts";
import { createGateway } from "../../../client/gateway.ts";
import type { Session } from "../../../payments/sessions.ts";
import { n8nClock } from "../n8n-clock.ts";
import { createN8nTransport, type HttpRequest } from "../n8n-transport.ts";
import { validator } from "../validator.ts";

/** An account ready to use: a client that sends with n8n's helper. Its token lives as long as it. */
export function openSession(account: Account, httpRequest: HttpRequest): Session {
  const environment = environmentOf(account.baseUrl);
  const gateway = createGateway(account, {
    transport: createN8nTransport(httpRequest),
    clock: n8nClock,
    fits: (schema, value) => validator.issues(schema, value).length === 0,
  });
  const { name, clientId } = account;
  const row = { name, environment, generation: 1, clientId, callbackToken: "", merchant: null, isActive: true };
  return { account, environment, row, gateway };
}
