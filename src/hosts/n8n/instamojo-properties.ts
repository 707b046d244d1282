import type { INodeProperties, INodePropertyOptions } from "n8n-workflow";
import type { Effect, NodeDefinition } from "../../runtime/node-definition.ts";
import { formProperties } from "./form-properties.ts";
import { operations, outputsOf, resourceOf } from "./operations.ts";

/** What an operation does, as an agent is told that may run it. */
const effects: Readonly<Record<Effect, string>> = {
  read: "reads only",
  create: "makes a link that a customer can pay",
  change: "changes a link",
  "move-money": "moves money back, for good",
};

const resources = [
  { name: "Payment", value: "payment" },
  { name: "Payment Link", value: "paymentLink" },
  { name: "Refund", value: "refund" },
] as const;

const connection: INodeProperties = {
  displayName: "Connection",
  name: "connection",
  type: "options",
  noDataExpression: true,
  default: "direct",
  options: [
    {
      name: "Instamojo Account",
      value: "direct",
      description: "The node calls Instamojo itself. Nothing remembers what was made, so a repeat makes a second link.",
    },
    {
      name: "HTTP Host",
      value: "host",
      description:
        "An instamojo-flow host does the work and keeps the ledger: a repeat with the same reference is no second link.",
    },
  ],
};

const resource: INodeProperties = {
  displayName: "Resource",
  name: "resource",
  type: "options",
  noDataExpression: true,
  default: "paymentLink",
  options: [...resources],
};

/** The whole panel of the node: connection, what to do, and the form of each operation. */
export const instamojoProperties: INodeProperties[] = [
  connection,
  resource,
  ...resources.map(({ value }) => operationProperty(operations.filter((node) => resourceOf(node) === value))),
  ...operations.flatMap(formProperties),
];

function operationProperty(definitions: readonly NodeDefinition[]): INodeProperties {
  const [first] = definitions as [NodeDefinition];
  return {
    displayName: "Operation",
    name: "operation",
    type: "options",
    noDataExpression: true,
    default: first.id,
    displayOptions: { show: { resource: [resourceOf(first)] } },
    options: definitions.map(operationOption),
  };
}

function operationOption({ id, title, description, effect }: NodeDefinition): INodePropertyOptions {
  return { name: title, value: id, description, action: `${title} (${effects[effect]})` };
}

const outputs = Object.fromEntries(
  operations.map((node) => [node.id, outputsOf(node).map((displayName) => ({ type: "main", displayName }))]),
);

/** The outputs of the node, which depend on the operation; an expression that n8n evaluates. */
export const instamojoOutputs = `={{ (${JSON.stringify(outputs)})[$parameter["operation"]] || ["main"] }}` as const;

const titles = Object.fromEntries(operations.map(({ id, title }) => [id, title]));

/** What stands below the node on the canvas: the operation as the panel names it. */
export const instamojoSubtitle = `={{ (${JSON.stringify(titles)})[$parameter["operation"]] }}` as const;
