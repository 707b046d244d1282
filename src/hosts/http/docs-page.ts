import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import type { OpenApiDocument } from "./openapi.ts";

/** Everything the page loads comes from here; Swagger UI sets styles on its elements. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A page under `/docs` to read the API and try it. */
export async function registerDocsPage(app: FastifyInstance, document: OpenApiDocument): Promise<void> {
  await app.register(swagger, { mode: "static", specification: { document: document as never } });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: contentPolicy,
    uiConfig: { validatorUrl: null, persistAuthorization: false },
    theme: {
      title: "Instamojo for flow builders",
      // A bar that loads other documents is of no use where nothing else may be asked.
      css: [{ filename: "page.css", content: ".swagger-ui .topbar { display: none; }" }],
    },
  });
}
