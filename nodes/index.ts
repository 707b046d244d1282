import type { EventDefinition } from "../src/runtime/event-definition.ts";
import type { NodeDefinition } from "../src/runtime/node-definition.ts";
import { collectPayment } from "./collect-payment.ts";
import { createRefund } from "./create-refund.ts";
import { disablePaymentLink } from "./disable-payment-link.ts";
import { enablePaymentLink } from "./enable-payment-link.ts";
import { generatePaymentLink } from "./generate-payment-link.ts";
import { getPaymentStatus } from "./get-payment-status.ts";
import { getRefundStatus } from "./get-refund-status.ts";
import { listPayments } from "./list-payments.ts";
import { paymentStatus } from "./payment-status.ts";

/** Every action, in the order of the palette. */
export const nodes = [
  generatePaymentLink,
  createRefund,
  collectPayment,
  getPaymentStatus,
  getRefundStatus,
  listPayments,
  disablePaymentLink,
  enablePaymentLink,
] as unknown as readonly NodeDefinition[];

/** Every event. */
export const events: readonly EventDefinition[] = [paymentStatus];

/** Every unit of the package. */
export const registry: readonly (NodeDefinition | EventDefinition)[] = [...nodes, ...events];
