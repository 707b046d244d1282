import { loadSdk } from "./load-sdk.ts";
import type { McpHost } from "./mcp-host.ts";

export interface ServedStdio {
  /** Resolves once the client has gone. */
  readonly closed: Promise<void>;
}

/** Serves one client over the standard streams of this process. Nothing else may write to stdout. */
export async function serveStdio(host: Pick<McpHost, "connect">): Promise<ServedStdio> {
  const { StdioServerTransport } = await loadSdk();
  const { stdin, stdout } = process;
  const ended = new Promise<void>((resolve) => {
    stdin.once("end", resolve);
    stdin.once("close", resolve);
    // A client that is gone must not end this process in the middle of a call.
    stdout.on("error", () => resolve());
  });
  const session = await host.connect(new StdioServerTransport());
  return { closed: Promise.race([ended, session.closed]) };
}
