/** Loaded before the playground: moves its clock on by the milliseconds that a file names, while it runs. */
import { existsSync, readFileSync } from "node:fs";

const file = process.env.CLOCK_SHIFT_FILE;
const realNow = Date.now;
const lookEveryMs = 100;
let lookedAt = 0;
let shiftMs = 0;

Date.now = () => {
  const now = realNow();
  if (now - lookedAt >= lookEveryMs) {
    lookedAt = now;
    shiftMs = existsSync(file) ? Number(readFileSync(file, "utf8")) || 0 : 0;
  }
  return now + shiftMs;
};
