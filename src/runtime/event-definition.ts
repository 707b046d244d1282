import type { TObject } from "@sinclair/typebox";

/** The declaration of an event that starts flows. */
export interface EventDefinition {
  readonly kind: "event";
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** Schema of what the flow receives. */
  readonly payload: TObject;
  /** Schema of the form that chooses which events start the flow. */
  readonly filter: TObject;
  /** One complete payload per status, for trying a flow out. */
  readonly samples: Readonly<Record<string, Record<string, unknown>>>;
}

/** Declares an event. */
export function defineEvent(definition: Omit<EventDefinition, "kind">): EventDefinition {
  return { kind: "event", ...definition };
}
