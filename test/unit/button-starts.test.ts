import { describe, expect, it } from "@jest/globals";
import { watchButtons } from "../../src/hosts/node-red/button-starts.ts";
import type { ReceiveEvent } from "../../src/hosts/node-red/red.ts";

function open() {
  const hooks = new Map<string, (event: ReceiveEvent) => void>();
  let now = 0;
  const red = {
    hooks: {
      add(name: string, callback: (event: ReceiveEvent) => void) {
        if (hooks.has(name)) throw new Error("The hook is there already.");
        hooks.set(name, callback);
      },
      remove: (name: string) => void hooks.delete(name),
    },
  };
  const start = () => watchButtons(red, () => now);
  const receive = (type: string, _msgid?: string) => {
    for (const callback of hooks.values()) callback({ msg: _msgid ? { _msgid } : {}, destination: { node: { type } } });
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { start, receive, pass };
}

describe("the buttons of Inject nodes", () => {
  it("are told from their timers and from what other nodes get", () => {
    const { start, receive } = open();
    const buttons = start();
    receive("inject", "pressed");
    receive("inject");
    receive("function", "of a customer");
    expect(buttons.isFromButton({ _msgid: "pressed" })).toBe(true);
    expect(buttons.isFromButton({ _msgid: "of a customer" })).toBe(false);
    expect(buttons.isFromButton({})).toBe(false);
  });

  it("are forgotten after an hour and after a thousand presses", () => {
    const { start, receive, pass } = open();
    const buttons = start();
    receive("inject", "first");
    pass(3_599_999);
    expect(buttons.isFromButton({ _msgid: "first" })).toBe(true);
    pass(1);
    expect(buttons.isFromButton({ _msgid: "first" })).toBe(false);
    for (let press = 0; press < 1_001; press += 1) receive("inject", `press-${press}`);
    expect(buttons.isFromButton({ _msgid: "press-0" })).toBe(false);
    expect(buttons.isFromButton({ _msgid: "press-1" })).toBe(true);
    expect(buttons.isFromButton({ _msgid: "press-1000" })).toBe(true);
  });

  it("may be watched again where Node-RED is started a second time", () => {
    const { start } = open();
    start();
    expect(start).not.toThrow();
  });
});
