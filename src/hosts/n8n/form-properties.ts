import type { TObject } from "@sinclair/typebox";
import type { INodeProperties } from "n8n-workflow";
import { formHints } from "../../runtime/field-error.ts";
import type { NodeDefinition } from "../../runtime/node-definition.ts";
import { directFields } from "./direct-form.ts";
import { fieldProperty } from "./field-property.ts";
import type { Connection } from "./operations.ts";

/** Where the collapsed fields of a form are. */
export const advancedName = "advanced";
/** Which field of a form to fill in, where exactly one is to be. */
export const chooserName = "lookUpBy";
/** What is handed back with every event of a link; not a field of the form. */
export const conversationName = "conversation";

/** Whether exactly one field of a form is to be filled in. */
export function takesOneField({ minProperties, maxProperties }: TObject): boolean {
  return minProperties === 1 && maxProperties === 1;
}

/** Whether a field is under *Advanced*. */
export function isAdvanced(form: TObject, field: string): boolean {
  return formHints(form.properties[field]).advanced === true;
}

/** The form of a node as parameters of n8n, shown when its operation is chosen. */
export function formProperties(definition: NodeDefinition): INodeProperties[] {
  const { input: form, id } = definition;
  const show = { operation: [id] };
  const fields = Object.entries(form.properties);
  if (takesOneField(form)) return [chooser(form, id), ...fields.map((entry) => chosenField(entry, id))];
  const plain = fields
    .filter(([field]) => !isAdvanced(form, field))
    .map(([field, schema]) =>
      fieldProperty(field, schema, { show, isRequired: isRequired(form, field) && schema.default === undefined }),
    );
  const hasAdvanced = fields.some(([field]) => isAdvanced(form, field));
  if (!hasAdvanced) return plain;
  return [...plain, advanced(definition, "direct"), advanced(definition, "host")];
}

function isRequired(form: TObject, field: string): boolean {
  return (form.required ?? []).includes(field);
}

function chooser(form: TObject, operation: string): INodeProperties {
  const options = Object.entries(form.properties).map(([value, { title }]) => ({ name: String(title), value }));
  return {
    displayName: "Look Up By",
    name: chooserName,
    type: "options",
    options,
    default: options[0]?.value ?? "",
    displayOptions: { show: { operation: [operation] } },
    description: String(form.description),
  };
}

function chosenField([field, schema]: [string, TObject["properties"][string]], operation: string): INodeProperties {
  const show = { operation: [operation], [chooserName]: [field] };
  // The chooser has seen to it already.
  const description = String(schema.description).replace(/ ?Fill one of the \w+ fields\./, "");
  return fieldProperty(field, schema, { show, isRequired: true, description });
}

/** The collapsed fields, which mean something else where no ledger keeps them. */
function advanced({ id, input: form, effect }: NodeDefinition, connection: Connection): INodeProperties {
  const isDirect = connection === "direct";
  const fields = Object.entries(form.properties)
    .filter(([field]) => isAdvanced(form, field))
    .filter(([field]) => !(isDirect && directFields[field]?.isLeftOut))
    .map(([field, schema]) => {
      const description = isDirect ? directFields[field]?.description : undefined;
      const property = fieldProperty(field, schema, { isRequired: Array.isArray(schema.enum), description });
      // n8n looks for a required field beside the collection, does not find it and refuses the workflow.
      const { required: _, ...optional } = property;
      return optional;
    });
  return {
    displayName: "Advanced",
    name: advancedName,
    type: "collection",
    placeholder: "Add field",
    default: {},
    displayOptions: { show: { operation: [id], connection: [connection] } },
    options: !isDirect && effect === "create" ? [...fields, conversation] : fields,
  };
}

const conversation: INodeProperties = {
  displayName: "Conversation",
  name: conversationName,
  type: "string",
  default: "={{ $json.sessionId }}",
  description:
    "Which conversation this is, at most 4 kB. Comes back unchanged as correlation with every event of the link. Never sent to Instamojo.",
};
