import { describe, expect, it } from "@jest/globals";
import { createPinoLogger, type LogFields } from "../../src/logging.ts";

function written(level?: "debug" | "warn" | "silent") {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createPinoLogger({ destination, ...(level ? { level } : {}) });
  return { logger, lines, entries: () => lines.map((line) => JSON.parse(line)) };
}

describe("the pino logger", () => {
  it("writes one JSON line with level, time, words and the fields of the list", () => {
    const { logger, lines, entries } = written();
    logger.warn("A message was refused.", { account: "shop", cause: "bad-encoding", attempt: 2 });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith("\n")).toBe(true);
    expect(entries()[0]).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      msg: "A message was refused.",
      account: "shop",
      cause: "bad-encoding",
      attempt: 2,
    });
  });

  it("leaves out every field that is not of the list or not of its type", () => {
    const { logger, entries } = written();
    const handed = {
      email: "foo@example.com",
      correlation: { chat: 1 },
      code: { nested: "x" },
      attempt: "1",
      err: new Error("x"),
    };
    logger.error("It failed.", { ...handed, status: "Failed" } as unknown as LogFields);
    expect(Object.keys(entries()[0])).toEqual(["level", "time", "status", "msg"]);
  });

  it("keeps one entry on one line and cuts what is too long for an id", () => {
    const { logger, lines, entries } = written();
    logger.info("Two\nlines", { taker: "t\r\n".repeat(400) });
    expect(lines.join("").match(/\n/g)).toHaveLength(1);
    expect(entries()[0].taker).toHaveLength(200);
  });

  it("writes from its level upwards, and nothing when silent", () => {
    const { logger, entries } = written();
    logger.debug("a");
    logger.info("b");
    logger.error("c");
    expect(entries().map(({ msg }) => msg)).toEqual(["b", "c"]);
    const all = written("debug");
    all.logger.debug("a");
    expect(all.entries().map(({ level }) => level)).toEqual(["debug"]);
    const none = written("silent");
    none.logger.error("a");
    expect(none.lines).toEqual([]);
  });
});
