import { type Static, Type } from "@sinclair/typebox";
import { StringEnum } from "./string-enum.ts";

const JsonSchema = Type.Record(Type.String(), Type.Unknown(), {
  title: "JSON Schema",
  description: "Draft 7 compatible; no keyword beyond the standard.",
});
const UiSchema = Type.Record(Type.String(), Type.Unknown(), {
  title: "uiSchema",
  description: "Hints for a form in the vocabulary of React JSON Schema Form.",
});
const Text = (title: string, description: string) => Type.String({ title, description, minLength: 1 });

const unitHead = {
  id: Text("Id", "Stable id of the unit, also the name of its file."),
  version: Type.Integer({ title: "Version", description: "Grows when the meaning of a field changes.", minimum: 1 }),
  title: Text("Title", "Name in the palette."),
  description: Text("Description", "What it does, for the help."),
  module: Text("Module", "Package sub-path of the declaration."),
  export: Text("Export", "Name of the declaration in that module."),
};

export const ManifestNode = Type.Object(
  {
    ...unitHead,
    effect: StringEnum(["read", "create", "change", "move-money"], {
      title: "Effect",
      description: "What a run does at Instamojo: nothing, it makes or changes something, or it moves money back.",
    }),
    idempotency: StringEnum(["none", "same-state", "operation-key", "transaction-id"], {
      title: "Idempotency",
      description: "What makes a repeat a repeat: nothing (a read), the reference, or the unique transaction id.",
    }),
    hints: Type.Object(
      {
        readOnly: Type.Boolean({ title: "Read only", description: "Changes nothing." }),
        destructive: Type.Boolean({ title: "Destructive", description: "Moves money or closes something." }),
        idempotent: Type.Boolean({ title: "Idempotent", description: "A repeat under the same key changes nothing." }),
      },
      { additionalProperties: false, title: "Hints", description: "The effect in the words of tool protocols." },
    ),
    input: Type.Object(
      { schema: JsonSchema, uiSchema: UiSchema },
      { additionalProperties: false, title: "Input", description: "The form of the node." },
    ),
    output: Type.Object(
      { schema: JsonSchema },
      { additionalProperties: false, title: "Output", description: "What leaves by the success port." },
    ),
    ports: Type.Array(
      Type.Object({
        id: Text("Id", "Name of the way out."),
        title: Text("Title", "Label of the way out."),
        description: Text("Description", "When the flow goes on here."),
        carries: StringEnum(["output", "error", "event"], {
          title: "Carries",
          description:
            "What goes out here. event: the run waits for it; only a host with suspend and resume has such a node.",
        }),
      }),
      { title: "Ports", description: "The ways out, in order." },
    ),
    errors: Type.Array(Type.String(), {
      title: "Errors",
      description: "Codes that the error and unknown ports carry.",
    }),
    examples: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
      title: "Examples",
      description: "Form values and what came of them.",
    }),
  },
  { additionalProperties: false, title: "Node", description: "One action of the palette." },
);

export const ManifestEvent = Type.Object(
  {
    ...unitHead,
    payload: Type.Object(
      { schema: JsonSchema },
      { additionalProperties: false, title: "Payload", description: "What the flow receives." },
    ),
    filter: Type.Object(
      { schema: JsonSchema, uiSchema: UiSchema },
      {
        additionalProperties: false,
        title: "Filter",
        description: "The form that chooses which events start the flow.",
      },
    ),
    samples: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
      title: "Samples",
      description: "A complete payload per status.",
    }),
  },
  { additionalProperties: false, title: "Event", description: "What starts a flow." },
);

/** What a host flow engine reads to register the plugin. */
export const Manifest = Type.Object(
  {
    manifestVersion: Type.Literal(1, { title: "Manifest version", description: "Version of this format." }),
    id: Text("Id", "Stable id of the plugin."),
    version: Text("Version", "Version of the package."),
    title: Text("Title", "Name of the plugin."),
    description: Text("Description", "What the plugin does."),
    category: Text("Category", "Where the palette shows it."),
    icon: Text("Icon", "An SVG as data URI."),
    docs: Text("Docs", "Where the guide is, relative to the package."),
    account: Type.Object(
      {
        schema: JsonSchema,
        uiSchema: UiSchema,
        rules: Type.Object(
          {
            unique: Type.String({ title: "Unique", description: "The field that must be unique." }),
            maxAccounts: Type.Integer({ title: "Most accounts", description: "Default of the configurable limit." }),
            editableTiers: Type.Array(Type.String(), {
              title: "Editable tiers",
              description: "Where accounts may be added and edited; elsewhere they are only chosen.",
            }),
            baseUrls: Type.Record(Type.String(), Type.String(), {
              title: "Base URLs",
              description: "The world of each base URL.",
            }),
          },
          { additionalProperties: false, title: "Rules", description: "What JSON Schema cannot say." },
        ),
      },
      { additionalProperties: false, title: "Account", description: "The form of an account." },
    ),
    nodes: Type.Array(ManifestNode, { title: "Nodes", description: "The actions." }),
    events: Type.Array(ManifestEvent, { title: "Events", description: "The events." }),
    error: Type.Object(
      { schema: JsonSchema },
      { additionalProperties: false, title: "Error", description: "What leaves by the error and unknown ports." },
    ),
    routes: Type.Array(
      Type.Object({
        id: Text("Id", "Name of the route."),
        method: Text("Method", "HTTP method."),
        path: Text("Path", "Path with {account}."),
        description: Text("Description", "What comes in here."),
      }),
      { title: "Routes", description: "What the host must pass to the receiver; nothing else may be public." },
    ),
  },
  { additionalProperties: false, title: "Manifest", description: "What a host reads to register the plugin." },
);
export type Manifest = Static<typeof Manifest>;
export type ManifestNode = Static<typeof ManifestNode>;
export type ManifestEvent = Static<typeof ManifestEvent>;
