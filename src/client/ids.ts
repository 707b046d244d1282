import { paymentIdPattern } from "../../schemas/wire/payment.ts";
import { paymentRequestIdPattern } from "../../schemas/wire/payment-request.ts";
import { invalidInput } from "../runtime/errors.ts";

/** Case ids are `C…` or `R…`; the sources show no closed form, so this is what is safe in a path. */
const refundIdPattern = "^[0-9A-Za-z_-]{1,64}$";

const kinds = {
  paymentRequestId: { pattern: new RegExp(paymentRequestIdPattern), rule: "32 digits and letters a to f" },
  paymentId: { pattern: new RegExp(paymentIdPattern), rule: "MOJO and letters or digits" },
  refundId: { pattern: new RegExp(refundIdPattern), rule: "the C… id of the refund" },
} as const;

/** An id that may be put into a path: as the gateway writes it, so that it cannot name another path. */
export function pathId(field: keyof typeof kinds, id: string): string {
  const { pattern, rule } = kinds[field];
  if (typeof id === "string" && pattern.test(id)) return id;
  const message = `${field} must be ${rule}.`;
  throw invalidInput([
    { field, rule: "pattern", message, remedy: "Take the id from the output of an earlier node or from the event." },
  ]);
}
