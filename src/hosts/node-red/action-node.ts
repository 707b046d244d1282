import type { ManifestNode } from "../../../schemas/manifest.ts";
import { FlowError, isFlowError, type NodeError } from "../../runtime/errors.ts";
import type { RunRequest } from "../../runtime/host.ts";
import { suspends } from "../../runtime/node-definition.ts";
import type { NodeResult } from "../../runtime/run-node.ts";
import { buttonRefused } from "./button-starts.ts";
import { defaultKey } from "./default-key.ts";
import type { FlowHost } from "./flow-host.ts";
import { type FormFields, readCorrelation, readFields } from "./read-fields.ts";
import type { Done, Message, NodeConfig, NodeStatus, RedNode, Send } from "./red.ts";
import { faultStatus, idleStatus, inWorld, resultStatus, runningStatus } from "./status-text.ts";

/** Registers one action of the manifest as a node type. */
export function registerActionNode(host: FlowHost, unit: ManifestNode): void {
  const { red } = host;
  function ActionNode(this: RedNode, config: NodeConfig): void {
    red.nodes.createNode(this, config);
    let isClosed = false;
    const account = () => host.viewAccount(String(config["account"] ?? ""));
    const show = (status: NodeStatus) => {
      if (!isClosed) this.status(inWorld(account()?.environment, status));
    };
    // Configuration nodes may come to life after us; their account is known once the flows have started.
    const cancel = host.onceStarted(() => this.status(idleStatus(account())));
    this.on("input", (message, send, done) => {
      show(runningStatus);
      runOnce({ host, unit, node: this, config, message })
        .then((result) => {
          show(statusOf(unit, result));
          leave({ host, unit, node: this, config, message, result, send, done });
        })
        .catch(done);
    });
    this.on("close", (_isRemoved, done) => {
      isClosed = true;
      cancel();
      done();
    });
  }
  red.nodes.registerType(`instamojo-${unit.id}`, ActionNode);
}

export interface Run {
  readonly host: FlowHost;
  readonly unit: ManifestNode;
  readonly node: RedNode;
  readonly config: NodeConfig;
  readonly message: Message;
}

/** Runs the node once. Never rejects: what goes wrong on our side of the plugin leaves by the error port too. */
export async function runOnce({ host, unit, node, config, message }: Run): Promise<NodeResult> {
  try {
    const source = { util: host.red.util, node, config, message };
    const input = await readFields(unit.input.schema["properties"] as FormFields, source);
    const accountId = String(config["account"] ?? "");
    host.accounts.assertUsable(accountId);
    if (unit.effect === "move-money" && config["allowLiveRefunds"] !== true) assertNoPress(host, accountId, message);
    const request: RunRequest = { account: host.accounts.byId(accountId)?.name ?? "", input };
    const action = (await host.plugin())?.nodes.get(unit.id);
    if (!action)
      throw new FlowError("internal_error", `${unit.title} cannot run while the flows are stopped.`, {
        outcome: "not-applied",
      });
    if (unit.idempotency !== "operation-key") return await action.run(request);
    const correlation = readCorrelation(source, String(config["conversation"] ?? "conversation"));
    const key = defaultKey(node.id, message, input, correlation);
    const wait = suspends(unit) ? { place: node.id, message } : undefined;
    return await action.run({ ...request, correlation, key, wait });
  } catch (thrown) {
    const error = isFlowError(thrown)
      ? thrown
      : new FlowError("internal_error", "The node failed unexpectedly.", { outcome: "not-applied", cause: thrown });
    return { port: "error", error: FlowError.prototype.toJSON.call(error) };
  }
}

/** Real money does not move because somebody pressed the button of an Inject node to try a flow. */
function assertNoPress(host: FlowHost, accountId: string, message: Message): void {
  if (host.viewAccount(accountId)?.environment === "live" && host.buttons.isFromButton(message)) throw buttonRefused();
}

/** What the canvas says after a run. */
export function statusOf(unit: ManifestNode, result: NodeResult) {
  if ("error" in result && result.error.code === "store_unavailable") return faultStatus(result.error.remedy);
  return resultStatus(unit.effect, result);
}

export interface Leaving extends Run {
  readonly result: NodeResult;
  readonly send: Send;
  readonly done: Done;
}

/**
 * Sends the message on by its port: the same object, with the output where *Store result in* says, or with `error` in
 * the shape that Catch nodes know. An error that nobody wired goes to the Catch nodes instead of getting lost.
 */
export function leave({ host, unit, node, config, message, result, send, done }: Leaving): void {
  const index = unit.ports.findIndex((port) => port.id === result.port);
  const source = { id: node.id, type: node.type, name: node.name };
  if ("output" in result) {
    store(host, node, message, { property: String(config["storeIn"] || "payment"), value: result.output });
    if ((message["error"] as { source?: { id?: string } } | undefined)?.source?.id === node.id) delete message["error"];
  } else {
    message["error"] = { ...result.error, source };
    if ((node.wires?.[index]?.length ?? 0) === 0) {
      done(catchable(result.error));
      return;
    }
  }
  send(unit.ports.map((_port, position) => (position === index ? message : null)));
  done();
}

/** Puts a result where the author wants it in the message. */
export function store(
  { red }: FlowHost,
  node: RedNode,
  message: Message,
  { property, value }: { property: string; value: unknown },
): void {
  try {
    if (red.util.setMessageProperty(message, property, value, true)) return;
  } catch {
    // A place inside something that is not an object; the result must not get lost over it.
  }
  message["payment"] = value;
  node.warn(`msg.${property} cannot be set; the result is in msg.payment.`);
}

/** Catch nodes take the error as text; without a name of its own that is the message alone. */
function catchable(error: NodeError): Error {
  return Object.assign(new Error(error.message), error, { name: "" });
}
