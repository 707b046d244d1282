import {
  type IExecuteFunctions,
  type INodeExecutionData,
  type JsonObject,
  NodeApiError,
  NodeOperationError,
} from "n8n-workflow";
import type { NodeError } from "../../runtime/errors.ts";

/** The item that n8n sends to a node's error output; the only shape from which it keeps more than the message. */
export function errorItem(error: NodeError, item: number): INodeExecutionData {
  const told = { ...error, remedy: remedyOf(error) };
  return { json: { error: told as unknown as JsonObject }, pairedItem: { item } };
}

/** What to do, said of the fields themselves where it is about fields: n8n shows this text and no list of fields. */
function remedyOf({ remedy, fieldErrors = [] }: NodeError): string {
  const ofFields = new Set(fieldErrors.map((error) => error.remedy));
  return ofFields.size > 0 ? [...ofFields].join(" ") : remedy;
}

/**
 * The item for a refund that may or may not have been booked. Not in the shape of an error: n8n would run the node
 * again where *Retry On Fail* is set.
 */
export function unknownItem(error: NodeError, item: number): INodeExecutionData {
  return { json: { ...error } as unknown as JsonObject, pairedItem: { item } } as INodeExecutionData;
}

/** What stops the workflow: message and remedy, and the gateway's reply where there was one. */
export function errorToThrow(
  context: IExecuteFunctions,
  error: NodeError,
  itemIndex: number,
): NodeApiError | NodeOperationError {
  const { code, message, statusCode } = error;
  const description = remedyOf(error);
  const node = context.getNode();
  if (statusCode === undefined) return new NodeOperationError(node, message, { description, itemIndex, type: code });
  const httpCode = String(statusCode);
  return new NodeApiError(node, error as unknown as JsonObject, { message, description, httpCode, itemIndex });
}
