import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";

/** Who a link was made for, as an operator may see it. */
export type Person = PaymentStatusEvent["customer"];

/** The person with enough left to recognise and too little to use: `J… S…`, `j…@example.com`, `+91……3210`. */
export function maskPerson({ name, email, mobileNumber }: Person): Person {
  return {
    name: name && maskName(name),
    email: email && maskEmail(email),
    mobileNumber: mobileNumber && maskPhone(mobileNumber),
  };
}

function maskName(name: string): string {
  return name
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => `${[...word][0]}…`)
    .join(" ");
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? "…" : `${[...email][0]}…${email.slice(at)}`;
}

function maskPhone(phone: string): string {
  return phone.length < 8 ? "…" : `${phone.startsWith("+") ? phone.slice(0, 3) : ""}……${phone.slice(-4)}`;
}
