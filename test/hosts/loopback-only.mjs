/** Loaded before a program that must reach nothing but this machine: every other name is unknown to it. */
import dns from "node:dns";

const { lookup } = dns;
dns.lookup = (name, options, callback = options) => {
  if (["localhost", "127.0.0.1", "::1"].includes(name)) return lookup(name, options, callback);
  queueMicrotask(() => callback(Object.assign(new Error(`There is no ${name} here.`), { code: "ENOTFOUND" })));
};
