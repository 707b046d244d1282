import type { Desk, SimulatorResponse } from "../exchange.ts";
import { statusPage } from "../pages/status-page.ts";

export function showStatus(desk: Desk): SimulatorResponse {
  return statusPage(desk);
}
