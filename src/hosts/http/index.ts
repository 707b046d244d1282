/**
 * The HTTP host: the nodes and the event for any engine that speaks HTTP. Its server is loaded when it is started: it needs
 * the packages fastify, @fastify/cookie, @fastify/rate-limit, @fastify/swagger, @fastify/swagger-ui and standardwebhooks.
 */
import type { HttpHost, HttpHostOptions } from "./start-http-host.ts";

export { newApiKey, newDeliverySecret } from "./api-keys.ts";
export { type OpenApiDocument, openApiDocument } from "./openapi.ts";
export type { HttpHost, HttpHostOptions } from "./start-http-host.ts";

/**
 * Serves the nodes and the event over HTTP. Rejects with FlowError `store_unavailable` where the ledger cannot be had,
 * and with Node's own error where the port is taken or a package is missing.
 */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const server = await import("./start-http-host.ts");
  return server.startHttpHost(options);
}
