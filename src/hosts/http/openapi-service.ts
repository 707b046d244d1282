import type { Manifest } from "../../../schemas/manifest.ts";
import {
  answer,
  inPath,
  inQuery,
  type Json,
  jsonContent,
  open,
  pascal,
  reference,
  refusals,
} from "./openapi-pieces.ts";

/** What the host says of itself. */
export function servicePaths(): Readonly<Record<string, Json>> {
  const plain = (operationId: string, summary: string, schema: Json): Json => ({
    get: { ...open, operationId, tags: ["Service"], summary, responses: answer(summary, schema) },
  });
  const state = { type: "object", required: ["status"], properties: { status: { type: "string" } } };
  const ready = plain("isReady", "Whether the ledger answers", state);
  return {
    "/manifest.json": plain("getManifest", "The palette of this host", { type: "object" }),
    "/openapi.json": plain("getOpenApi", "This document", { type: "object" }),
    "/healthz": plain("isAlive", "Whether the process lives", state),
    "/readyz": { get: { ...(ready.get as Json), responses: { ...answer("Ready.", state), ...refusals(503) } } },
    "/metrics": {
      get: {
        security: [{}, { apiKey: [] }],
        operationId: "getMetrics",
        tags: ["Service"],
        summary: "Numbers for Prometheus",
        description: "Open to this machine; under another name with the scope read.",
        responses: {
          "200": { description: "The numbers.", content: text("text/plain") },
          ...refusals(401, 403),
        },
      },
    },
  };
}

const tagOfLink = inQuery("op", "Which link it is about; it stands in the address that Instamojo was given.");

/** What the public routes are called in a client, and what the document says of them beyond the manifest. */
const publicOperations: Readonly<Record<string, Json>> = {
  webhook: {
    operationId: "receiveWebhook",
    summary: "Instamojo's webhook",
    parameters: [
      inPath("account", "Name of the account.", "shop"),
      { ...inQuery("id", "The secret of the callback URL."), required: true },
      tagOfLink,
    ],
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: {
            type: "object",
            required: ["mac"],
            properties: { mac: { type: "string", description: "Signs the other fields." } },
            additionalProperties: { type: "string" },
          },
        },
      },
    },
    responses: {
      "200": { description: "Recorded.", content: text("text/plain") },
      default: { description: "Not recorded; the text says why.", content: text("text/plain") },
    },
  },
  return: {
    operationId: "showReturnPage",
    summary: "Where the customer comes back",
    parameters: [inPath("account", "Name of the account.", "shop"), tagOfLink],
    responses: { "200": { description: "A page that leads back to the chat.", content: text("text/html") } },
  },
};

function text(type: string): Json {
  return { [type]: { schema: { type: "string" } } };
}

/** The routes that Instamojo and the customer come to. */
export function publicPaths({ routes }: Manifest): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    routes.map(({ id, method, path, description }) => [
      path,
      { [method.toLowerCase()]: { ...open, tags: ["Public"], description, ...publicOperations[id] } },
    ]),
  );
}

/** What is posted to the delivery targets. */
export function eventWebhooks({ events }: Manifest): Json {
  return Object.fromEntries(
    events.map(({ id, title, description }) => [
      id,
      {
        post: {
          summary: title,
          description: `${description} Signed as Standard Webhooks; answer 2xx once it is taken.`,
          requestBody: {
            content: jsonContent({
              type: "object",
              required: ["type", "timestamp", "data"],
              properties: {
                type: { type: "string", const: id },
                timestamp: { type: "string", format: "date-time" },
                data: reference(`${pascal(id)}Event`),
              },
            }),
          },
          responses: { "2XX": { description: "Taken." } },
        },
      },
    ]),
  );
}
