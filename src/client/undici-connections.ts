import type { LookupFunction } from "node:net";
import type { Agent, Dispatcher } from "undici";

export interface ConnectionOptions {
  /** Connections kept to one host; more calls than that wait. Default 32. */
  readonly maxConnections?: number;
  /** Certificates to trust besides nothing else; default: those of Node. */
  readonly ca?: string | readonly string[];
  /** In place of the system's name look-up. */
  readonly lookup?: LookupFunction;
}

/** Connections to one or more hosts: kept ones, and single ones that carry one request. */
export interface Connections {
  kept(connectMs: number): Promise<Dispatcher>;
  single(origin: string, connectMs: number): Promise<Dispatcher>;
  close(): Promise<void>;
}

export function createConnections(options: ConnectionOptions): Connections {
  const agents = new Map<number, Agent>();

  function connectOptions(connectMs: number) {
    return {
      timeout: connectMs,
      // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off for the whole process.
      rejectUnauthorized: true,
      ...(options.ca === undefined ? {} : { ca: [options.ca].flat() as string[] }),
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    };
  }

  return {
    async kept(connectMs) {
      const undici = await loadUndici();
      const agent =
        agents.get(connectMs) ??
        new undici.Agent({
          connect: connectOptions(connectMs),
          connections: options.maxConnections ?? 32,
          pipelining: 1,
        });
      agents.set(connectMs, agent);
      return agent;
    },
    async single(origin, connectMs) {
      const undici = await loadUndici();
      return new undici.Client(origin, { connect: connectOptions(connectMs), pipelining: 1 });
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
      agents.clear();
    },
  };
}

/** Loaded with the first call: undici takes longer to load than the rest of the package. */
function loadUndici(): Promise<typeof import("undici")> {
  return import("undici");
}
