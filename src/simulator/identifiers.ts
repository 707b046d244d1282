import { createHash, randomBytes, randomInt } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const alphanumerics = `${letters}${letters.toLowerCase()}0123456789`;

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

const digits = (length: number): string => pick("0123456789", length);

/** Year digit, hexadecimal month and day, as the gateway's ids start: `3207` is 7 February 2023. */
function dateCode(now: number): string {
  const date = new Date(now);
  const day = String(date.getUTCDate()).padStart(2, "0");
  return `${date.getUTCFullYear() % 10}${(date.getUTCMonth() + 1).toString(16)}${day}`;
}

/** 32 lower-case hex digits. */
export const newRequestId = (): string => randomBytes(16).toString("hex");

/** `MOJO3207U05Q80983266`. */
export const newPaymentId = (now: number): string =>
  `MOJO${dateCode(now)}${pick(letters, 1)}${digits(2)}${pick(letters, 1)}${digits(8)}`;

/** `C5c0751272`. */
export const newCaseId = (now: number): string => `C${dateCode(now)}${digits(5)}`;

export const newShortCode = (): string => pick(alphanumerics, 5);

export const newBankReference = (): string => pick(`${letters}0123456789`, 10);

export function newToken(style: "short" | "long"): string {
  if (style === "short") return pick(alphanumerics, 30);
  return `${randomBytes(32).toString("base64url")}.${randomBytes(96).toString("base64url")}`;
}

/** A merchant keeps its id over restarts and resets, because it follows from the client id. */
export const userIdOf = (clientId: string): string =>
  createHash("sha256").update(`user:${clientId}`).digest("hex").slice(0, 32);

/** The first id that is not taken. */
export function unused(make: () => string, isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = make();
    if (!isTaken(id)) return id;
  }
}
