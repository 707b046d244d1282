import { type INodeProperties, type INodeTypeDescription, NodeConnectionTypes } from "n8n-workflow";

/** The exits, in the order of the outputs. */
export const waitOutputs = ["again", "paid", "failed", "expired"] as const;
export type WaitOutput = (typeof waitOutputs)[number];

const properties: INodeProperties[] = [
  {
    displayName:
      "Connect the output Look Again back to the input of this node. While the customer has not paid, the run sleeps and comes round by it.",
    name: "loopNotice",
    type: "notice",
    default: "",
  },
  {
    displayName: "Payment Request ID",
    name: "paymentRequestId",
    type: "string",
    required: true,
    default: "={{ $json.paymentRequestId }}",
    description: "The link to wait for. The node that makes the link gives it out under this name.",
  },
  {
    displayName: "Waiting Time (Minutes)",
    name: "waitingTime",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 43200 },
    default: 30,
    description:
      "How long to wait for the payment. After that the link is closed, and the flow goes on by Failed or Expired. From 1 minute to 30 days.",
  },
  {
    displayName: "Look Every (Minutes)",
    name: "lookEvery",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 1440 },
    default: 5,
    description:
      "How often to ask Instamojo. With {{ $execution.resumeUrl }} as Status Callback URL of the link, the run also goes on at once when the customer pays.",
  },
];

/** The panel of the node that waits. */
export const waitDescription: Omit<INodeTypeDescription, "icon" | "subtitle"> = {
  displayName: "Instamojo Wait For Payment",
  name: "instamojoWait",
  group: ["transform"],
  version: 1,
  description: "Wait until a payment link is paid or its time is up, for days and over restarts",
  defaults: { name: "Wait For Payment" },
  inputs: [NodeConnectionTypes.Main],
  outputs: waitOutputs.map(() => NodeConnectionTypes.Main),
  outputNames: ["Look Again", "Paid", "Failed", "Expired"],
  credentials: [{ name: "instamojoApi", required: true }],
  webhooks: [
    {
      name: "default",
      httpMethod: "POST",
      responseMode: "onReceived",
      responseData: "noData",
      path: "",
      restartWebhook: true,
    },
  ],
  properties,
};
