/** Prints jest's own counts from its JSON report, one plain line; a report without a test that ran is a failure. */
import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
if (text === "") {
  process.stderr.write("jest left no report: it did not get as far as running the tests\n");
  process.exit(1);
}
const report = JSON.parse(text);
// A test file that could not be loaded has no tests to count, and is a failure all the same.
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
const skipped = report.numPendingTests + report.numTodoTests;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
if (report.numPassedTests === 0) process.exit(1);
