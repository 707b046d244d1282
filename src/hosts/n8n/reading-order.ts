import type { IDataObject } from "n8n-workflow";

/** What a person looks for comes first: n8n's table has its columns in this order, and room for two or three. */
export function inReadingOrder(output: object): IDataObject {
  const { status, link, id, type, account, environment, ...rest } = output as IDataObject;
  const ordered = { status, link, ...rest, id, type, account, environment };
  return Object.fromEntries(Object.entries(ordered).filter(([, value]) => value !== undefined));
}
