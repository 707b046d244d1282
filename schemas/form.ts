/** What a field may offer to pick from a list of its account, besides being typed. */
export const pickKinds = ["payment-requests", "payments", "refundable-payments", "refunds"] as const;
export type PickKind = (typeof pickKinds)[number];

/**
 * What a form needs beyond JSON Schema: the one extra keyword (`form`) on a property. The validator knows it as
 * vocabulary; the manifest turns it into a `uiSchema` and takes it out of the schema it publishes.
 */
export interface FormHints {
  /** Selects the rules by which a literal or an evaluated expression becomes the canonical value. */
  readonly kind?: "amount" | "phone" | "url" | "text";
  /** Smallest and largest amount in paise, both included; only with kind `amount`. */
  readonly minPaise?: number;
  readonly maxPaise?: number;
  /** Grey text in the empty field. */
  readonly placeholder?: string;
  /** Meaning of each value of an `enum`, shown in the select. */
  readonly enumTitles?: Readonly<Record<string, string>>;
  /** Shown under the collapsed *Advanced* heading. */
  readonly advanced?: true;
  readonly widget?: "textarea" | "password";
  /** The field takes the id of something that a host can list: recent links, payments, refunds. */
  readonly pick?: PickKind;
  /** `absent`: an empty value (`""`, `null`) means that the field was not given. Elsewhere it is refused. */
  readonly blank?: "absent";
  /** The rule in words, completing "must be …", and what to do about a refusal. */
  readonly rule?: string;
  readonly remedy?: string;
}
