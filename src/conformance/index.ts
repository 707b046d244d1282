/** What a host must pass: cases for any flow engine, run against the local Instamojo. Needs no test framework. */
export { conformanceCases } from "./cases/index.ts";
export type { ConformanceCase } from "./conformance-case.ts";
export { ConformanceError } from "./expectations.ts";
export type {
  Capability,
  HostDriver,
  HostStart,
  RunningHost,
  StepResult,
  StepRun,
  TakenEvent,
} from "./host-driver.ts";
export { capabilities } from "./host-driver.ts";
export { type CaseReport, type ConformanceReport, reportText, runConformance } from "./run-conformance.ts";
