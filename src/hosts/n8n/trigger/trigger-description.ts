import { type INodeProperties, type INodeTypeDescription, NodeConnectionTypes } from "n8n-workflow";
import { paymentStatuses } from "../../../../schemas/payment-fields.ts";
import { defaultEventStatuses, PaymentStatusFilter } from "../../../../schemas/payment-status.ts";

/** What Instamojo itself tells of; the rest takes a ledger, which the HTTP host has. */
const directStatuses = ["Completed", "Failed"];

const fromHost = { show: { source: ["host"] } };
const direct = { show: { source: ["direct"] } };
const options = (statuses: readonly string[]) => statuses.map((value) => ({ name: value, value }));
const { statuses, refundUpdates } = PaymentStatusFilter.properties;

const properties: INodeProperties[] = [
  {
    displayName: "Receive From",
    name: "source",
    type: "options",
    options: [
      {
        name: "Instamojo",
        value: "direct",
        description: "Instamojo calls the webhook URL of this node. Nothing else is needed.",
      },
      {
        name: "Instamojo HTTP Host",
        value: "host",
        description:
          "The host keeps every payment and sends it again until a run has ended. For payments that must not be lost.",
      },
    ],
    default: "direct",
  },
  {
    displayName:
      "Open Webhook URLs above, copy the Production URL and paste it as Trigger Address into the credential: every link then reports here. What is reported is checked by asking Instamojo.",
    name: "directNotice",
    type: "notice",
    default: "",
    displayOptions: direct,
  },
  {
    displayName:
      "Open Webhook URLs above, copy the Production URL and put it into the configuration of the host, under deliver. The run must end within 15 seconds, or the event comes again. Poll Times are not used.",
    name: "hostNotice",
    type: "notice",
    default: "",
    displayOptions: fromHost,
  },
  {
    displayName: statuses.title as string,
    name: "directStatuses",
    type: "multiOptions",
    options: options(directStatuses),
    default: directStatuses,
    required: true,
    description: "Which statuses start the flow",
    displayOptions: direct,
  },
  {
    displayName: statuses.title as string,
    name: "statuses",
    type: "multiOptions",
    options: options(paymentStatuses),
    default: [...defaultEventStatuses],
    required: true,
    description: "Which statuses start the flow",
    displayOptions: fromHost,
  },
  {
    displayName: "Refund Updates",
    name: "refundUpdates",
    type: "boolean",
    default: false,
    description: `Whether to ${lowerFirst(refundUpdates.description as string).replace(/\.$/, "")}`,
    displayOptions: fromHost,
  },
  {
    displayName: "Look For Missed Payments",
    name: "lookForMissed",
    type: "boolean",
    default: true,
    description:
      "Whether to also read the payments of the account at the Poll Times above and start for those that no webhook told of. One call of Instamojo each time when there is nothing new.",
    displayOptions: direct,
  },
];

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const tryIt =
  "<b>To try it here</b>, press Fetch Test Event. Then make a link with the Test URL as its Status Callback URL (under Advanced), and pay it.";

/** The panel of the trigger, its web address and its credentials; what n8n's linter looks for stands on the class. */
export const triggerDescription: Omit<INodeTypeDescription, "icon" | "subtitle"> = {
  displayName: "Instamojo Trigger",
  name: "instamojoTrigger",
  group: ["trigger"],
  version: 1,
  // n8n shows one entry for both nodes, with this text.
  description: "Make payment links, refund payments, and start the workflow when a payment changes",
  defaults: { name: "Instamojo Trigger" },
  polling: true,
  inputs: [],
  outputs: [NodeConnectionTypes.Main],
  credentials: [
    { name: "instamojoApi", required: true, displayOptions: direct },
    { name: "instamojoHostApi", required: true, displayOptions: fromHost },
  ],
  webhooks: [
    {
      name: "default",
      httpMethod: "POST",
      // The host takes an answer for "done": it comes when the run has ended, and is an error when the run failed.
      responseMode: '={{$parameter["source"] === "host" ? "lastNode" : "onReceived"}}',
      responseData: "noData",
      path: "payment",
    },
  ],
  triggerPanel: {
    header: "Start when a payment changes",
    executionsHelp: {
      inactive: `${tryIt}<br /><br /><b>When your workflow is ready</b>, publish it. Then it runs for every payment; the runs are in the executions list, not here.`,
      active: `${tryIt}<br /><br /><b>Your workflow is published</b>: it runs for every payment. The runs are in the <a data-key="executions">executions list</a>, not here.`,
    },
    activationHint: "Publish the workflow, so that it runs for every payment.",
  },
  properties,
};
