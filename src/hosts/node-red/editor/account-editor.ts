import type { TSchema } from "@sinclair/typebox";
import { Account, liveBaseUrl, testBaseUrl } from "../../../../schemas/account.ts";
import { checkAccount, environmentOf } from "../../../accounts.ts";
import type { FieldError } from "../../../runtime/errors.ts";
import type { Validator } from "../../../runtime/validation.ts";
import { $, type EditorNode, type PropertyDefinition, RED } from "./editor-api.ts";
import { openGuideFromLinks } from "./guide.ts";
import { installation } from "./installation.ts";
import { accountProperties, credentialNames } from "./names.ts";
import { postAndShow } from "./post.ts";
import { showErrors } from "./show-errors.ts";

const type = "instamojo-account";
const fields = Object.entries(Account.properties) as [string, TSchema][];
const worlds = { test: testBaseUrl, live: liveBaseUrl } as const;

/** Teaches the editor the account: its form, the account rules and *Test connection*. */
export function registerAccount(validator: Validator): void {
  let edited: EditorNode | null = null;

  function errorsOf(node: EditorNode): readonly FieldError[] {
    const values = node === edited ? typedValues() : { ...node.credentials, name: node.name, baseUrl: node["baseUrl"] };
    const errors = checkAccount(accountFrom(values), validator);
    // Away from its form the editor does not know the credentials of an account.
    const known = node === edited || node.credentials ? errors : errors.filter(({ field }) => field === "name");
    return [...known, ...rulesBetween(node, String(values["name"] ?? ""))];
  }

  function property(field: string): PropertyDefinition {
    return {
      value: field === "baseUrl" ? testBaseUrl : "",
      validate(_value, _options) {
        return errorsOf(this).find((error) => error.field === field)?.message ?? true;
      },
    };
  }

  const credentials = fields
    .filter(([field]) => !accountProperties.includes(field))
    .flatMap(([field, schema]) => credentialNames(field, schema).map((name) => [name, isSecret(schema)] as const));

  RED.nodes.registerType(type, {
    category: "config",
    defaults: Object.fromEntries(accountProperties.map((field) => [field, property(field)])),
    credentials: Object.fromEntries(
      credentials.map(([name, secret]) => [name, { type: secret ? "password" : "text" }]),
    ),
    label(this: EditorNode) {
      return this.name ? `${this.name} (${environmentOf(String(this["baseUrl"] ?? ""))})` : "Instamojo account";
    },
    oneditprepare(this: EditorNode) {
      edited = this;
      prepareWorld(String(this["baseUrl"] ?? testBaseUrl));
      const refresh = () => showErrors(errorsOf(this));
      $(".im-form").on("change keyup paste", refresh);
      refresh();
      $("#im-test").on("click", () => {
        postAndShow("instamojo/test-connection", { id: this.id, ...typedValues() }, "#im-test-result");
      });
      openGuideFromLinks();
      if (!installation().isEditable) lock();
    },
    oneditsave() {
      edited = null;
    },
    oneditcancel() {
      edited = null;
    },
  });
}

function isSecret(schema: TSchema): boolean {
  const items = schema["type"] === "array" ? (schema["items"] as TSchema) : schema;
  return (items["form"] as { widget?: string } | undefined)?.widget === "password";
}

/** The choice of the world: two origins and an address of one's own. What is stored is the base URL. */
function prepareWorld(baseUrl: string): void {
  const environment = environmentOf(baseUrl);
  const choice = $("#im-world");
  const stored = $("#node-config-input-baseUrl");
  choice.val(environment === "local" ? baseUrl : "");
  choice.typedInput({
    default: environment,
    types: [
      { value: "test", label: `Test: ${testBaseUrl}`, icon: "fa fa-flask", hasValue: false },
      { value: "live", label: `Live: ${liveBaseUrl}`, icon: "fa fa-globe", hasValue: false },
      { value: "local", label: "Local address", icon: "fa fa-laptop" },
    ],
  });
  choice.typedInput("type", environment);
  const copy = () => {
    const world = choice.typedInput("type");
    stored.val(world === "test" || world === "live" ? worlds[world] : choice.typedInput("value"));
  };
  choice.on("change keyup paste", () => {
    copy();
    stored.trigger("change");
  });
}

function typedValues(): Record<string, string> {
  const names = fields.flatMap(([field, schema]) => credentialNames(field, schema));
  return Object.fromEntries(names.map((name) => [name, $(`#node-config-input-${name}`).val()]));
}

/** The account that the form describes: lists are put together, blanks of optional fields left out. */
function accountFrom(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const account: Record<string, unknown> = {};
  for (const [field, schema] of fields) {
    const given = credentialNames(field, schema)
      .map((name) => values[name])
      .filter((value) => value !== undefined && value !== "");
    if (schema["type"] === "array" ? given.length > 0 : given.length === 1)
      account[field] = schema["type"] === "array" ? given : given[0];
  }
  return account;
}

/** The rules between accounts: unique names, not too many. */
function rulesBetween(node: EditorNode, name: string): readonly FieldError[] {
  const others: EditorNode[] = [];
  RED.nodes.eachConfig((other) => {
    if (other.type === type && other.id !== node.id) others.push(other);
    return undefined;
  });
  const { maxAccounts } = installation();
  const errors: FieldError[] = [];
  if (name !== "" && others.some((other) => other.name === name)) {
    errors.push({
      field: "name",
      rule: "unique",
      message: `Account name must be unique; ${name} is there already.`,
      remedy: "Give each account a name of its own.",
    });
  }
  if (others.length >= maxAccounts) {
    errors.push({
      field: "name",
      rule: `at most ${maxAccounts}`,
      message: `There must be at most ${maxAccounts} accounts.`,
      remedy: "Take one out first.",
    });
  }
  return errors;
}

/** In the live tier the form can be read and the connection tested, nothing else. */
function lock(): void {
  $("#im-account-locked").prop("hidden", false);
  $(".im-form .im-row input").prop("readonly", true);
  $(".im-form .im-row button").prop("disabled", true);
}
