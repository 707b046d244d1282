import type { ManifestNode } from "../../schemas/manifest.ts";
import { FlowError, isFlowError } from "../runtime/errors.ts";
import { suspends } from "../runtime/node-definition.ts";
import type { NodeResult } from "../runtime/run-node.ts";
import { type Command, type ExitCode, readArguments, readJson, requireOption, UsageError } from "./command.ts";
import { readConfiguration, readManifest, requireKnownAccount } from "./configuration.ts";

const help = `instamojo-flow run: runs one node

Usage: instamojo-flow run NODE --config F --account A --input JSON [--key K] [--correlation JSON]

NODE is a node of the palette, such as generate-payment-link; a wrong name lists them all. Collect payment is
not among them: it waits for the payment, and this command ends after one call.

Options:
  --config F            configuration file with the accounts
  --account A           name of the account to use
  --input JSON          the fields of the node's form, as a JSON object
  --key K               what makes a repeat a repeat: the same key and input give the same link back
                        instead of a second one (without it, each call is one of its own)
  --correlation JSON    anything that comes back with every event of the link, at most 4 kB

Prints {"port":"success","output":{…}} or {"port":"error","error":{…}} on the last line.
Exit codes: 0 success; 1 an error, nothing open; 2 wrong usage or configuration;
3 nobody knows what the gateway did (error.outcome is "unknown").

Example of a configuration file, with a local Instamojo (instamojo-flow simulator):
  { "tier": "development", "store": "sqlite:./ledger.db",
    "accounts": [{ "name": "shop", "baseUrl": "http://127.0.0.1:1881",
                   "clientId": "test_local_client_id", "clientSecret": "\${SHOP_SECRET}" }] }

Example:
  instamojo-flow run generate-payment-link --config config.json --account shop \\
    --input '{"amount": "200", "purpose": "Iphone"}'`;

export const runCommand: Command = {
  name: "run",
  summary: "runs one node, for example to make a payment link",
  help,
  async run(args, terminal) {
    const { options, words } = readArguments(this, args, {
      options: {
        config: { type: "string" },
        account: { type: "string" },
        input: { type: "string" },
        key: { type: "string" },
        correlation: { type: "string" },
      },
      words: ["the name of a node, for example generate-payment-link"],
    });
    const manifest = readManifest();
    const node = requireKnownNode(manifest.nodes, words[0] as string);
    const example = '{"amount": "200", "purpose": "Iphone"}';
    const input = readInput(requireOption(options, "input", `'${example}'`), example);
    const correlation =
      options.correlation === undefined
        ? {}
        : { correlation: readJson(options.correlation, "correlation", '{"chat": "c-1"}') };
    const config = readConfiguration(options, terminal);
    const account = requireKnownAccount(config, requireOption(options, "account", config.accounts[0]?.name ?? "shop"));
    const key = options.key === undefined ? {} : { key: options.key };
    const { openPlugin } = await import("./open-plugin.ts");
    const result = await runOnce(async () => {
      const plugin = await openPlugin({ config, manifest, terminal });
      try {
        return await plugin.nodes.get(node)!.run({ account, input, ...key, ...correlation });
      } finally {
        await plugin.close();
      }
    });
    terminal.out(JSON.stringify(result));
    return exitCodeOf(result);
  },
};

/** What a run left by; an error before the node was reached, such as a ledger in use, leaves the same way. */
async function runOnce(run: () => Promise<NodeResult>): Promise<NodeResult> {
  try {
    return await run();
  } catch (error) {
    if (!isFlowError(error)) throw error;
    return { port: "error", error: FlowError.prototype.toJSON.call(error) };
  }
}

function exitCodeOf(result: NodeResult): ExitCode {
  if ("output" in result) return 0;
  return result.error.outcome === "unknown" ? 3 : 1;
}

function requireKnownNode(nodes: readonly ManifestNode[], name: string): string {
  const known = nodes.filter((node) => !suspends(node)).map(({ id }) => id);
  if (known.includes(name)) return name;
  if (nodes.some(({ id }) => id === name)) {
    throw new UsageError(
      `${name} waits for its payment, for days if need be, and this command ends after one call: use it in a flow. Here, run generate-payment-link, and get-payment-status afterwards.`,
    );
  }
  throw new UsageError(`There is no node ${JSON.stringify(name)}. The nodes are: ${known.join(", ")}.`);
}

function readInput(text: string, example: string): Record<string, unknown> {
  const input = readJson(text, "input", example);
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new UsageError(`--input must be a JSON object with the fields of the node, for example: --input '${example}'`);
}
