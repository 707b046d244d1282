/**
 * Preloaded into a process: no name is ever resolved, so that it reaches nothing beyond loopback, and each name that was
 * asked for is a line in the file that LOOKUPS names.
 */
import dns from "node:dns";
import { appendFileSync } from "node:fs";

const { lookup } = dns;

dns.lookup = (hostname, options, callback) => {
  if (hostname === "127.0.0.1") return lookup(hostname, options, callback);
  appendFileSync(process.env.LOOKUPS, `${hostname}\n`);
  const fault = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND", hostname });
  process.nextTick(typeof options === "function" ? options : callback, fault);
};
