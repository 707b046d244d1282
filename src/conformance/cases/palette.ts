import type { Manifest } from "../../../schemas/manifest.ts";
import { suspends } from "../../runtime/node-definition.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { ensureSame } from "../expectations.ts";
import type { HostDriver } from "../host-driver.ts";
import { withTrial } from "../trial.ts";

const leftOut = "create-refund";

/** A node that waits is only in the palette of a host that can suspend a run, so it may be there or not. */
async function ensurePalette(palette: readonly string[], manifest: Manifest, driver: HostDriver): Promise<void> {
  const waiting = manifest.nodes.filter(suspends).map(({ id }) => id);
  const events = driver.lacks?.events === undefined ? manifest.events : [];
  const expected = [...manifest.nodes, ...events].map(({ id }) => id).filter((id) => !waiting.includes(id));
  const found = palette.filter((id) => !waiting.includes(id));
  ensureSame([...found].sort(), [...expected].sort(), "The palette");
}

export const paletteCases: readonly ConformanceCase[] = [
  {
    id: "palette",
    name: "The host offers the nodes and events of the manifest, and no others.",
    needs: [],
    run: (driver) =>
      withTrial(driver, async ({ host, manifest }) => ensurePalette(await host().palette(), manifest, driver)),
  },
  {
    id: "manifest-only",
    name: "The host no longer offers what is taken out of the manifest.",
    needs: ["manifest"],
    run: (driver) =>
      withTrial(driver, async ({ host, manifest }) => ensurePalette(await host().palette(), manifest, driver), {
        manifest: (all) => ({ ...all, nodes: all.nodes.filter(({ id }) => id !== leftOut) }),
      }),
  },
];
