import { createHmac, Hmac, timingSafeEqual } from "node:crypto";

/**
 * The built-ins that decide whether a message is genuine, taken when this module is loaded: another module of the process
 * that replaces one on its prototype, or adds to one, changes nothing here.
 */

const { call } = Function.prototype;

/** A method as a function of its object. */
const uncurry = (Function.prototype.bind as (this: unknown, self: unknown) => unknown).bind(call) as (
  method: unknown,
) => unknown;

type Text = (self: string, ...args: number[]) => string;

export const forEachEntry = uncurry(Map.prototype.forEach) as <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  visit: (value: Value, key: Key) => void,
) => void;
export const mapGet = uncurry(Map.prototype.get) as <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
) => Value | undefined;
export const mapHas = uncurry(Map.prototype.has) as <Key>(map: ReadonlyMap<Key, unknown>, key: Key) => boolean;
export const mapSet = uncurry(Map.prototype.set) as <Key, Value>(map: Map<Key, Value>, key: Key, value: Value) => void;
export const lowerCase = uncurry(String.prototype.toLowerCase) as (self: string) => string;
export const indexOf = uncurry(String.prototype.indexOf) as (self: string, part: string, from?: number) => number;
export const isWellFormed = uncurry(String.prototype.isWellFormed) as (self: string) => boolean;
export const slice = uncurry(String.prototype.slice) as Text;
export const decodeComponent = decodeURIComponent;
export const bytesOf = Buffer.from.bind(Buffer) as (text: string, encoding: "utf8") => Buffer;
export const isSameBytes = timingSafeEqual;

const newHmac = createHmac;
const update = uncurry(Hmac.prototype.update) as (self: Hmac, text: string, encoding: "utf8") => Hmac;
const end = uncurry(Hmac.prototype.digest) as (self: Hmac, encoding: "hex") => string;

/** HMAC-SHA1 over UTF-8, in lower-case hex. */
export function hmacSha1(key: string, text: string): string {
  return end(update(newHmac("sha1", key), text, "utf8"), "hex");
}
