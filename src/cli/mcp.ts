import { type Command, readArguments } from "./command.ts";
import { readConfiguration, readManifest } from "./configuration.ts";

const allowLive = "--allow-live-refunds";

const help = `instamojo-flow mcp: the nodes as tools for an AI agent (Model Context Protocol, stdio)

Usage: instamojo-flow mcp --config F [${allowLive}]

The program of the agent starts this command and speaks with it over stdin and stdout; logs go to stderr.
It ends when that program ends. docs/mcp.md shows what to enter there.

Options:
  --config F            configuration file with the accounts and the ledger
  ${allowLive}  agents may refund real money, after a preview; off without it

Refunds are previewed first and need the preview's token, good once and for five minutes; only payments of
links in this ledger can be refunded. Needs the package @modelcontextprotocol/sdk.

Example:
  instamojo-flow mcp --config config.json`;

export const mcpCommand: Command = {
  name: "mcp",
  summary: "the nodes as tools for an AI agent",
  help,
  async run(args, terminal) {
    const rest = args.filter((arg) => arg !== allowLive);
    const { options } = readArguments(this, rest, { options: { config: { type: "string" } } });
    const config = readConfiguration(options, terminal);
    const { openMcp } = await import("./open-mcp.ts");
    const stopped = terminal.untilStopped();
    const server = await openMcp({
      config,
      manifest: readManifest(),
      terminal,
      allowLiveRefunds: rest.length < args.length,
    });
    await Promise.race([stopped, server.closed]);
    await server.close();
    return 0;
  },
};
