import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type {
  AccountRow,
  DeliveryRow,
  EventRow,
  MessageRow,
  PaymentRow,
  RefundRow,
  RequestRow,
  TakerRow,
} from "../../src/store/rows.ts";

/** Complete rows to change a field of. */

export const shopAccount = { account: "shop", environment: "test" } as const;

export const accountRow = (changes: Partial<AccountRow> = {}): AccountRow => ({
  name: "shop",
  environment: "test",
  generation: 1,
  clientId: "test_one",
  callbackToken: "token-one",
  merchant: null,
  isActive: true,
  ...changes,
});

export const requestRow = (changes: Partial<RequestRow> = {}): RequestRow => ({
  tag: "a".repeat(32),
  ...shopAccount,
  generation: 1,
  key: "generate-payment-link reference:order-1",
  isCurrent: true,
  input: { amount: "200.00", purpose: "Iphone" },
  reference: "order-1",
  correlation: { conversation: "c-1" },
  amountPaise: 20_000,
  stage: "open",
  paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
  link: "https://test.instamojo.com/@shop/05f317448ad84649aa1a9c7328edb015",
  response: { id: "05f317448ad84649aa1a9c7328edb015" },
  status: "Pending",
  sequence: 0,
  deadlineAt: null,
  closedFor: null,
  hasWebhook: true,
  createdAt: 1_000,
  nextReadAt: null,
  version: 1,
  ...changes,
});

export const paymentRow = (changes: Partial<PaymentRow> = {}): PaymentRow => ({
  paymentId: "MOJO5a06005J21512197",
  tag: "a".repeat(32),
  state: "paid",
  amountPaise: 20_000,
  fees: "3.80",
  ...changes,
});

export const refundRow = (changes: Partial<RefundRow> = {}): RefundRow => ({
  ...shopAccount,
  transactionId: "order-1-refund-1",
  paymentId: "MOJO5a06005J21512197",
  paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
  tag: "a".repeat(32),
  input: { paymentId: "MOJO5a06005J21512197", issueType: "QFL", description: "Product is not good" },
  amountPaise: 10_000,
  paidPaise: 20_000,
  stage: "asking",
  caseId: null,
  response: null,
  createdAt: 1_000,
  nextReadAt: null,
  ...changes,
});

export const messageRow = (changes: Partial<MessageRow> = {}): MessageRow => ({
  id: "m-1",
  ...shopAccount,
  source: "webhook",
  paymentId: "MOJO5a06005J21512197",
  paymentRequestId: "05f317448ad84649aa1a9c7328edb015",
  tag: "a".repeat(32),
  receivedAt: 1_000,
  attempts: 0,
  state: "waiting",
  nextAt: 1_000,
  ...changes,
});

export const eventRow = (changes: Partial<EventRow> = {}): EventRow => {
  const row = { id: "evt_1", tag: "a".repeat(32), sequence: 1, ...changes };
  const event = { id: row.id, type: "payment-status", status: "Completed" } as unknown as PaymentStatusEvent;
  return { event, ...row };
};

export const takerRow = (changes: Partial<TakerRow> = {}): TakerRow => ({
  id: "flow-1",
  accounts: [],
  statuses: ["Completed"],
  refundUpdates: false,
  ...changes,
});

export const deliveryRow = (changes: Partial<DeliveryRow> = {}): DeliveryRow => ({
  eventId: "evt_1",
  takerId: "flow-1",
  tag: "a".repeat(32),
  sequence: 1,
  state: "waiting",
  attempts: 0,
  nextAt: 1_000,
  ...changes,
});
