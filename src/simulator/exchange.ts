import type { SimulatorSettings } from "./settings.ts";
import type { MerchantData, SimulatorState } from "./state.ts";

/** Values of a form, a multipart body or a JSON object. Only JSON gives anything but text. */
export type Fields = ReadonlyMap<string, unknown>;

export type ParsedBody = { fields: Fields } | { status: number; message: string };

/** A request without its socket. Header names are lower case. */
export interface SimulatorRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  body: ParsedBody;
}

export interface SimulatorResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What a handler works on: the state, how it is set up, the time and the origin it writes into answers. */
export interface Desk {
  state: SimulatorState;
  settings: SimulatorSettings;
  now: number;
  origin: string;
}

export interface Call {
  request: SimulatorRequest;
  params: Readonly<Record<string, string>>;
  fields: Fields;
}

export interface MerchantCall extends Call {
  merchant: MerchantData;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): SimulatorResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** The gateway's common error body. */
export function refusal(status: number, message: string): SimulatorResponse {
  return json(status, { success: false, message });
}

export const notFound = (): SimulatorResponse => refusal(404, "Not found.");

export const forbidden = (): SimulatorResponse => refusal(403, "You do not have permission to perform this action.");

export function redirect(status: 301 | 302 | 303, location: string): SimulatorResponse {
  return { status, headers: { location }, body: "" };
}
