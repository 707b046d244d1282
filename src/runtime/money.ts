/** The one place that does arithmetic on amounts. Inside, whole paise; outside, rupees as decimal text with two places. */

/** Why a text is no amount. */
export type AmountProblem = "not-an-amount" | "too-many-decimals" | "too-large";

const decimal = /^([0-9]+)(?:\.([0-9]+))?$/;

/**
 * Reads rupees as text ("200", "19.99", "200.00") into paise. ASCII digits only; no sign, grouping or exponent.
 * Places beyond the second must be absent, not merely zero.
 */
export function parsePaise(text: string): number | AmountProblem {
  const match = decimal.exec(text);
  if (!match) return "not-an-amount";
  const rupees = match[1] as string;
  const decimals = match[2] ?? "";
  if (decimals.length > 2) return "too-many-decimals";
  const digits = rupees.replace(/^0+(?=[0-9])/, "");
  if (digits.length > 12) return "too-large";
  return Number(digits) * 100 + Number(decimals.padEnd(2, "0"));
}

/** Paise of an amount as the gateway writes it; null when it is not one. Trailing zero places are tolerated. */
export function gatewayPaise(text: string | null | undefined): number | null {
  if (typeof text !== "string") return null;
  const paise = parsePaise(text.replace(/(\.[0-9]{2})0+$/, "$1"));
  return typeof paise === "number" ? paise : null;
}

/** Writes paise as rupees with two places: 1999 → "19.99". */
export function formatPaise(paise: number): string {
  if (!Number.isSafeInteger(paise) || paise < 0) throw new RangeError("An amount must be whole paise, zero or more.");
  return `${Math.trunc(paise / 100)}.${String(paise % 100).padStart(2, "0")}`;
}

/** Writes paise as people in India read rupees: 20000000 → "₹2,00,000.00". By hand, because hosts differ in what Intl knows. */
export function formatRupees(paise: number): string {
  return `₹${formatPaise(paise).replace(/\B(?=(?:[0-9]{2})*[0-9]{3}\.)/g, ",")}`;
}
