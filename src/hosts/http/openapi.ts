import type { TSchema } from "@sinclair/typebox";
import { ApiRefusal, PaymentPage, PaymentStory, Redelivered, RunCall } from "../../../schemas/http-api.ts";
import type { Manifest, ManifestNode } from "../../../schemas/manifest.ts";
import { paymentStatuses } from "../../../schemas/payment-fields.ts";
import { exportName } from "../../runtime/manifest.ts";
import { publishedSchema } from "../../runtime/published-schema.ts";
import { scopeOf } from "./node-scope.ts";
import { answer, inPath, inQuery, type Json, pascal, reference, refusals, typedExample } from "./openapi-pieces.ts";
import { eventWebhooks, publicPaths, servicePaths } from "./openapi-service.ts";

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument extends Json {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Json>>;
}

/** The API of a host with these nodes, made from the schemas that the manifest publishes. */
export function openApiDocument(
  manifest: Manifest,
  nodes: readonly ManifestNode[],
  serverUrl: string,
): OpenApiDocument {
  return {
    openapi: "3.1.0",
    info: {
      title: "Instamojo for flow builders",
      version: manifest.version,
      description:
        "Runs the payment nodes for any flow engine. A call is answered 200 whichever way the node goes: look at port.",
    },
    servers: [{ url: serverUrl }],
    security: [{ apiKey: [] }],
    tags: [{ name: "Nodes" }, { name: "Payments" }, { name: "Service" }, { name: "Public" }],
    paths: { ...nodePaths(nodes), ...paymentPaths(), ...servicePaths(), ...publicPaths(manifest) },
    webhooks: eventWebhooks(manifest),
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key with the scope that the call names." },
      },
      schemas: componentSchemas(manifest, nodes),
    },
  };
}

function componentSchemas(manifest: Manifest, nodes: readonly ManifestNode[]): Json {
  const own: Readonly<Record<string, TSchema>> = {
    Refusal: ApiRefusal,
    PaymentPage,
    PaymentStory,
    Redelivered,
  };
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, schema]) => [name, publishedSchema(schema)])),
    NodeError: manifest.error.schema,
    ...Object.fromEntries(
      nodes.flatMap(({ id, input, output }) => [
        [`${pascal(id)}Input`, input.schema],
        [`${pascal(id)}Output`, output.schema],
      ]),
    ),
    ...Object.fromEntries(manifest.events.map(({ id, payload }) => [`${pascal(id)}Event`, payload.schema])),
  };
}

function nodePaths(nodes: readonly ManifestNode[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(nodes.map((node) => [`/v1/nodes/${node.id}/run`, { post: runOperation(node) }]));
}

function runOperation(node: ManifestNode): Json {
  const { account, correlation } = publishedSchema(RunCall).properties as Record<string, Json>;
  const body = {
    type: "object",
    required: ["account", "input"],
    additionalProperties: false,
    properties: { account, input: reference(`${pascal(node.id)}Input`), correlation },
  };
  const port = (ids: readonly string[], key: string, schema: Json): Json => ({
    type: "object",
    required: ["port", key],
    properties: { port: { type: "string", enum: ids }, [key]: schema },
  });
  const ids = (carries: string) => node.ports.filter((port) => port.carries === carries).map(({ id }) => id);
  const [example] = node.examples as readonly { readonly input?: unknown }[];
  return {
    operationId: exportName(node.id),
    tags: ["Nodes"],
    summary: node.title,
    description: `${node.description}\n\nScope: ${scopeOf(node)}.`,
    parameters: node.idempotency === "operation-key" ? [idempotencyKey] : [],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: body,
          ...(example ? { example: { account: "shop", input: typedExample(node.input.schema, example.input) } } : {}),
        },
      },
    },
    responses: {
      ...answer("The node ran; port says by which way it left.", {
        oneOf: [
          port(ids("output"), "output", reference(`${pascal(node.id)}Output`)),
          port(ids("error"), "error", reference("NodeError")),
        ],
      }),
      ...refusals(400, 401, 403, 409, 413, 415, 429),
    },
  };
}

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "What makes a repeat a repeat: the same key and input give the same link back. Needed where input has no reference.",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
  example: "order-1001",
};

function paymentPaths(): Readonly<Record<string, Json>> {
  return {
    "/v1/payments": {
      get: {
        operationId: "listLedgerPayments",
        tags: ["Payments"],
        summary: "Payments of the ledger",
        description: "The newest first, people left out.\n\nScope: read.",
        parameters: [
          inQuery("text", "An id, or part of the reference or purpose."),
          inQuery("account", "Only this account; needed for a key of several accounts."),
          inQuery("status", "Only this status.", { type: "string", enum: paymentStatuses }),
          inQuery("before", "Goes on where an earlier page ended.", { type: "integer", minimum: 1 }),
        ],
        responses: { ...answer("A page.", reference("PaymentPage")), ...refusals(400, 401, 403, 429) },
      },
    },
    "/v1/payments/{paymentRequestId}": {
      get: {
        operationId: "getPaymentStory",
        tags: ["Payments"],
        summary: "What happened to a payment",
        description: "Takes the id of a payment request, payment, refund or event. People are masked.\n\nScope: read.",
        parameters: [
          inPath("paymentRequestId", "The id that the link node returned.", "05f317448ad84649aa1a9c7328edb015"),
        ],
        responses: { ...answer("The payment.", reference("PaymentStory")), ...refusals(401, 403, 404, 429) },
      },
    },
    "/v1/events/{id}/redeliver": {
      post: {
        operationId: "redeliverEvent",
        tags: ["Payments"],
        summary: "Send an event once more",
        description: "To every receiver it was for, with what waits behind it.\n\nScope: operate.",
        parameters: [inPath("id", "Id of the event.", "evt_5d41402abc4b2a76b9719d911017c592")],
        responses: {
          ...answer("On its way.", reference("Redelivered")),
          ...refusals(400, 401, 403, 404, 413, 415, 429),
        },
      },
    },
  };
}
