/** The nodes as tools for AI agents, over the Model Context Protocol. Needs the package @modelcontextprotocol/sdk. */
export { createMcpHost, type McpHost, type McpHostOptions, type McpSession } from "./mcp-host.ts";
export { type RefusalCode, refusalTable } from "./refusals.ts";
export { type ServedStdio, serveStdio } from "./stdio.ts";
