import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { commands, runCommandLine } from "../../src/cli/command-line.ts";

let folder: string;
let config: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "command-line-"));
  config = join(folder, "config.json");
  const account = {
    name: "shop",
    baseUrl: "https://test.instamojo.com",
    clientId: "test_client",
    clientSecret: "${SECRET}",
  };
  writeFileSync(config, JSON.stringify({ tier: "development", store: "sqlite:./ledger.db", accounts: [account] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line in this process, as if stopped at once. */
async function type(...args: string[]) {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCommandLine(args, {
    env: { SECRET: "test_secret" },
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    untilStopped: async () => {},
  });
  return { code, out, notes: notes.join("\n") };
}

describe("the command line", () => {
  it("has the commands of its help", async () => {
    expect(commands.map((command) => command.name)).toEqual([
      "start",
      "simulator",
      "run",
      "trigger",
      "serve",
      "payments",
      "doctor",
      "mcp",
    ]);
    const { code, out } = await type("--help");
    expect(code).toBe(0);
    for (const command of commands) expect(out[0]).toContain(`  ${command.name}`);
  });

  it("prints its version", async () => {
    expect(await type("--version")).toMatchObject({ code: 0, out: [expect.stringMatching(/^\d+\.\d+\.\d+/)] });
  });

  it("explains itself when it is given nothing, and calls that wrong usage", async () => {
    const { code, out, notes } = await type();
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(notes).toContain("New here?");
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    "explains %s with every option and an example",
    async (name, command) => {
      const { code, out, notes } = await type(name, "--help");
      expect({ code, notes }).toEqual({ code: 0, notes: "" });
      expect(out).toEqual([command.help]);
      expect(command.help).toMatch(new RegExp(`^instamojo-flow ${name}: .*\\n\\nUsage: instamojo-flow ${name} `));
      expect(command.help).toMatch(new RegExp(`\\nExample:\\n  instamojo-flow ${name}`));
      expect(await type(name, "-h")).toMatchObject({ code: 0, out });
    },
  );

  const input = '{"amount": "200", "purpose": "Iphone"}';
  it.each<[string[], string]>([
    [
      ["pay"],
      'There is no command "pay". The commands are: start, simulator, run, trigger, serve, payments, doctor, mcp.',
    ],
    [["--port"], 'There is no command "--port".'],
    [["start", "now"], 'start does not take "now". Type "instamojo-flow start --help"'],
    [["start", "--port", "80a"], '--port must be a number from 0 to 65535, not "80a".'],
    [["start", "--prot", "80"], "Unknown option '--prot'. Type \"instamojo-flow start --help\""],
    [["simulator", "--port", "65536"], "--port must be a number from 0 to 65535"],
    [["simulator", "--port", "-1"], "--port"],
    [["simulator", "--profile", "mean"], '--profile must be one of documented, kind, hostile, not "mean".'],
    [["run"], "run needs the name of a node, for example generate-payment-link."],
    [["run", "make-link"], "The nodes are: generate-payment-link, create-refund, get-payment-status, "],
    [["run", "collect-payment"], "collect-payment waits for its payment"],
    [["run", "constructor"], 'There is no node "constructor".'],
    [["run", "generate-payment-link"], '--input is missing. Give it, for example: --input \'{"amount"'],
    [["run", "generate-payment-link", "--input", "{amount: 200}"], "--input must be JSON, in single quotes"],
    [["run", "generate-payment-link", "--input", "[1]"], "--input must be a JSON object"],
    [["run", "generate-payment-link", "--input", "null"], "--input must be a JSON object"],
    [["run", "generate-payment-link", "--input"], "Option '--input <value>' argument missing."],
    [["run", "generate-payment-link", "--input", input], "--config is missing."],
    [["run", "generate-payment-link", "--input", input, "--config", "none.json"], "There is no such file."],
    [["run", "generate-payment-link", "--input", input, "--correlation", "c-1"], "--correlation must be JSON"],
    [["trigger"], "trigger needs a status, for example Completed."],
    [["trigger", "Paid"], "The statuses are: Pending, Processing, Completed, Failed, Refunded, Cancelled."],
    [["trigger", "Completed"], "--config is missing."],
  ])("refuses %j and says what to do", async (args, words) => {
    const { code, out, notes } = await type(...args);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(notes).toContain(words);
    expect(notes).not.toContain("    at ");
  });

  it("needs an account that the configuration has", async () => {
    const run = ["run", "generate-payment-link", "--input", input, "--config", config];
    expect(await type(...run)).toMatchObject({
      code: 2,
      notes: "--account is missing. Give it, for example: --account shop",
    });
    expect(await type(...run, "--account", "Shop")).toMatchObject({
      code: 2,
      out: [],
      notes: `There is no account "Shop" in ${config}. Its accounts: shop.`,
    });
    expect(await type("trigger", "Completed", "--config", config, "--account", "other")).toMatchObject({ code: 2 });
  });

  it("does not repeat what an option with private content holds", async () => {
    for (const name of ["input", "correlation"]) {
      const { notes } = await type("run", "generate-payment-link", "--input", input, `--${name}`, "John@test.com");
      expect(notes).not.toContain("John@test.com");
    }
  });

  it("starts a local Instamojo on a free port and ends when asked", async () => {
    const { code, out, notes } = await type("simulator", "--port", "0", "--data", join(folder, "data"));
    expect({ code, notes, lines: out.length }).toEqual({ code: 0, notes: "", lines: 1 });
    expect(JSON.parse(out[0] as string)).toEqual({
      ready: true,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });
});
