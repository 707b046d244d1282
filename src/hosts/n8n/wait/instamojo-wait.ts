import type {
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from "n8n-workflow";
import { runWait } from "./run-wait.ts";
import { waitDescription, waitOutputs } from "./wait-description.ts";

/** Waits for the end of one payment link. The run sleeps in n8n's own database and is woken to look again. */
export class InstamojoWait implements INodeType {
  description: INodeTypeDescription = {
    ...waitDescription,
    // An agent cannot sleep until a customer has paid.
    usableAsTool: undefined,
    icon: { light: "file:instamojo.svg", dark: "file:instamojo.dark.svg" },
    subtitle: '={{ $parameter["waitingTime"] + " minutes" }}',
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runWait(this);
  }

  /** Instamojo reports a payment: only a reason to look. The run comes round with the item that it slept with. */
  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const json = this.evaluateExpression("{{ $json }}") as unknown as IDataObject;
    return { workflowData: waitOutputs.map((_, index) => (index === 0 ? [{ json, pairedItem: { item: 0 } }] : [])) };
  }
}
