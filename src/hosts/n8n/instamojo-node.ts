import {
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from "n8n-workflow";
import { instamojoOutputs, instamojoProperties, instamojoSubtitle } from "./instamojo-properties.ts";
import { pickLists } from "./pick-lists.ts";
import { runItems } from "./run-items.ts";

/** The actions of the registry as one node of n8n. */
export class Instamojo implements INodeType {
  description: INodeTypeDescription = {
    displayName: "Instamojo",
    name: "instamojo",
    icon: { light: "file:instamojo.svg", dark: "file:instamojo.dark.svg" },
    group: ["transform"],
    version: 1,
    subtitle: instamojoSubtitle,
    description: "Take payments with Instamojo links, look at them and give them back",
    defaults: { name: "Instamojo" },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: instamojoOutputs,
    credentials: [
      { name: "instamojoApi", required: true, displayOptions: { show: { connection: ["direct"] } } },
      { name: "instamojoHostApi", required: true, displayOptions: { show: { connection: ["host"] } } },
    ],
    properties: instamojoProperties,
  };

  methods = { listSearch: pickLists };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runItems(this);
  }
}
