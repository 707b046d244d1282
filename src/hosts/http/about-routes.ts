import type { FastifyInstance } from "fastify";
import type { PrometheusMetrics } from "../../metrics.ts";
import type { Plugin } from "../../plugin.ts";
import { requireScope } from "./api-keys.ts";
import { ApiError } from "./http-error.ts";
import type { OpenApiDocument } from "./openapi.ts";

/** How long the ledger may take to say that it is there. */
const readyWithinMs = 3_000;

export interface AboutOptions {
  readonly plugin: Plugin;
  readonly document: OpenApiDocument;
}

/** What the host says of itself: its palette and its API. Nothing of payments. */
export function registerAboutRoutes(app: FastifyInstance, { plugin, document }: AboutOptions): void {
  const manifest = {
    ...plugin.manifest,
    nodes: plugin.manifest.nodes.filter(({ id }) => plugin.nodes.has(id)),
  };

  app.get("/manifest.json", async () => manifest);
  app.get("/openapi.json", async () => document);
}

export interface HealthOptions {
  readonly plugin: Plugin;
  readonly metrics: PrometheusMetrics;
  isClosing(): boolean;
}

/** Whether the process lives and is ready, and its numbers: all that a worker answers. */
export function registerHealthRoutes(app: FastifyInstance, { plugin, metrics, isClosing }: HealthOptions): void {
  app.get("/healthz", { config: { rateLimit: false } }, async () => ({ status: "ok" }));

  app.get("/readyz", { config: { rateLimit: false } }, async () => {
    if (isClosing()) throw new ApiError("unavailable", "The host is closing.");
    if (!(await isLedgerThere(plugin))) throw new ApiError("unavailable", "The ledger does not answer.");
    return { status: "ready" };
  });

  app.get("/metrics", async (request, reply) => {
    // Names of accounts and how much they sell: open to this machine, as scrapers expect, and to nobody else.
    if (request.whereabouts !== "local") requireScope(request.caller, "read");
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

async function isLedgerThere(plugin: Plugin): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), readyWithinMs);
  });
  const [event] = plugin.events.values();
  const answer = Promise.resolve(event?.undelivered(1)).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
