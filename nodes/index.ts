import type { EventDefinition } from "../src/runtime/event-definition.ts";
import type { NodeDefinition } from "../src/runtime/node-definition.ts";
import { createRefund } from "./create-refund.ts";
import { generatePaymentLink } from "./generate-payment-link.ts";
import { getPaymentStatus } from "./get-payment-status.ts";
import { paymentStatus } from "./payment-status.ts";

/** Every action, in the order of the palette. */
export const nodes = [generatePaymentLink, createRefund, getPaymentStatus] as unknown as readonly NodeDefinition[];

/** Every event. */
export const events: readonly EventDefinition[] = [paymentStatus];

/** Every unit of the package. */
export const registry: readonly (NodeDefinition | EventDefinition)[] = [...nodes, ...events];
