#!/usr/bin/env node
// Nothing but the version check may be here: this file must be readable to every Node that can load modules at all.
const version = process.versions.node.split(".").map(Number);
const major = version[0] as number;
const minor = version[1] as number;

if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `instamojo-flow needs Node.js 22.13 or newer; this is ${process.versions.node}.\n` +
      "Install a current Node.js (https://nodejs.org), open a new terminal and repeat the command.\n",
  );
  process.exitCode = 2;
} else {
  import("./command-line.ts").then((module) => module.runProcess());
}
