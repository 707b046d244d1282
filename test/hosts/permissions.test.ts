import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type NodeRed, startNodeRed } from "./start-node-red.ts";

const permissions = {
  all: "*",
  reader: ["flows.read", "instamojo.read"],
  named: ["flows.read", "instamojo.read", "instamojo.unmask"],
  author: ["flows.read", "flows.write"],
};

describe("the lists to pick from, where people log in", () => {
  let nodeRed: NodeRed;

  beforeAll(async () => {
    nodeRed = await startNodeRed({ release: "node-red", permissions });
  }, 30_000);

  afterAll(async () => {
    await nodeRed.stop();
    await rm(nodeRed.userDir, { recursive: true, force: true });
  });

  const status = async (path: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(`${nodeRed.url}/canvas/instamojo/pick/${path}`, { headers })).status;
  };

  it.each([
    ["nobody", undefined, 401, 401],
    ["who may change flows but not see payments", "author", 401, 401],
    ["who may see payments", "reader", 200, 401],
    ["who may see names too", "named", 200, 200],
    ["who may do everything", "all", 200, 200],
  ])("are there for %s as far as that goes", async (_, token, masked, named) => {
    expect(await status("payments", token)).toBe(masked);
    expect(await status("payments/named", token)).toBe(named);
  });
});
