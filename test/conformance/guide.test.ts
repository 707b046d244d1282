import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { capabilities, conformanceCases, reportText, runConformance } from "../../src/conformance/index.ts";
import { refusalTable } from "../../src/hosts/mcp/refusals.ts";

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, first, rest]) => [String(first), String(rest)]);

describe("the guides", () => {
  it("list every case with its sentence, and every capability", () => {
    const guide = read("conformance.md");
    const rows = rowsOf(guide.slice(guide.indexOf("## The cases")));
    expect(rows).toEqual(conformanceCases.map(({ id, name }) => [id, name]));
    const lacking = rowsOf(guide.slice(guide.indexOf("| Lacking"), guide.indexOf("## The cases")));
    expect(lacking.map(([id]) => id)).toEqual(Object.keys(capabilities));
  });

  it("list every code with which the MCP server refuses", () => {
    const guide = read("mcp.md");
    const rows = rowsOf(guide.slice(guide.indexOf("## Refunds"), guide.indexOf("## What payers")));
    expect(rows.map(([code]) => code)).toEqual(Object.keys(refusalTable));
  });
});

describe("a report", () => {
  const cases = [
    { id: "good", name: "It is good.", needs: [], run: async () => {} },
    { id: "bad", name: "It is bad.", needs: [], run: async () => Promise.reject(new Error("It was not.")) },
    { id: "absent", name: "It is absent.", needs: ["events" as const], run: async () => {} },
  ];
  const start = () => Promise.reject(new Error("Nothing starts here."));

  it("says what passed, what failed and why, and what does not apply", async () => {
    const report = await runConformance({ name: "some host", lacks: { events: "No events." }, start }, { cases });
    expect(report.isConforming).toBe(false);
    expect(reportText(report).split("\n")).toEqual([
      "ok      good: It is good.",
      "FAILED  bad: It is bad.",
      "        It was not.",
      "-       absent: It is absent.",
      "        events: No events.",
      "some host: 1 passed, 1 failed, 1 do not apply.",
      "It does not conform.",
    ]);
  });

  it("tells of a host that does not start in every case", async () => {
    const report = await runConformance({ name: "some host", start }, { cases: conformanceCases.slice(0, 1) });
    expect(report.cases).toMatchObject([{ result: "failed", reason: "Nothing starts here." }]);
  });
});
