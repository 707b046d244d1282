import type { Desk } from "./exchange.ts";
import type { CallFault } from "./faults.ts";

const isMoneyWrite = (method: string, path: string): boolean =>
  method === "POST" && (path === "/v2/payment_requests/" || /^\/v2\/payments\/[^/]+\/refund\/$/.test(path));

/** The fault that the switch `lateWriteEvery` puts on every n-th create or refund. */
export function lateWrite(desk: Desk, method: string, path: string): CallFault | undefined {
  const { lateWriteEvery, lateWriteSeconds } = desk.settings.switches;
  if (lateWriteEvery === 0 || !isMoneyWrite(method, path)) return undefined;
  desk.state.writes += 1;
  return desk.state.writes % lateWriteEvery === 0 ? { kind: "late", applySeconds: lateWriteSeconds } : undefined;
}
