import type { Payment } from "../../schemas/wire/payment.ts";
import type { RefundCase } from "../../schemas/wire/refund.ts";
import type { Desk } from "./exchange.ts";
import { type Fault, type FaultBook, isCallFault, isWebhookFault } from "./faults.ts";
import { latest } from "./history.ts";
import { presentCase, presentPayment } from "./present.ts";
import { resolveCase, reviewCases } from "./refund-cases.ts";
import { mergeSwitches } from "./settings.ts";
import type { MerchantData, StoredPayment } from "./state.ts";
import { type CaseResolution, caseResolutions, type SimulatorSwitches } from "./switches.ts";
import {
  closedBecause,
  finishPayment,
  type Payer,
  type PaymentOutcome,
  payableOf,
  takePayment,
} from "./take-payment.ts";

/** Body of `POST /__simulator__/pay`. */
export interface PayOrder {
  paymentRequestId?: string;
  /** Pays this gateway order. */
  orderId?: string;
  /** Ends this payment, which is still pending, instead of making one. */
  paymentId?: string;
  /** `pending` makes a payment whose status is null. */
  outcome: PaymentOutcome;
  payer?: Payer;
  /** Pay although the request is paid, disabled or expired, as two payers at the same moment can. */
  isForced?: boolean;
}

/** What tests tell the local Instamojo; the same as its routes under `/__simulator__`. */
export interface SimulatorControl {
  /** Makes or ends a payment, as the gateway shows it then. Throws {@link ControlError} when it cannot. */
  pay(order: PayOrder): Payment;
  faults(fault: Fault): void;
  /** Ends a refund case, or changes how it ended. */
  resolveRefund(caseId: string, resolution: CaseResolution): RefundCase;
  /** Moves the clock on; resolves when everything that became due (webhooks, late calls) is done. */
  advanceClock(seconds: number): Promise<void>;
  /** Changes single switches from now on. */
  setSwitches(switches: Partial<SimulatorSwitches>): void;
  /** Resolves when no webhook is on its way. */
  settled(): Promise<void>;
  /** Back to how it was started, without any data: tokens, clock, switches, faults and calls too. */
  reset(): void;
}

/** A control call that makes no sense; `status` is what the control API answers. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function payByControl(desk: Desk, order: PayOrder): Payment {
  if (!["success", "failure", "pending"].includes(order.outcome)) {
    throw new ControlError(400, "outcome is success, failure or pending");
  }
  if (order.paymentId !== undefined) return finish(desk, order.paymentId, order.outcome);
  if (order.orderId !== undefined) return payOrder(desk, order.orderId, order);
  const { paymentRequestId: requestId, isForced, outcome, payer } = order;
  if (typeof requestId !== "string")
    throw new ControlError(400, "name the paymentRequestId, the orderId or the paymentId");
  const merchant = ownerOf(desk, "requests", requestId);
  const history = merchant?.requests.get(requestId);
  if (merchant === undefined || history === undefined) throw new ControlError(404, `no payment request ${requestId}`);
  const closed = closedBecause(desk, latest(history));
  if (closed !== undefined && !isForced) throw new ControlError(409, `payment request ${requestId} is ${closed}`);
  const made = takePayment(desk, { merchant, requestId, outcome, ...(payer === undefined ? {} : { payer }) });
  return presentPayment(desk, merchant, made);
}

function payOrder(desk: Desk, orderId: string, { isForced, outcome, payer }: PayOrder): Payment {
  const merchant = ownerOf(desk, "orders", orderId);
  const history = merchant?.orders.get(orderId);
  if (merchant === undefined || history === undefined) throw new ControlError(404, `no gateway order ${orderId}`);
  const closed = closedBecause(desk, payableOf(merchant, latest(history)));
  if (closed !== undefined && !isForced) throw new ControlError(409, `gateway order ${orderId} is ${closed}`);
  const made = takePayment(desk, { merchant, orderId, outcome, ...(payer === undefined ? {} : { payer }) });
  return presentPayment(desk, merchant, made);
}

function finish(desk: Desk, paymentId: string, outcome: PaymentOutcome): Payment {
  const merchant = ownerOf(desk, "payments", paymentId);
  const history = merchant?.payments.get(paymentId);
  if (merchant === undefined || history === undefined) throw new ControlError(404, `no payment ${paymentId}`);
  const payment: StoredPayment = latest(history);
  if (payment.status !== null) throw new ControlError(409, `payment ${paymentId} is finished`);
  if (outcome === "pending") throw new ControlError(409, `payment ${paymentId} is pending already`);
  return presentPayment(desk, merchant, finishPayment(desk, merchant, paymentId, outcome));
}

export function resolveByControl(desk: Desk, caseId: string, resolution: CaseResolution): RefundCase {
  if (!caseResolutions.includes(resolution)) {
    throw new ControlError(400, `resolution is one of ${caseResolutions.join(", ")}`);
  }
  reviewCases(desk);
  const merchant = ownerOf(desk, "cases", caseId);
  const history = merchant?.cases.get(caseId);
  if (merchant === undefined || history === undefined) throw new ControlError(404, `no refund case ${caseId}`);
  return presentCase(desk, merchant, resolveCase(history, desk.now, resolution));
}

export function addFault(desk: Desk, book: FaultBook, fault: Fault): void {
  if (fault.kind === "clear") book.clear();
  else if (fault.kind === "revoke-tokens") revokeTokens(desk, fault.clientId);
  else if (isCallFault(fault) || isWebhookFault(fault)) book.add(fault);
  else throw new ControlError(400, `no such fault: ${JSON.stringify((fault as { kind?: unknown }).kind)}`);
}

function revokeTokens(desk: Desk, clientId: string | undefined): void {
  for (const merchant of desk.state.merchants.values()) {
    if (clientId === undefined || merchant.clientId === clientId) merchant.tokens = [];
  }
}

export function switchByControl(desk: Desk, switches: Partial<SimulatorSwitches>): void {
  try {
    desk.settings.switches = mergeSwitches(desk.settings.switches, switches);
  } catch (error) {
    throw new ControlError(400, (error as Error).message);
  }
}

function ownerOf(desk: Desk, kind: "requests" | "payments" | "orders" | "cases", id: string): MerchantData | undefined {
  return [...desk.state.merchants.values()].find((merchant) => merchant[kind].has(id));
}
