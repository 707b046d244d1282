/**
 * Prints jest's own counts from the JSON reports in a folder, one plain line. No report, or one without a test that ran, is a
 * failure.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
const files = readdirSync(folder).map((name) => join(folder, name));
if (files.length === 0) fail("jest left no report: it did not get as far as running the tests");
const counts = { passed: 0, failed: 0, skipped: 0 };
let hasEmpty = false;
for (const file of files) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  counts.passed += report.numPassedTests;
  // A test file that could not be loaded has no tests to count, and is a failure all the same.
  counts.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  counts.skipped += report.numPendingTests + report.numTodoTests;
  hasEmpty ||= report.numPassedTests === 0;
}
const { passed, failed, skipped } = counts;
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
if (hasEmpty) process.exitCode = 1;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
