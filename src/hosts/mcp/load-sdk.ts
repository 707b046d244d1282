/** The optional peer is not there. Commands end with `exitCode`. */
export class MissingSdkError extends Error {
  override readonly name = "MissingSdkError";
  readonly exitCode = 2;

  constructor(cause: unknown) {
    super(
      "The MCP server needs the package @modelcontextprotocol/sdk. Install it with: npm install @modelcontextprotocol/sdk",
      { cause },
    );
  }
}

const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" && String(error).includes("@modelcontextprotocol");

/** Loads the parts of the SDK that a server needs. Throws {@link MissingSdkError}. */
export async function loadSdk() {
  try {
    const [{ Server }, types, { StdioServerTransport }] = await Promise.all([
      import("@modelcontextprotocol/sdk/server/index.js"),
      import("@modelcontextprotocol/sdk/types.js"),
      import("@modelcontextprotocol/sdk/server/stdio.js"),
    ]);
    return { Server, StdioServerTransport, ...types };
  } catch (error) {
    throw isMissing(error) ? new MissingSdkError(error) : error;
  }
}

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;
