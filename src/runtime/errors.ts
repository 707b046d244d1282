/** What is known about the effect on the gateway: nothing happened, it happened, or nobody can say yet. */
export type Outcome = "not-applied" | "applied" | "unknown";

/** One refused field: which one, the rule it broke, and what to do. Ready to be shown beside the field. */
export interface FieldError {
  /** Key of the field, dotted for nested ones; `""` when the rule concerns the whole input. */
  readonly field: string;
  /** The rule in words, completing "must be …"; short enough for a status line ("at least 9.00"). */
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

interface ErrorEntry {
  /** What happened, for the table in docs/errors.md. */
  readonly meaning: string;
  /** What a person should do; the default where the throw site gives none. */
  readonly remedy: string;
  readonly retryable: boolean;
  readonly outcome: Outcome;
}

const guide = "docs/connect-instamojo.md";

/**
 * Every code that a node can leave with, closed. Callers branch on the code; texts may change.
 * `retryable` and `outcome` are defaults that a throw site may sharpen.
 */
export const errorTable = {
  invalid_input: {
    meaning: "A field of the form, or a value handed to it, breaks a rule. Nothing was sent.",
    remedy: "Correct the fields named in fieldErrors and run the node again.",
    retryable: false,
    outcome: "not-applied",
  },
  account_unknown: {
    meaning: "The node names an account that does not exist here, or no account exists yet.",
    remedy: `Choose an account of this installation on the node, or add one (${guide}).`,
    retryable: false,
    outcome: "not-applied",
  },
  account_invalid: {
    meaning:
      "The account breaks one of the account rules (name, base URL, world of the client id, number of accounts).",
    remedy: `Correct the account (${guide}).`,
    retryable: false,
    outcome: "not-applied",
  },
  credentials_refused: {
    meaning: "Instamojo does not know this client id and secret in this world.",
    remedy: `Copy client id and client secret again, from the world that the base URL names (${guide}).`,
    retryable: false,
    outcome: "not-applied",
  },
  not_activated: {
    meaning: "Instamojo knows the account but does not let it do this: KYC pending, or a missing permission.",
    remedy: `Finish the activation in the Instamojo dashboard, then try again (${guide}).`,
    retryable: false,
    outcome: "not-applied",
  },
  gateway_refused: {
    meaning: "Instamojo read the request and refused it; its own words are in message and response.",
    remedy: "Correct what the message names and run the node again.",
    retryable: false,
    outcome: "not-applied",
  },
  link_switch_refused: {
    meaning: "Instamojo does not let this account disable or enable links over its API. The link is as it was.",
    remedy:
      "Disable or enable the link in the Instamojo dashboard, or ask Instamojo to allow it for this account's API client.",
    retryable: false,
    outcome: "not-applied",
  },
  not_found: {
    meaning: "Instamojo has no such payment request, payment or refund for this account.",
    remedy: "Check the id, and that the node uses the account the payment was made with.",
    retryable: false,
    outcome: "not-applied",
  },
  rate_limited: {
    meaning: "Instamojo asked to slow down.",
    remedy: "Wait a little and run the node again.",
    retryable: true,
    outcome: "not-applied",
  },
  gateway_unreachable: {
    meaning: "No connection to Instamojo could be made; nothing was sent.",
    remedy: "Check the network and the base URL of the account, then run the node again.",
    retryable: true,
    outcome: "not-applied",
  },
  gateway_timeout: {
    meaning: "Instamojo did not answer a read in time.",
    remedy: "Run the node again in a moment.",
    retryable: true,
    outcome: "not-applied",
  },
  gateway_error: {
    meaning: "Instamojo failed while answering a read.",
    remedy: "Run the node again in a moment.",
    retryable: true,
    outcome: "not-applied",
  },
  unreadable_reply: {
    meaning: "Instamojo's answer to a read was too large, not JSON, or not of the documented shape.",
    remedy: "Run the node again; if it stays, report it with the time of the run.",
    retryable: true,
    outcome: "not-applied",
  },
  outcome_unknown: {
    meaning: "A request that changes something was sent and its answer never came or could not be read.",
    remedy: "Run the node again: a new link is found again or replaced, and both stay watched; nothing is done twice.",
    retryable: true,
    outcome: "unknown",
  },
  refund_unknown: {
    meaning: "The refund was sent and its answer never came or could not be read. It is never sent a second time.",
    remedy: "Do not run this again or refund by other means: we are checking. Look it up in the Instamojo dashboard.",
    retryable: false,
    outcome: "unknown",
  },
  operation_key_reused: {
    meaning: "The same reference (or key) was used before with other values.",
    remedy: "Use a new reference for a new order, or send the same values as before.",
    retryable: false,
    outcome: "not-applied",
  },
  transaction_id_reused: {
    meaning: "The unique transaction id belongs to another refund. An id belongs to one refund for ever.",
    remedy: "Use a new unique transaction id for a new refund.",
    retryable: false,
    outcome: "not-applied",
  },
  not_paid_yet: {
    meaning: "The payment or payment request has no confirmed payment.",
    remedy: "Wait for the payment-status event Completed, then refund.",
    retryable: false,
    outcome: "not-applied",
  },
  several_payments: {
    meaning: "The payment request has more than one confirmed payment.",
    remedy: "Give the id (MOJO…) of the payment to refund; the ids are in the message.",
    retryable: false,
    outcome: "not-applied",
  },
  refund_exceeds_remaining: {
    meaning: "The refund is larger than what is left of the payment after all refunds made, open or unknown.",
    remedy: "Ask for at most what the message says is left; where that is 0.00, nothing more can be refunded.",
    retryable: false,
    outcome: "not-applied",
  },
  conversation_limit_reached: {
    meaning: "This conversation has had as many links, or mails and SMS, as one may get in a while. Nothing was sent.",
    remedy: "Wait a while, or raise the limit that the remedy of the error names.",
    retryable: true,
    outcome: "not-applied",
  },
  live_refund_from_button: {
    meaning:
      "Somebody started a refund of real money with the button of an Inject node, and this node does not allow that.",
    remedy: "Start the flow from its conversation, or tick Allow live refunds from the inject button on this node.",
    retryable: false,
    outcome: "not-applied",
  },
  store_unavailable: {
    meaning: "The ledger could not be written. Without a durable record nothing is sent.",
    remedy: "Check free space and permissions of the ledger's folder, then run the node again.",
    retryable: true,
    outcome: "not-applied",
  },
  internal_error: {
    meaning: "A fault of this package.",
    remedy: "Please report it with the time of the run.",
    retryable: false,
    outcome: "unknown",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** What the `error` and `unknown` ports carry. Plain JSON; never a header, token, secret or salt. */
export interface NodeError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly outcome: Outcome;
  readonly fieldErrors?: readonly FieldError[];
  readonly statusCode?: number;
  /** The gateway's reply, where there was a readable one. */
  readonly response?: unknown;
}

export interface FlowErrorOptions {
  readonly remedy?: string;
  readonly retryable?: boolean;
  readonly outcome?: Outcome;
  readonly fieldErrors?: readonly FieldError[];
  readonly statusCode?: number;
  readonly response?: unknown;
  readonly cause?: unknown;
}

/** The one error that this package throws on purpose. `cause` is for debuggers and is never serialised. */
export class FlowError extends Error {
  override readonly name = "FlowError";
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly outcome: Outcome;
  readonly fieldErrors?: readonly FieldError[];
  readonly statusCode?: number;
  readonly response?: unknown;

  constructor(code: ErrorCode, message: string, options: FlowErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = errorTable[code];
    this.code = code;
    this.remedy = options.remedy ?? entry.remedy;
    this.retryable = options.retryable ?? entry.retryable;
    this.outcome = options.outcome ?? entry.outcome;
    if (options.fieldErrors) this.fieldErrors = options.fieldErrors;
    if (options.statusCode !== undefined) this.statusCode = options.statusCode;
    if (options.response !== undefined) this.response = options.response;
  }

  toJSON(): NodeError {
    return {
      code: this.code,
      message: this.message,
      remedy: this.remedy,
      retryable: this.retryable,
      outcome: this.outcome,
      ...(this.fieldErrors ? { fieldErrors: this.fieldErrors } : {}),
      ...(this.statusCode === undefined ? {} : { statusCode: this.statusCode }),
      ...(this.response === undefined ? {} : { response: this.response }),
    };
  }
}

/** True for our errors, those of a second loaded copy of the package included. */
export function isFlowError(value: unknown): value is FlowError {
  return value instanceof Error && value.name === "FlowError" && Object.hasOwn(errorTable, (value as FlowError).code);
}

/** The refusal of a form: one message out of all field errors, nothing sent. */
export function invalidInput(fieldErrors: readonly FieldError[]): FlowError {
  const message = fieldErrors.map((error) => error.message).join(" ");
  return new FlowError("invalid_input", message, { fieldErrors });
}
