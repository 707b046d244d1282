import type { TObject } from "@sinclair/typebox";
import { ApiKey, DeliveryTarget } from "../schemas/http-settings.ts";
import type { FieldError } from "./runtime/errors.ts";
import { checkInput, type Validator } from "./runtime/validation.ts";

/** The lists of a configuration that only the HTTP host reads. */
export interface HttpLists {
  readonly deliver: readonly DeliveryTarget[];
  readonly apiKeys: readonly ApiKey[];
}

export interface GivenLists {
  readonly deliver?: readonly unknown[];
  readonly apiKeys?: readonly unknown[];
  /** Names of the accounts there are. */
  readonly accounts: readonly string[];
}

/** The lists in their canonical form, or what is wrong with them, each at its place. */
export function readHttpLists(
  given: GivenLists,
  validator: Validator,
): HttpLists & { readonly problems: readonly FieldError[] } {
  const deliver = readList<DeliveryTarget>("deliver", given.deliver, { form: DeliveryTarget, validator });
  const apiKeys = readList<ApiKey>("apiKeys", given.apiKeys, { form: ApiKey, validator });
  const broken = [...deliver.problems, ...apiKeys.problems];
  const lists = { deliver: deliver.items, apiKeys: apiKeys.items.map(lowerCased) };
  // What the items say of each other is only asked where each is good by itself.
  return { ...lists, problems: broken.length > 0 ? broken : together(lists, given.accounts) };
}

function lowerCased(key: ApiKey): ApiKey {
  return { ...key, sha256: key.sha256.toLowerCase() };
}

function readList<T>(
  field: string,
  items: readonly unknown[] = [],
  { form, validator }: { readonly form: TObject; readonly validator: Validator },
): { readonly items: readonly T[]; readonly problems: readonly FieldError[] } {
  const checks = items.map((item) => checkInput(form, item, validator));
  return {
    items: checks.flatMap((check) => (check.ok ? [check.value as T] : [])),
    problems: checks.flatMap((check, index) =>
      check.ok ? [] : check.errors.map((error) => ({ ...error, field: `${field}.${index}.${error.field}` })),
    ),
  };
}

function together({ deliver, apiKeys }: HttpLists, accounts: readonly string[]): readonly FieldError[] {
  return [
    ...repeated("deliver", "name", { title: "Name", values: deliver.map(({ name }) => name) }),
    ...repeated("apiKeys", "id", { title: "Id", values: apiKeys.map(({ id }) => id) }),
    ...repeated("apiKeys", "sha256", { title: "SHA-256", values: apiKeys.map(({ sha256 }) => sha256) }),
    ...unknownAccounts("deliver", deliver, accounts),
    ...unknownAccounts("apiKeys", apiKeys, accounts),
    ...deliver.flatMap(unsafeUrl),
  ];
}

function repeated(
  list: string,
  field: string,
  { title, values }: { readonly title: string; readonly values: readonly string[] },
): readonly FieldError[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [
          {
            field: `${list}.${index}.${field}`,
            rule: "unique",
            message: `${title} must be unique; it is there twice.`,
            remedy: "Give each entry one of its own.",
          },
        ],
  );
}

function unknownAccounts(
  list: string,
  items: readonly { readonly accounts?: readonly string[] }[],
  known: readonly string[],
): readonly FieldError[] {
  return items.flatMap(({ accounts = [] }, index) =>
    accounts
      .filter((name) => !known.includes(name))
      .map((name) => ({
        field: `${list}.${index}.accounts`,
        rule: "names of accounts of this file",
        message: `Accounts must be names of accounts of this file; ${JSON.stringify(name.slice(0, 64))} is none.`,
        remedy: `Its accounts are: ${known.join(", ") || "none"}.`,
      })),
  );
}

function unsafeUrl({ url, allowPrivate }: DeliveryTarget, index: number): readonly FieldError[] {
  if (allowPrivate || new URL(url).protocol === "https:") return [];
  return [
    {
      field: `deliver.${index}.url`,
      rule: "an https address",
      message: "URL must be an https address: events hold names, mails and phones.",
      remedy: "Use https, or set allowPrivate for a receiver in your own network.",
    },
  ];
}
