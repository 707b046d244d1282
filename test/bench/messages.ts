import { createHmac } from "node:crypto";

/** What the servers of the benchmark are told, signed as the gateway signs it. */
export const account = "shop";
export const token = "bench-token-of-thirty-two-bytes-0123456789a";
export const salt = "0123456789abcdef0123456789abcdef";
export const webhookPath = `/integrations/instamojo/${account}?id=${token}`;

const hex = (number: number, length: number): string => number.toString(16).padStart(length, "0");

/** The gateway's shape: year digit, hexadecimal month and day, then digits that do not rise with time. */
export function paymentIdOf(number: number): string {
  const day = 1 + (Math.floor(number / 4000) % 28);
  const month = 1 + (Math.floor(number / 112_000) % 12);
  const scattered = Math.imul(number, 2_654_435_761) >>> 0;
  const digits = String(scattered % 100_000_000).padStart(8, "0");
  const letter = (value: number): string => String.fromCharCode(65 + (value % 26));
  return `MOJO6${month.toString(16)}${String(day).padStart(2, "0")}${letter(number)}${String(number % 97).padStart(2, "0")}${letter(scattered >>> 8)}${digits}`;
}

/** Random as the gateway's and ours are, and the same for the same number. */
export function idOf(number: number, kind: number): string {
  let text = "";
  for (let part = 0; part < 4; part++) {
    let word = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(part + 1 + kind * 7, 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
    text += hex((word ^ (word >>> 12)) >>> 0, 8);
  }
  return text;
}

export const requestIdOf = (number: number): string => idOf(number, 1);
export const tagOf = (number: number): string => idOf(number, 2);

/** The form of a paid webhook. */
export function formOf(number: number): string {
  const requestId = requestIdOf(number);
  const fields: Record<string, string> = {
    amount: "2500.00",
    buyer: "foo@example.com",
    buyer_name: "John Doe",
    buyer_phone: "+919999999999",
    currency: "INR",
    fees: "125.00",
    longurl: `https://www.instamojo.com/@foo/${requestId}`,
    payment_id: paymentIdOf(number),
    payment_request_id: requestId,
    purpose: `Order ${number}`,
    shorturl: "",
    status: "Credit",
  };
  return new URLSearchParams({ ...fields, mac: macOf(fields) }).toString();
}

/** The signature by its rule, apart from the package's own. */
export function macOf(fields: Readonly<Record<string, string>>): string {
  const values = Object.keys(fields)
    .filter((key) => key !== "mac")
    .sort((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1))
    .map((key) => fields[key]);
  return createHmac("sha1", salt).update(values.join("|")).digest("hex");
}
