import { describe, expect, it } from "@jest/globals";
import { conformanceCases, type HostDriver, runConformance } from "../../src/conformance/index.ts";
import { httpDriver } from "./http-driver.ts";
import { mcpDriver } from "./mcp-driver.ts";
import { plainDriver } from "./plain-host.ts";
import { referenceDriver } from "./reference-driver.ts";

const drivers: readonly HostDriver[] = [plainDriver(), referenceDriver, httpDriver, mcpDriver];

describe.each(drivers.map((driver) => [driver.name, driver] as const))("%s", (_name, driver) => {
  const applying = conformanceCases.filter(({ needs }) => needs.every((need) => driver.lacks?.[need] === undefined));

  it.each(applying.map((entry) => [entry.name, entry] as const))("%s", async (_sentence, entry) => {
    const { cases } = await runConformance(driver, { cases: [entry] });
    expect(cases).toEqual([{ id: entry.id, name: entry.name, result: "passed" }]);
  });
});
