import type { ManifestNode } from "../../../schemas/manifest.ts";
import type { PaymentStatusEvent } from "../../../schemas/payment-status.ts";
import type { ResumedRun } from "../../runtime/host.ts";
import { leave, runOnce, statusOf, store } from "./action-node.ts";
import { openConversation } from "./conversation.ts";
import { isDrawn } from "./event-node.ts";
import type { FlowHost } from "./flow-host.ts";
import { keepSubscribed } from "./listen.ts";
import type { Message, NodeConfig, NodeStatus, RedNode } from "./red.ts";
import { awaitingStatus, idleStatus, inWorld, resumedStatus, runningStatus, waitNewsStatus } from "./status-text.ts";
import type { WaitingPlace } from "./waiting-runs.ts";

/**
 * Registers an action whose runs wait as a node type. Its output leaves at once with a copy of the message; the message
 * itself leaves at the end of the wait, together with the event that ended it.
 */
export function registerWaitingNode(host: FlowHost, unit: ManifestNode): void {
  const { red, runs } = host;
  function WaitingNode(this: RedNode, config: NodeConfig): void {
    red.nodes.createNode(this, config);
    let isClosed = false;
    const account = () => host.viewAccount(String(config["account"] ?? ""));
    const show = (status: NodeStatus) => {
      if (!isClosed) this.status(inWorld(account()?.environment, status));
    };
    const place: WaitingPlace = {
      goOn: (run, kept) => {
        show(resumedStatus(run.port, run.event));
        goOn({ host, unit, node: this, config, run, kept });
      },
      show: (kind) => show(waitNewsStatus(kind)),
    };
    runs.enter(this.id, place);
    // The idle status has the world in it.
    const stop = keepSubscribed(host, {
      subscribe: (plugin) => plugin.waits.attend(this.id),
      show: (status) => !isClosed && this.status(status),
      listening: () => idleStatus(account()),
    });
    this.on("input", (message, send, done) => {
      show(runningStatus);
      runOnce({ host, unit, node: this, config, message })
        .then((result) => {
          const isLink = "output" in result;
          show(isLink ? awaitingStatus(result.output) : statusOf(unit, result));
          const sent = isLink ? red.util.cloneMessage(message) : message;
          leave({ host, unit, node: this, config, message: sent, result, send, done });
        })
        .catch(done);
    });
    this.on("close", (isRemoved, done) => {
      isClosed = true;
      const isGone = isRemoved && !isDrawn(red, this.id);
      runs.leave(this.id, place, isGone);
      stop(isGone).finally(done);
    });
  }
  red.nodes.registerType(`instamojo-${unit.id}`, WaitingNode);
}

interface GoingOn {
  readonly host: FlowHost;
  readonly unit: ManifestNode;
  readonly node: RedNode;
  readonly config: NodeConfig;
  readonly run: ResumedRun;
  readonly kept: Readonly<Record<string, unknown>> | undefined;
}

/** Sends the message of a run on by the port at which its wait ended, with the event where *Store result in* says. */
function goOn({ host, unit, node, config, run, kept }: GoingOn): void {
  const message = (kept ?? { ...run.message }) as Message;
  message._msgid ??= host.red.util.generateId();
  const payload: PaymentStatusEvent = { ...run.event, correlation: openConversation(run.event.correlation).value };
  store(host, node, message, { property: String(config["storeIn"] || "payment"), value: payload });
  node.send(unit.ports.map(({ id }) => (id === run.port ? message : null)));
}
