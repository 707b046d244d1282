import { conformanceCases } from "./cases/index.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { HostDriver } from "./host-driver.ts";

export interface CaseReport {
  readonly id: string;
  readonly name: string;
  readonly result: "passed" | "failed" | "does-not-apply";
  /** What the host did instead, or what it lacks and why. */
  readonly reason?: string;
}

export interface ConformanceReport {
  readonly host: string;
  /** Whether no case failed. */
  readonly isConforming: boolean;
  readonly cases: readonly CaseReport[];
}

/** Runs all cases, one after the other. Never rejects: what a host does wrong is in the report. */
export async function runConformance(
  driver: HostDriver,
  options: { readonly cases?: readonly ConformanceCase[] } = {},
): Promise<ConformanceReport> {
  const reports: CaseReport[] = [];
  for (const conformanceCase of options.cases ?? conformanceCases) reports.push(await runCase(conformanceCase, driver));
  return { host: driver.name, isConforming: reports.every(({ result }) => result !== "failed"), cases: reports };
}

async function runCase({ id, name, needs, run }: ConformanceCase, driver: HostDriver): Promise<CaseReport> {
  const missing = needs.find((capability) => driver.lacks?.[capability] !== undefined);
  if (missing) return { id, name, result: "does-not-apply", reason: `${missing}: ${driver.lacks?.[missing]}` };
  try {
    await run(driver);
    return { id, name, result: "passed" };
  } catch (error) {
    return { id, name, result: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

const marks = { passed: "ok", failed: "FAILED", "does-not-apply": "-" } as const;

/** The report for a terminal: a line per case. */
export function reportText({ host, isConforming, cases }: ConformanceReport): string {
  const lines = cases.map(
    ({ id, name, result, reason }) =>
      `${marks[result].padEnd(6)}  ${id}: ${name}${reason ? `\n        ${reason}` : ""}`,
  );
  const absent = cases.filter(({ result }) => result === "does-not-apply").length;
  const failed = cases.filter(({ result }) => result === "failed").length;
  const sum = `${host}: ${cases.length - absent - failed} passed, ${failed} failed, ${absent} do not apply.`;
  return [...lines, sum, isConforming ? "It conforms." : "It does not conform."].join("\n");
}
