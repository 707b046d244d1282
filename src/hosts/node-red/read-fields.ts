import { type FieldError, FlowError, invalidInput } from "../../runtime/errors.ts";
import { readConversation } from "./conversation.ts";
import type { Message, NodeConfig, Red, RedNode } from "./red.ts";

/** Kinds of a typed input whose value stands in the form; the others are evaluated for each message. */
const literalTypes: readonly string[] = ["str", "num", "bool"];

/** The properties of a form's schema. */
export type FormFields = Readonly<Record<string, { readonly title?: string }>>;

export interface FieldSource {
  readonly util: Red["util"];
  readonly node: RedNode;
  readonly config: NodeConfig;
  readonly message: Message;
}

/**
 * The values of the form for one message. A literal left blank is left out; an expression that comes out empty is
 * handed on as null, so that the rules of the form speak. Throws FlowError `invalid_input` for an expression that fails.
 */
export async function readFields(form: FormFields, source: FieldSource): Promise<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const [field, { title = field }] of Object.entries(form)) {
    const value = source.config[field];
    const type = String(source.config[`${field}Type`] || "str");
    if (value === undefined || value === null || value === "") {
      if (!literalTypes.includes(type)) errors.push(expressionError(field, title, "filled in; it has no expression"));
      continue;
    }
    if (literalTypes.includes(type)) {
      input[field] = value;
      continue;
    }
    try {
      const evaluated = await evaluate(source, value, type);
      input[field] = evaluated === undefined || evaluated === "" ? null : evaluated;
    } catch {
      errors.push(expressionError(field, title, `an expression that works; its ${type} expression failed`));
    }
  }
  if (errors.length > 0) throw invalidInput(errors);
  return input;
}

/** The conversation to store with a link. Throws FlowError `invalid_input` where it is not plain JSON. */
export function readCorrelation({ util, message }: FieldSource, property: string): unknown {
  try {
    return readConversation(util, message, property);
  } catch (cause) {
    throw new FlowError("invalid_input", `msg.${property} cannot be stored with the link: it is not plain JSON.`, {
      remedy: "Put an id of the conversation there, not the objects of another node.",
      fieldErrors: [
        {
          field: "conversation",
          rule: "plain JSON",
          message: "Conversation must be plain JSON.",
          remedy: "Put an id of the conversation there.",
        },
      ],
      cause,
    });
  }
}

function evaluate({ util, node, message }: FieldSource, value: unknown, type: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    util.evaluateNodeProperty(value, type, node, message, (error, evaluated) => {
      if (error) reject(error);
      else resolve(evaluated);
    });
  });
}

function expressionError(field: string, title: string, rule: string): FieldError {
  return { field, rule, message: `${title} must be ${rule}.`, remedy: "Correct the field in the form of the node." };
}
