import type { TObject } from "@sinclair/typebox";
import { Account, defaultMaxAccounts, liveBaseUrl, testBaseUrl, tiers } from "../../schemas/account.ts";
import type { Manifest, ManifestEvent, ManifestNode } from "../../schemas/manifest.ts";
import { NodeErrorSchema } from "../../schemas/node-error.ts";
import type { EventDefinition } from "./event-definition.ts";
import { iconDataUri } from "./icon.ts";
import type { NodeDefinition } from "./node-definition.ts";
import { publishedSchema } from "./published-schema.ts";
import { uiSchemaOf } from "./ui-schema.ts";

const packageName = "instamojo-flow-nodes";

/** What goes into a manifest: the registry, and the version of the package. */
export interface ManifestSources {
  readonly nodes: readonly NodeDefinition[];
  readonly events: readonly EventDefinition[];
  readonly version: string;
}

/** What a host reads to register us, made from the declarations. The same sources give the same manifest. */
export function buildManifest({ nodes, events, version }: ManifestSources): Manifest {
  return {
    manifestVersion: 1,
    id: "instamojo",
    version,
    title: "Instamojo",
    description: "Take payments with Instamojo links and give them back, from a conversation.",
    category: "Payment",
    icon: iconDataUri,
    docs: "docs/connect-instamojo.md",
    account: {
      ...form(Account),
      rules: {
        unique: "name",
        maxAccounts: defaultMaxAccounts,
        editableTiers: tiers.filter((tier) => tier !== "live"),
        baseUrls: { [testBaseUrl]: "test", [liveBaseUrl]: "live" },
      },
    },
    nodes: nodes.map(manifestNode),
    events: events.map(manifestEvent),
    error: { schema: publishedSchema(NodeErrorSchema) },
    routes: [
      {
        id: "webhook",
        method: "POST",
        path: "/integrations/instamojo/{account}",
        description: "Instamojo reports payments here. The query belongs to the request: hand it over, never log it.",
      },
      {
        id: "return",
        method: "GET",
        path: "/integrations/instamojo/{account}/return",
        description: "The customer's browser comes back here after paying.",
      },
    ],
  };
}

/** The name under which a unit's module exports its declaration: `create-refund` → `createRefund`. */
export function exportName(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function manifestNode(node: NodeDefinition): ManifestNode {
  return {
    ...head(node),
    effect: node.effect,
    idempotency: node.idempotency,
    hints: {
      readOnly: node.effect === "read",
      destructive: node.effect === "move-money" || node.effect === "change",
      idempotent: node.effect === "read" || node.idempotency !== "none",
    },
    input: form(node.input),
    output: { schema: publishedSchema(node.output) },
    ports: node.ports.map((port) => ({ ...port })),
    errors: [...node.errors],
    examples: plain(node.examples) as unknown as Record<string, unknown>[],
  };
}

function manifestEvent(event: EventDefinition): ManifestEvent {
  return {
    ...head(event),
    payload: { schema: publishedSchema(event.payload) },
    filter: form(event.filter),
    samples: plain(event.samples),
  };
}

function head({ id, version, title, description }: NodeDefinition | EventDefinition) {
  return { id, version, title, description, module: `${packageName}/nodes/${id}`, export: exportName(id) };
}

function form(schema: TObject) {
  return { schema: publishedSchema(schema), uiSchema: uiSchemaOf(schema) };
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
