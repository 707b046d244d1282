import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { events, nodes, registry } from "../../nodes/index.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import { importDeclaration, loadFromRegistry, loadUnits } from "../../src/runtime/load-units.ts";
import { buildManifest } from "../../src/runtime/manifest.ts";

const manifest = buildManifest({ nodes, events, version: "1.2.3" });
const load = loadFromRegistry(registry);

describe("loading what a manifest names", () => {
  it("gives the declarations in the order of the manifest", async () => {
    expect(await loadUnits(manifest, load)).toEqual({ nodes, events });
    const reversed = { ...manifest, nodes: [...manifest.nodes].reverse() };
    expect((await loadUnits(reversed, load)).nodes).toEqual([...nodes].reverse());
  });

  it("asks for the module and the export that the manifest names", async () => {
    const asked: string[] = [];
    await loadUnits(manifest, async (module, name) => {
      asked.push(`${module}#${name}`);
      return load(module, name);
    });
    expect(asked).toEqual([
      "instamojo-flow-nodes/nodes/generate-payment-link#generatePaymentLink",
      "instamojo-flow-nodes/nodes/create-refund#createRefund",
      "instamojo-flow-nodes/nodes/collect-payment#collectPayment",
      "instamojo-flow-nodes/nodes/get-payment-status#getPaymentStatus",
      "instamojo-flow-nodes/nodes/get-refund-status#getRefundStatus",
      "instamojo-flow-nodes/nodes/list-payments#listPayments",
      "instamojo-flow-nodes/nodes/disable-payment-link#disablePaymentLink",
      "instamojo-flow-nodes/nodes/enable-payment-link#enablePaymentLink",
      "instamojo-flow-nodes/nodes/payment-status#paymentStatus",
    ]);
  });

  it("refuses a manifest of another version", async () => {
    const newer = { ...manifest, manifestVersion: 2 } as unknown as Manifest;
    await expect(loadUnits(newer, load)).rejects.toThrow("This package reads manifest version 1, not 2.");
  });

  it.each<[string, unknown]>([
    ["is not there", undefined],
    ["is of another kind", events[0]],
    ["has another id", nodes[1]],
    ["has another version", { ...nodes[0], version: 2 }],
  ])("refuses a declaration that %s", async (_, found) => {
    const only = { ...manifest, nodes: manifest.nodes.slice(0, 1), events: [] };
    await expect(loadUnits(only, async () => found)).rejects.toThrow(
      "The manifest names node generate-payment-link (version 1), but instamojo-flow-nodes/nodes/generate-payment-link has no such export generatePaymentLink.",
    );
  });

  it("imports by module and name unless told otherwise", async () => {
    expect(await importDeclaration("node:path", "join")).toBe(join);
    expect(await importDeclaration("node:path", "none")).toBeUndefined();
  });
});
