import { describe, expect, it } from "@jest/globals";
import { conformanceCases, type HostDriver, runConformance } from "../../src/conformance/index.ts";
import { nodeRedDriver } from "./node-red-driver.ts";

const drivers: readonly HostDriver[] = [nodeRedDriver];

describe.each(drivers.map((driver) => [driver.name, driver] as const))("%s", (_name, driver) => {
  const applying = conformanceCases.filter(({ needs }) => needs.every((need) => driver.lacks?.[need] === undefined));

  it.each(applying.map((entry) => [entry.name, entry] as const))(
    "%s",
    async (_sentence, entry) => {
      const { cases } = await runConformance(driver, { cases: [entry] });
      expect(cases).toEqual([{ id: entry.id, name: entry.name, result: "passed" }]);
    },
    60_000,
  );
});
