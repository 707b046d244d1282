import type { Fields } from "./exchange.ts";

export const required = "This field is required.";

/**
 * Collects what is wrong with a form, field by field, as the gateway reports it. Stock texts are those of the
 * framework that the documented ones come from; nobody should match on them.
 */
export class FieldReader {
  readonly errors: Record<string, string[]> = {};
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  get isValid(): boolean {
    return Object.keys(this.errors).length === 0;
  }

  fail(key: string, message: string): undefined {
    const messages = this.errors[key] ?? [];
    messages.push(message);
    this.errors[key] = messages;
    return undefined;
  }

  /** A field that must be there. */
  need(key: string, maxLength = Number.POSITIVE_INFINITY): string | undefined {
    const text = this.#scalar(key);
    if (text === undefined) return this.#given(key) ? undefined : this.fail(key, required);
    if (text.trim() === "") return this.fail(key, "This field may not be blank.");
    return this.#within(key, text, maxLength);
  }

  /**
   * A field that may be missing. Empty text counts as missing, and so do the words `undefined` and `null`, which the
   * official node SDK sends for values that it was not given.
   */
  may(key: string, maxLength = Number.POSITIVE_INFINITY): string | undefined {
    const text = this.#scalar(key);
    if (text === undefined || text.trim() === "" || text === "undefined" || text === "null") return undefined;
    return this.#within(key, text, maxLength);
  }

  /** `true`/`false` in any case, `1`/`0` (the official PHP SDK). */
  flag(key: string, fallback: boolean): boolean {
    const text = this.may(key)?.toLowerCase();
    if (text === undefined) return fallback;
    if (text === "true" || text === "1") return true;
    if (text === "false" || text === "0") return false;
    this.fail(key, "Must be a valid boolean.");
    return fallback;
  }

  url(key: string): string | undefined {
    const text = this.may(key);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isWeb = url !== undefined && (url.protocol === "http:" || url.protocol === "https:");
    return isWeb ? text : this.fail(key, "Enter a valid URL.");
  }

  email(key: string): string | undefined {
    const text = this.may(key, 75);
    if (text === undefined || /^[^\s@|]+@[^\s@]+\.[^\s@.]{2,}$/.test(text)) return text;
    return this.fail(key, "Enter a valid email address.");
  }

  /** Ten digits are an Indian number; anything else needs its country code. Kept as `+91XXXXXXXXXX`. */
  phone(key: string): string | undefined {
    const text = this.may(key)?.replace(/[\s-]/g, "");
    if (text === undefined) return undefined;
    if (/^\d{10}$/.test(text)) return `+91${text}`;
    if (/^91\d{10}$/.test(text)) return `+${text}`;
    return /^\+[1-9]\d{6,14}$/.test(text) ? text : this.fail(key, "Enter a valid phone number");
  }

  #given(key: string): boolean {
    return (this.#fields.get(key) ?? undefined) !== undefined;
  }

  #scalar(key: string): string | undefined {
    const value = this.#fields.get(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string" || typeof value === "boolean") return String(value);
    if (typeof value === "number") return String(value);
    return this.fail(key, "Not a valid string.");
  }

  #within(key: string, text: string, maxLength: number): string | undefined {
    if ([...text].length <= maxLength) return text;
    return this.fail(key, `Ensure this field has no more than ${maxLength} characters.`);
  }
}
