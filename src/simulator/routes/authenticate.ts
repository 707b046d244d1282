import { type Desk, refusal, type SimulatorRequest, type SimulatorResponse } from "../exchange.ts";
import type { MerchantData } from "../state.ts";

/** The merchant whose token came along, or the 401. Every merchant sees its own data only. */
export function authenticate(desk: Desk, request: SimulatorRequest): MerchantData | SimulatorResponse {
  const token = /^bearer\s+(\S+)$/i.exec(request.headers.authorization?.trim() ?? "")?.[1];
  if (token === undefined) return refusal(401, "Authentication credentials were not provided.");
  for (const { clientId } of desk.settings.merchants) {
    const merchant = desk.state.merchants.get(clientId);
    if (merchant?.tokens.some((each) => each.value === token && each.expiresAt > desk.now)) return merchant;
  }
  return refusal(401, "Invalid or expired token.");
}
