import {
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  type IPollFunctions,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeOperationError,
  sleep,
} from "n8n-workflow";
import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import { wants } from "../../../payments/takers.ts";
import { isFlowError } from "../../../runtime/errors.ts";
import { inReadingOrder } from "../reading-order.ts";
import type { PollMemory } from "./find-news.ts";
import { firstTimeOnly } from "./first-time.ts";
import { lookForMissed } from "./look-for-missed.ts";
import { openAccount } from "./open-account.ts";
import { receiveDirect, type Received } from "./receive-direct.ts";
import { receiveFromHost } from "./receive-from-host.ts";
import { isStrongSecret } from "./signed-event.ts";
import { triggerDescription } from "./trigger-description.ts";

type Context = IHookFunctions | IPollFunctions | IWebhookFunctions | IExecuteFunctions;

/** What this trigger keeps in n8n from one call to the next. */
interface Memory extends PollMemory {
  /** The web address under which it was made sure that events can come in. */
  activeAt?: string;
}

/** Starts a workflow when the status of a payment changes: told by Instamojo itself or by the HTTP host. */
export class InstamojoTrigger implements INodeType {
  description: INodeTypeDescription = {
    ...triggerDescription,
    icon: { light: "file:instamojo.svg", dark: "file:instamojo.dark.svg" },
    subtitle: '={{$parameter["source"] === "host" ? "through the host" : "directly"}}',
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return memoryOf(this).activeAt === this.getNodeWebhookUrl("default");
      },
      /** Nothing is registered at Instamojo, which is told the address with each link: what is checked is the credential. */
      async create(this: IHookFunctions): Promise<boolean> {
        await checkCredential(this);
        const url = this.getNodeWebhookUrl("default");
        if (url !== undefined) memoryOf(this).activeAt = url;
        return true;
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        delete memoryOf(this).activeAt;
        return true;
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const { status, text, event } = await receive(this);
    if (event && isWanted(this, event)) return { workflowData: [[itemOf(event)]] };
    const response = this.getResponseObject();
    response.status(status);
    if (status === 503) response.setHeader("retry-after", "30");
    response.type("text/plain").send(text);
    return { noWebhookResponse: true };
  }

  async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
    if (isFromHost(this) || this.getNodeParameter("lookForMissed") !== true) return null;
    try {
      const events = await lookForMissed(memoryOf(this), await openAccount(this), Date.now());
      const wanted = events.filter((event) => isWanted(this, event));
      return wanted.length === 0 ? null : [wanted.map(itemOf)];
    } catch (thrown) {
      throw explained(this, thrown);
    }
  }

  /** The first node of each run: lets through what did not start a run before. */
  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const items = this.getInputData();
    // The host, or a person who retries, gives an event again because its run did not end well: it must start again.
    if (isFromHost(this) || ["manual", "retry"].includes(this.getMode())) return [items];
    const place = `${this.getWorkflow().id} ${this.getNode().id}`;
    const warn = (text: string) => this.logger.warn(text);
    return [await firstTimeOnly(items, { place, store: this.helpers, sleep, warn })];
  }
}

function isFromHost(context: Context): boolean {
  return parameter(context, "source") === "host";
}

function parameter(context: Context, name: string): unknown {
  return (context as IPollFunctions).getNodeParameter(name, 0);
}

function memoryOf(context: Context): Memory {
  return context.getWorkflowStaticData("node") as Memory;
}

function itemOf(event: PaymentStatusEvent): INodeExecutionData {
  return { json: inReadingOrder(event), pairedItem: { item: 0 } };
}

function isWanted(context: Context, event: PaymentStatusEvent): boolean {
  const statuses = parameter(context, isFromHost(context) ? "statuses" : "directStatuses") as string[];
  const refundUpdates = isFromHost(context) && parameter(context, "refundUpdates") === true;
  return wants({ accounts: [], statuses, refundUpdates }, event);
}

async function receive(context: IWebhookFunctions): Promise<Received> {
  const { headers, rawBody } = context.getRequestObject() as unknown as {
    headers: Record<string, unknown>;
    rawBody?: Buffer;
  };
  const body = rawBody ?? Buffer.alloc(0);
  if (isFromHost(context)) {
    return receiveFromHost({ headers, body }, await hostSecrets(context), Date.now());
  }
  const contentType = typeof headers["content-type"] === "string" ? headers["content-type"] : "";
  return receiveDirect({ contentType, body }, await openAccount(context), Date.now());
}

/** Two while the host changes from one to another, with a blank or a comma between. */
async function hostSecrets(context: IWebhookFunctions | IHookFunctions): Promise<readonly string[]> {
  const { eventSecret = "" } = await context.getCredentials<{ eventSecret?: string }>("instamojoHostApi");
  return eventSecret.split(/[\s,]+/).filter((text) => text !== "");
}

/** A workflow whose trigger could never confirm anything is not activated. */
async function checkCredential(context: IHookFunctions): Promise<void> {
  if (isFromHost(context)) {
    if ((await hostSecrets(context)).some(isStrongSecret)) return;
    throw new NodeOperationError(context.getNode(), "The credential has no event secret that can be used.", {
      description: "Put the secret of the host's delivery target into the credential. It has at least 24 bytes.",
    });
  }
  try {
    const { gateway } = await openAccount(context);
    await gateway.listPayments({ page: 1, limit: 1 });
  } catch (thrown) {
    throw explained(context, thrown);
  }
}

function explained(context: Context, thrown: unknown): unknown {
  if (!isFlowError(thrown)) return thrown;
  return new NodeOperationError(context.getNode(), thrown.message, { description: thrown.remedy });
}
