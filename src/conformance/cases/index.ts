import type { ConformanceCase } from "../conformance-case.ts";
import { eventCases } from "./events.ts";
import { paletteCases } from "./palette.ts";
import { retryCases } from "./retries.ts";
import { routeCases } from "./routes.ts";
import { stepCases } from "./steps.ts";

/** Everything that a host must do, in the order of the guide. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...paletteCases,
  ...stepCases,
  ...eventCases,
  ...retryCases,
  ...routeCases,
];
