import type { CreateRefundInput } from "../../../schemas/create-refund.ts";
import type { AccountView } from "../../accounts.ts";
import type { Plugin, PluginNode } from "../../plugin.ts";
import { FlowError, invalidInput, isFlowError } from "../../runtime/errors.ts";
import { checkInput, type Validator } from "../../runtime/validation.ts";
import type { Store } from "../../store/store.ts";
import type { PreviewTokens } from "./preview-tokens.ts";
import { previewRefund } from "./refund-preview.ts";
import { refusal } from "./refusals.ts";
import type { CallEnd } from "./tool-answer.ts";
import { movesMoney, needsReference } from "./tool-schemas.ts";

export interface CallToolOptions {
  readonly plugin: Plugin;
  readonly store: Store;
  readonly tokens: PreviewTokens;
  readonly validator: Validator;
  readonly allowLiveRefunds: boolean;
}

/** One call of a tool, its arguments taken apart. */
export interface ToolCall {
  /** Of the session; a token is good in its own session only. */
  readonly session: string;
  readonly node: PluginNode;
  readonly account: AccountView | undefined;
  readonly previewToken: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Nodes that move money and can say beforehand what they would do; others are no tools. */
export const previewable: readonly string[] = ["create-refund"];

/** Runs a node for an agent. Never rejects. */
export function createToolCalls({ plugin, store, tokens, validator, allowLiveRefunds }: CallToolOptions) {
  async function run({ session, node, account, input }: ToolCall): Promise<CallEnd> {
    if (!account) throw noAccount(plugin);
    const { definition } = node;
    if (needsReference(definition) && isBlank(input.reference)) throw noReference();
    const result = await node.run({
      account: account.name,
      input: { ...input },
      ...(needsReference(definition) ? { correlation: { agent: session } } : {}),
    });
    return result as CallEnd;
  }

  async function moveMoney(call: ToolCall): Promise<CallEnd> {
    const { session, node, account, previewToken } = call;
    if (!account) throw noAccount(plugin);
    if (account.environment === "live" && !allowLiveRefunds) return refused("live_refunds_off");
    const check = checkInput(node.definition.input, call.input, validator);
    if (!check.ok) throw invalidInput(check.errors);
    const previewed = { session, node: node.definition.id, account: account.name, input: check.value };
    const taken = previewToken === undefined ? null : tokens.take(previewToken, previewed);
    if (typeof taken === "string") return refused(taken);
    const preview = await previewRefund(account.name, check.value as CreateRefundInput, { plugin, store });
    if ("error" in preview) return { port: "error", error: preview.error };
    if (taken === null) {
      const { token, expiresAt } = tokens.issue(previewed, preview.totals);
      const shown = { ...preview.shown, previewToken: token, expiresAt: new Date(expiresAt).toISOString() };
      return { port: "preview", preview: shown };
    }
    if (!taken.fits(preview.totals)) return refused("preview_totals_changed");
    return run({ ...call, input: preview.input });
  }

  return async (call: ToolCall): Promise<CallEnd> => {
    try {
      return await (movesMoney(call.node.definition) ? moveMoney(call) : run(call));
    } catch (thrown) {
      const error = isFlowError(thrown)
        ? thrown
        : new FlowError("internal_error", "The call failed unexpectedly.", { cause: thrown });
      return { port: "error", error: FlowError.prototype.toJSON.call(error) };
    }
  };
}

function refused(code: Parameters<typeof refusal>[0]): CallEnd {
  return { port: "error", error: refusal(code) };
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || String(value).trim() === "";

function noAccount(plugin: Plugin): FlowError {
  const names = plugin.accounts.list().map(({ name }) => name);
  const remedy = names.length > 0 ? `Name one of: ${names.join(", ")}.` : "Add an account to the configuration.";
  return new FlowError("account_unknown", "The account is missing or unknown here.", { remedy });
}

function noReference(): FlowError {
  const rule = "filled in";
  return invalidInput([
    {
      field: "reference",
      rule,
      message: `Reference must be ${rule}.`,
      remedy: "Give the number of the order. The same reference gives the same link back instead of a second one.",
    },
  ]);
}
