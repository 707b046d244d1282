import { afterEach, describe, expect, it } from "@jest/globals";
import { conformanceCases, runConformance } from "../../src/conformance/index.ts";
import { closeLeftOpen, type Mistake, plainDriver } from "./plain-host.ts";

/** Which cases find a mistake; those cases alone are run against the host that makes it. */
const found: Readonly<Record<Mistake, readonly string[]>> = {
  "knows its palette by heart": ["manifest-only"],
  "reads numbers in texts": ["literals"],
  "passes expressions as text": ["expressions"],
  "leaves by success whatever happened": ["error-port"],
  "takes unknown for error": ["unknown-port"],
  "takes the first account for a missing one": ["account"],
  "forgets the key": ["repeats"],
  "makes keys anew after a restart": ["repeats-restart"],
  "does not close the plugin": ["close"],
  "keeps conversations in memory": ["event-restart"],
  "starts flows in the latest conversation": ["conversations"],
  "takes events before the flow ends": ["throwing", "order", "not-taken-restart"],
  "names its taker anew after a restart": ["not-taken-restart"],
  "delivers one event at a time": ["hanging"],
  "ignores that an account is inactive": ["inactive"],
  "rebuilds the body": ["signature"],
  "drops the query": ["signature"],
  "answers every path": ["routes-only"],
};

afterEach(closeLeftOpen);

describe("the conformance kit", () => {
  it.each(Object.entries(found) as [Mistake, readonly string[]][])(
    "finds a host that %s",
    async (mistake, ids) => {
      const cases = conformanceCases.filter(({ id }) => ids.includes(id));
      const report = await runConformance(plainDriver(mistake, 3_000), { cases });
      expect(report.isConforming).toBe(false);
      expect(report.cases.map(({ id, result }) => [id, result])).toEqual(ids.map((id) => [id, "failed"]));
    },
    40_000,
  );
});
