import { ControlError, type PayOrder, type SimulatorControl } from "./control.ts";
import { json, type SimulatorRequest, type SimulatorResponse } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import type { SimulatorLedger } from "./ledger.ts";
import type { CaseResolution, SimulatorSwitches } from "./switches.ts";

export const controlPrefix = "/__simulator__/";

export interface ControlDesk {
  control: SimulatorControl;
  ledger: () => SimulatorLedger;
}

/**
 * The control API. Writes need a JSON body, which a page of another site cannot send unasked, and an `Origin`, if there
 * is one, that is the simulator's own.
 *
 * - `POST /__simulator__/pay` {@link PayOrder}, answers the payment
 * - `POST /__simulator__/faults` {@link Fault}
 * - `POST /__simulator__/refunds/{case}` `{resolution}`, answers the case
 * - `POST /__simulator__/clock` `{advanceSeconds}`
 * - `POST /__simulator__/switches`: switches by name
 * - `POST /__simulator__/reset`
 * - `GET /__simulator__/ledger`
 */
export async function respondToControl(desk: ControlDesk, request: SimulatorRequest): Promise<SimulatorResponse> {
  const path = request.path.slice(controlPrefix.length).replace(/\/$/, "");
  try {
    if (request.method === "GET" && path === "ledger") return json(200, desk.ledger());
    if (request.method !== "POST") throw new ControlError(path === "ledger" ? 405 : 404, "no such control call");
    return json(200, await control(desk, path, readControlBody(request)));
  } catch (error) {
    if (error instanceof ControlError) return json(error.status, { error: error.message });
    throw error;
  }
}

function readControlBody(request: SimulatorRequest): Record<string, unknown> {
  const { origin, host, "content-type": type } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) throw new ControlError(403, "foreign Origin");
  if (type?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw new ControlError(415, "send Content-Type: application/json");
  }
  if (!("fields" in request.body)) throw new ControlError(400, request.body.message);
  return Object.fromEntries(request.body.fields);
}

async function control(desk: ControlDesk, path: string, body: Record<string, unknown>): Promise<unknown> {
  const [action, id, ...rest] = path.split("/");
  if (action === "refunds" && id !== undefined && rest.length === 0) {
    return desk.control.resolveRefund(id, body.resolution as CaseResolution);
  }
  const run = id === undefined ? actions[action ?? ""] : undefined;
  if (run === undefined) throw new ControlError(404, "no such control call");
  return (await run(desk.control, body)) ?? { ok: true };
}

type Action = (control: SimulatorControl, body: Record<string, unknown>) => unknown;

const actions: Readonly<Record<string, Action | undefined>> = Object.assign(Object.create(null), {
  pay: (control, body) => control.pay(body as unknown as PayOrder),
  faults: (control, body) => control.faults(body as unknown as Fault),
  clock: (control, body) => control.advanceClock(body.advanceSeconds as number),
  switches: (control, body) => control.setSwitches(body as Partial<SimulatorSwitches>),
  reset: (control) => control.reset(),
} satisfies Record<string, Action>);
