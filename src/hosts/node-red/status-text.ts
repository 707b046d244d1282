import type { ManifestNode } from "../../../schemas/manifest.ts";
import type { PaymentStatusEvent } from "../../../schemas/payment-status.ts";
import type { AccountView } from "../../accounts.ts";
import type { NodeError } from "../../runtime/errors.ts";
import type { NodeResult } from "../../runtime/run-node.ts";
import type { NodeStatus } from "./red.ts";

const longestText = 60;

/** What a node says on the canvas before its first run: the account and its world, or what does not fit. */
export function idleStatus(account: AccountView | undefined): NodeStatus {
  if (!account) return { fill: "red", shape: "ring", text: "choose an account" };
  if (account.warning)
    return { fill: "yellow", shape: "ring", text: cut(`${account.environment}: ${account.warning}`) };
  return { fill: "grey", shape: "ring", text: `${account.name}, ${account.environment}` };
}

export const runningStatus: NodeStatus = { fill: "blue", shape: "dot", text: "asking Instamojo" };

/** What a node says on the canvas after a run: "link 200.00", "amount: at least 9.00". */
export function resultStatus(effect: ManifestNode["effect"], result: NodeResult): NodeStatus {
  if (result.port === "success") return { fill: "green", shape: "dot", text: cut(successText(effect, result.output)) };
  if (result.port === "unknown") return { fill: "yellow", shape: "ring", text: "unknown: do not run again" };
  return { fill: "red", shape: "ring", text: cut(errorText(result.error)) };
}

function successText(effect: ManifestNode["effect"], output: Record<string, unknown>): string {
  const { amount, status, state } = output;
  const words = {
    create: ["link", amount],
    change: ["link", status],
    "move-money": ["refund", amount, state],
    read: [status, amount],
  }[effect];
  return words.filter((word) => word !== undefined).join(" ");
}

function errorText({ fieldErrors, message }: NodeError): string {
  const first = fieldErrors?.[0];
  return first?.field ? `${first.field}: ${first.rule}` : (first?.rule ?? message);
}

/** What the event node says on the canvas: "Completed 200.00". */
export function eventStatus({ status, reason, amount, source }: PaymentStatusEvent): NodeStatus {
  const words = [source === "sample" ? "sample" : "", status, amount, reason ? `(${reason})` : ""];
  return { fill: source === "sample" ? "grey" : "green", shape: "dot", text: words.filter(Boolean).join(" ") };
}

/** A fault of the plugin itself, with what to do. */
export function faultStatus(remedy: string): NodeStatus {
  return { fill: "red", shape: "dot", text: cut(remedy) };
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}
