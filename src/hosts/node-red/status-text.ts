import type { ManifestNode } from "../../../schemas/manifest.ts";
import type { EnvironmentName } from "../../../schemas/payment-fields.ts";
import type { PaymentStatusEvent } from "../../../schemas/payment-status.ts";
import type { AccountView } from "../../accounts.ts";
import type { NodeError } from "../../runtime/errors.ts";
import type { WaitNews } from "../../runtime/host.ts";
import type { WaitPort } from "../../runtime/node-definition.ts";
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

/** The same with the world in front, so that no node that moves real money looks like one that does not. */
export function inWorld(environment: EnvironmentName | undefined, status: NodeStatus): NodeStatus {
  return environment === undefined ? status : { ...status, text: cut(`${environment}: ${status.text ?? ""}`) };
}

export const runningStatus: NodeStatus = { fill: "blue", shape: "dot", text: "asking Instamojo" };

/** What a node says on the canvas after a run: "link 200.00", "link 200.00, already done", "amount: at least 9.00". */
export function resultStatus(effect: ManifestNode["effect"], result: NodeResult): NodeStatus {
  if ("output" in result) return { fill: "green", shape: "dot", text: cut(successText(effect, result.output)) };
  if (result.port === "unknown") return { fill: "yellow", shape: "ring", text: "unknown: do not run again" };
  return { fill: "red", shape: "ring", text: cut(errorText(result.error)) };
}

function successText(effect: ManifestNode["effect"], output: Record<string, unknown>): string {
  const { amount, status, state, replayed, disabled, count, hasMore } = output;
  const words = {
    create: ["link", amount],
    change: ["link", disabled === true ? "disabled" : "enabled", status],
    "move-money": ["refund", amount, state],
    read:
      count === undefined ? [status ?? state, amount] : [count, hasMore === true ? "payments, and more" : "payments"],
  }[effect];
  const text = words.filter((word) => word !== undefined).join(" ");
  return replayed === true ? `${text}, already done` : text;
}

function errorText({ fieldErrors, message }: NodeError): string {
  const first = fieldErrors?.[0];
  return first?.field ? `${first.field}: ${first.rule}` : (first?.rule ?? message);
}

/** What the event node says on the canvas: "Completed 200.00", "handled Completed 200.00". */
export function eventStatus(event: PaymentStatusEvent, stage: "" | "handled" = ""): NodeStatus {
  const text = [stage, eventText(event)].filter(Boolean).join(" ");
  return { fill: event.source === "sample" ? "grey" : "green", shape: "dot", text: cut(text) };
}

function eventText({ status, reason, amount, source }: PaymentStatusEvent): string {
  const words = [source === "sample" ? "sample" : "", status, amount, reason ? `(${reason})` : ""];
  return words.filter(Boolean).join(" ");
}

/** With *Confirm handling*, until the message has reached an Event handled node. */
export function waitingToBeHandledStatus(event: PaymentStatusEvent): NodeStatus {
  return { fill: "blue", shape: "ring", text: cut(`waiting to be handled: ${eventText(event)}`) };
}

/** With *Confirm handling*, when no Event handled node was reached in time. */
export function notHandledStatus(event: PaymentStatusEvent): NodeStatus {
  const next = event.source === "sample" ? "" : ", comes again";
  return { fill: "yellow", shape: "ring", text: cut(`not handled${next}: ${eventText(event)}`) };
}

/** What an Event handled node says of a message: "handled Completed". */
export function handledStatus(
  topic: unknown,
  { isHandled, isEvent }: { readonly isHandled: boolean; readonly isEvent: boolean },
): NodeStatus {
  if (isHandled) return { fill: "green", shape: "dot", text: cut(["handled", String(topic ?? "")].join(" ").trim()) };
  if (isEvent) return { fill: "grey", shape: "ring", text: "handled before, or too late" };
  return { fill: "yellow", shape: "ring", text: "no event that waits in this message" };
}

/** While a run waits for its payment: "waiting 200.00". */
export function awaitingStatus({ amount, replayed }: Record<string, unknown>): NodeStatus {
  const text = replayed === true ? `link ${String(amount)}, already done` : `waiting ${String(amount)}`;
  return { fill: "blue", shape: "ring", text: cut(text) };
}

/** When a run has gone on: "paid 200.00", "expired 200.00". */
export function resumedStatus(port: WaitPort, { amount }: PaymentStatusEvent): NodeStatus {
  return { fill: port === "paid" ? "green" : "grey", shape: "dot", text: `${port} ${amount}` };
}

/** What happens while a run waits on. */
export function waitNewsStatus(kind: WaitNews["kind"]): NodeStatus {
  const text = {
    "attempt-failed": "an attempt failed, still waiting",
    "stays-open": "time is up, but Instamojo keeps the link open",
  }[kind];
  return { fill: "yellow", shape: "ring", text };
}

/** A fault of the plugin itself, with what to do. */
export function faultStatus(remedy: string): NodeStatus {
  return { fill: "red", shape: "dot", text: cut(remedy) };
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}
