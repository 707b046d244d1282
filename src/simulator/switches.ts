/** How an open refund case may end; `FINI_CONC` is the only one that moves money. */
export const caseResolutions = ["FINI_CONC", "FINI_DENY", "FINI_WITH", "FINI_INIT"] as const;
export type CaseResolution = (typeof caseResolutions)[number];

/**
 * What Instamojo's documentation leaves open, one switch each. A profile is a named set of them; single switches can be
 * set over a profile. Seconds are seconds of the simulator's clock.
 */
export interface SimulatorSwitches {
  /** Status of a successful create (payment request or refund). The documentation says 200, official tests 201. */
  createStatus: 200 | 201;
  /** False: creates and refunds answer 403, reads still work, as on an account whose KYC is open. */
  accountActivated: boolean;
  /** Value of `allow_repeated_payments` when the field is not sent. */
  allowRepeatedPaymentsDefault: boolean;
  /** Longest accepted `purpose`, in characters. */
  purposeMaxLength: number;
  /** Refuse a localhost or private `webhook` when the request is created. */
  refuseLocalWebhook: boolean;
  /** Send webhooks of failed payments too. */
  webhookOnFailure: boolean;
  /** Repeat a refused webhook after 15, 30, 60 and 120 minutes, each counted from the one before. */
  webhookRetries: boolean;
  /** Time between the payment and the first attempt. */
  webhookDelaySeconds: number;
  /** `shorturl` of a webhook: the short address, or an empty value. */
  webhookShorturl: "sent" | "empty";
  /** Fields without a value in a webhook: sent empty, or left out. */
  webhookEmptyFields: "blank" | "omitted";
  /** What becomes of a mail or SMS two seconds after the request was made. */
  notificationOutcome: "Pending" | "Sent" | "Failed";
  /** A failed payment is listed in `payments` of its request and in the payment list. */
  failedPaymentsListed: boolean;
  /** A single read shows the world as it was this many seconds ago. */
  readLagSeconds: number;
  /** A list shows the world as it was this many seconds ago. */
  listLagSeconds: number;
  /** Refund cases show up, and change, this many seconds late. */
  caseLagSeconds: number;
  /** `status`, `phone`, `user` and the date filters of the request list are honoured. */
  listFilters: boolean;
  /** Order of every list: by creation (newest or oldest first), or last changed first. */
  listOrder: "created-desc" | "created-asc" | "modified-desc";
  /** Rows move while a list is paged: by turns a page skips a row or repeats one of the page before. */
  pagesShift: boolean;
  /** Enable and disable answer 403. */
  enableDisableRefused: boolean;
  /** Added to every payment, so that `payment.amount` is above `payment_request.amount`. */
  paymentSurchargePaise: number;
  /** Time until an open refund case is decided; null: only by the control API. */
  refundReviewSeconds: number | null;
  /** How that decision ends. */
  refundReviewOutcome: CaseResolution;
  /** A `transaction_id` that was used before: refused with 400, or a second case. */
  repeatedTransactionId: "refused" | "second-case";
  /** How many cases one payment can have; null: until the sum reaches the payment. */
  refundsPerPayment: number | null;
  /** Cases and refund rows carry `transaction_id`. */
  caseShowsTransactionId: boolean;
  /** Elements of `payment.cases`. */
  paymentCases: "urls" | "objects" | "ids" | "empty";
  /** A new token makes the earlier ones of the same merchant invalid. */
  newTokenRevokesEarlier: boolean;
  /** 30 letters and digits, or two long base64url parts joined by a dot. */
  tokenStyle: "short" | "long";
  /** Every n-th create or refund gets no answer and is applied later; 0: never. */
  lateWriteEvery: number;
  /** How long after its arrival such a write is applied. */
  lateWriteSeconds: number;
}

export type SimulatorProfile = "documented" | "hostile" | "kind";

const documented: SimulatorSwitches = {
  createStatus: 201,
  accountActivated: true,
  allowRepeatedPaymentsDefault: false,
  purposeMaxLength: 255,
  refuseLocalWebhook: false,
  webhookOnFailure: false,
  webhookRetries: false,
  webhookDelaySeconds: 0,
  webhookShorturl: "sent",
  webhookEmptyFields: "blank",
  notificationOutcome: "Sent",
  failedPaymentsListed: true,
  readLagSeconds: 0,
  listLagSeconds: 0,
  caseLagSeconds: 0,
  listFilters: true,
  listOrder: "created-desc",
  pagesShift: false,
  enableDisableRefused: false,
  paymentSurchargePaise: 0,
  refundReviewSeconds: 5,
  refundReviewOutcome: "FINI_CONC",
  repeatedTransactionId: "refused",
  refundsPerPayment: null,
  caseShowsTransactionId: true,
  paymentCases: "urls",
  newTokenRevokesEarlier: false,
  tokenStyle: "short",
  lateWriteEvery: 0,
  lateWriteSeconds: 30,
};

/** The sets of switches by name. `hostile` is the gateway at its least helpful, `kind` at its most. */
export const profiles: Readonly<Record<SimulatorProfile, SimulatorSwitches>> = {
  documented,
  hostile: {
    ...documented,
    webhookShorturl: "empty",
    failedPaymentsListed: false,
    readLagSeconds: 120,
    listLagSeconds: 120,
    caseLagSeconds: 120,
    listFilters: false,
    pagesShift: true,
    enableDisableRefused: true,
    paymentSurchargePaise: 236,
    refundReviewOutcome: "FINI_DENY",
    repeatedTransactionId: "second-case",
    refundsPerPayment: 1,
    caseShowsTransactionId: false,
    newTokenRevokesEarlier: true,
    tokenStyle: "long",
    lateWriteEvery: 5,
  },
  kind: { ...documented, webhookOnFailure: true, webhookRetries: true, listOrder: "modified-desc" },
};
