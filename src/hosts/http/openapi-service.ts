import type { Manifest } from "../../../schemas/manifest.ts";
import { answer, inPath, type Json, jsonContent, open, pascal, reference, refusals } from "./openapi-pieces.ts";

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
          "200": { description: "The numbers.", content: { "text/plain": { schema: { type: "string" } } } },
          ...refusals(401, 403),
        },
      },
    },
  };
}

/** The routes that Instamojo and the customer come to. */
export function publicPaths({ routes }: Manifest): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    routes.map(({ id, method, path, description }) => [
      path,
      {
        [method.toLowerCase()]: {
          ...open,
          operationId: id,
          tags: ["Public"],
          summary: id === "webhook" ? "Instamojo's webhook" : "Where the customer comes back",
          description,
          parameters: [inPath("account", "Name of the account.")],
          ...(method === "POST"
            ? { requestBody: { content: { "application/x-www-form-urlencoded": { schema: { type: "object" } } } } }
            : {}),
          responses: { default: { description: "Text or a page." } },
        },
      },
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
