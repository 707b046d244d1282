import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

interface Placed {
  readonly name: string;
  readonly type: string;
  readonly position: readonly [number, number];
  readonly parameters: { readonly width?: number; readonly height?: number; readonly content?: string };
}

const folder = new URL("../../docs/examples/n8n/", import.meta.url);
const examples = readdirSync(folder).map((file) => {
  const { nodes } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { nodes: readonly Placed[] };
  return { file, nodes };
});

/** What a node takes up on n8n's canvas with its name below it, in pixels; a note says itself how large it is. */
function areaOf({ position: [left, top], parameters: { width = 96, height = 150 } }: Placed) {
  return { left, top, right: left + width, bottom: top + height };
}

function overlap(one: Placed, other: Placed): boolean {
  const [a, b] = [areaOf(one), areaOf(other)];
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

describe.each(examples)("the n8n workflow $file", ({ nodes }) => {
  it("has no node over another one or over a note", () => {
    const pairs = nodes.flatMap((one, index) => nodes.slice(index + 1).map((other) => [one, other] as const));
    expect(pairs.length).toBeGreaterThan(0);
    expect(pairs.filter(([one, other]) => overlap(one, other)).map((pair) => pair.map(({ name }) => name))).toEqual([]);
  });

  it("begins with a note that says what to fill in", () => {
    const [note] = nodes.filter(({ type }) => type === "n8n-nodes-base.stickyNote");
    expect(note?.parameters.content).toMatch(/choose your credential/);
  });

  it("holds no credential of whoever made it", () => {
    expect(nodes.filter((node) => "credentials" in node)).toEqual([]);
  });
});
