import { FlowError } from "../../runtime/errors.ts";
import type { Message, Red } from "./red.ts";

/** Which messages a person started with the button of an Inject node in the editor. */
export interface ButtonStarts {
  isFromButton(message: Message): boolean;
}

/** How long, and of how many presses, it is remembered: the flow that a press starts is over long before. */
const rememberMs = 3_600_000;
const mostPresses = 1_000;

const hook = "onReceive.instamojo";

/**
 * Watches what Inject nodes receive. They have no input, so it comes from their button, which sends a message with an id;
 * their timers send one without. Node-RED keeps the id through functions, copies and splits, so it tells the whole flow.
 * Source: `20-inject.js` and `Node.prototype.receive` of Node-RED 4.1 and 5.
 */
export function watchButtons({ hooks }: Pick<Red, "hooks">, now: () => number = Date.now): ButtonStarts {
  const presses = new Map<string, number>();
  // Nodes are registered again where a program starts Node-RED a second time; a hook must not be added twice.
  hooks.remove(hook);
  hooks.add(hook, ({ msg, destination }) => {
    if (destination.node?.type !== "inject" || !msg._msgid) return;
    presses.set(msg._msgid, now());
    const [oldest] = presses.keys();
    if (presses.size > mostPresses && oldest !== undefined) presses.delete(oldest);
  });
  return {
    isFromButton({ _msgid }) {
      const pressedAt = _msgid === undefined ? undefined : presses.get(_msgid);
      return pressedAt !== undefined && now() - pressedAt < rememberMs;
    },
  };
}

/** What is refused where a person's press would move real money and the node does not allow it. */
export function buttonRefused(): FlowError {
  return new FlowError(
    "live_refund_from_button",
    "A refund of real money is not started with the button of an Inject node.",
  );
}
