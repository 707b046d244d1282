import { describe, expect, it } from "@jest/globals";
import { type Import, importsOf } from "./imports-of.ts";
import { listSources, readPackageManifest } from "./repository.ts";

interface Part {
  /** Path of the part: a folder, or one file. */
  readonly path: string;
  readonly mayUse: readonly string[];
  /** Further parts of which only types may be imported. */
  readonly mayUseTypesOf?: readonly string[];
}

/** Who may know whom. The first matching part holds for a file; a part may always use itself. */
const parts: readonly Part[] = [
  { path: "schemas/wire", mayUse: [] },
  { path: "schemas", mayUse: [] },
  { path: "nodes", mayUse: ["schemas", "src/runtime"], mayUseTypesOf: ["src/client", "src/payments"] },
  // The host contract names the ports that a host may bring: its ledger and its transport.
  {
    path: "src/runtime/host.ts",
    mayUse: ["schemas", "src/runtime"],
    mayUseTypesOf: ["src/client/transport.ts", "src/store/store.ts"],
  },
  { path: "src/runtime", mayUse: ["schemas"] },
  { path: "src/client", mayUse: ["schemas", "src/runtime"] },
  { path: "src/store", mayUse: ["schemas", "src/runtime"] },
  { path: "src/messages", mayUse: ["schemas", "src/runtime"] },
  {
    path: "src/payments",
    mayUse: ["schemas", "src/runtime", "src/messages", "src/client", "src/store", "src/accounts.ts"],
  },
  { path: "src/operator", mayUse: ["schemas", "src/runtime", "src/store", "src/payments", "src/accounts.ts"] },
  { path: "src/accounts.ts", mayUse: ["schemas", "src/runtime", "src/client"] },
  { path: "src/config-lists.ts", mayUse: ["schemas", "src/runtime"] },
  { path: "src/config.ts", mayUse: ["schemas", "src/runtime", "src/accounts.ts", "src/config-lists.ts"] },
  {
    path: "src/plugin.ts",
    mayUse: ["schemas", "src/runtime", "src/client", "src/store", "src/payments", "src/operator", "src/accounts.ts"],
  },
  {
    path: "src/index.ts",
    mayUse: ["schemas", "nodes", "src/runtime", "src/store", "src/accounts.ts", "src/config.ts", "src/plugin.ts"],
  },
  {
    // A host opens the ledger and makes the numbers that it hands to the plugin.
    path: "src/hosts/node-red",
    mayUse: [
      "schemas",
      "nodes",
      "src/runtime",
      "src/store",
      "src/operator",
      "src/accounts.ts",
      "src/metrics.ts",
      "src/plugin.ts",
      "src/index.ts",
    ],
  },
  {
    // It reckons what a refund would do before it is asked for, by the ledger's own rules.
    path: "src/hosts/mcp",
    mayUse: ["schemas", "src/runtime", "src/store", "src/payments/refunds.ts", "src/accounts.ts", "src/plugin.ts"],
  },
  {
    path: "src/hosts/http",
    mayUse: [
      "schemas",
      "src/runtime",
      "src/store",
      "src/operator",
      "src/plugin.ts",
      "src/webhook.ts",
      "src/metrics.ts",
    ],
  },
  {
    // Where n8n calls Instamojo itself there is no plugin: the payment services run over the gateway alone.
    path: "src/hosts/n8n",
    mayUse: [
      "schemas",
      "nodes",
      "src/runtime",
      "src/client",
      "src/payments",
      "src/operator",
      "src/accounts.ts",
      "src/store/rows.ts",
    ],
    mayUseTypesOf: ["src/store"],
  },
  { path: "src/webhook.ts", mayUse: ["schemas", "src/runtime", "src/payments"] },
  { path: "src/logging.ts", mayUse: ["src/runtime"] },
  { path: "src/metrics.ts", mayUse: ["src/runtime"] },
  // It tries hosts from outside, so it knows none of them, and not the plugin either.
  { path: "src/conformance", mayUse: ["schemas", "src/runtime", "src/simulator"] },
  { path: "src/simulator", mayUse: ["schemas/wire"] },
  {
    path: "src/playground",
    mayUse: ["schemas", "nodes", "src/runtime", "src/accounts.ts", "src/plugin.ts", "src/hosts", "src/simulator"],
  },
  { path: "src/cli", mayUse: ["schemas", "nodes", "src"] },
];

const isIn = (path: string, part: string): boolean => path === part || path.startsWith(`${part}/`);

function partOf(path: string): Part | undefined {
  return parts.find((part) => isIn(path, part.path));
}

function isAllowed({ from, to, isTypeOnly }: Import): boolean {
  const part = partOf(from);
  if (!part) return false;
  const allowed = [part.path, ...part.mayUse, ...(isTypeOnly ? (part.mayUseTypesOf ?? []) : [])];
  return allowed.some((folder) => isIn(to, folder));
}

const imports = listSources().flatMap(importsOf);
const line = ({ from, to }: Import): string => `${from} imports ${to}`;

describe("directions of imports", () => {
  it("reads the imports that are there", () => {
    expect(imports.map(line)).toContain("nodes/index.ts imports nodes/create-refund.ts");
    expect(imports.length).toBeGreaterThan(listSources().length);
  });

  it("gives every source file a place in the table", () => {
    expect(listSources().filter((path) => !partOf(path))).toEqual([]);
  });

  it("lets every part know only the parts it may", () => {
    expect(imports.filter((entry) => entry.isRelative && !isAllowed(entry)).map(line)).toEqual([]);
  });

  it("refuses what the directions forbid", () => {
    const forbidden = (from: string, to: string, isTypeOnly = false): boolean =>
      !isAllowed({ from, to, isRelative: true, isTypeOnly });
    expect(forbidden("schemas/form.ts", "src/runtime/errors.ts", true)).toBe(true);
    expect(forbidden("nodes/create-refund.ts", "src/client/gateway.ts")).toBe(true);
    expect(forbidden("nodes/create-refund.ts", "src/client/gateway.ts", true)).toBe(false);
    expect(forbidden("src/simulator/state.ts", "schemas/amount.ts", true)).toBe(true);
    expect(forbidden("src/plugin.ts", "src/hosts/node-red/index.ts", true)).toBe(true);
  });

  it("imports only declared packages, and optional peers only at the edges", () => {
    const { dependencies, peerDependencies } = readPackageManifest();
    const undeclared = imports
      .filter(({ isRelative, to }) => !isRelative && !to.startsWith("node:"))
      .filter(({ from, to }) => {
        const name = to
          .split("/")
          .slice(0, to.startsWith("@") ? 2 : 1)
          .join("/");
        if (Object.hasOwn(dependencies, name)) return false;
        // A package of its own is made of this part, and n8n brings that one along.
        if (name === "n8n-workflow" && from.startsWith("src/hosts/n8n/")) return false;
        return !(Object.hasOwn(peerDependencies, name) && /^src\/(hosts|playground|cli|store\/postgres)\//.test(from));
      });
    expect(undeclared.map(line)).toEqual([]);
  });
});
