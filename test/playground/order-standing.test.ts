import { describe, expect, it } from "@jest/globals";
import {
  type ChatEntry,
  type OrderLine,
  readBotMessage,
  toVisibleEntry,
} from "../../src/playground/chat/chat-message.ts";
import { standingOf } from "../../src/playground/chat/order-standing.ts";

const more = { label: "Buy something else", action: { do: "menu" } };
const refund = (id: string) => ({ label: "Ask for a refund", action: { do: "refund", order: id } });

function line(order?: Partial<OrderLine>): ChatEntry {
  const whole = { id: "", title: "", text: "", buttons: [more], isOver: false, ...order };
  return { seq: 1, at: 0, from: "bot", text: "said", ...(order && { order: whole }) };
}

describe("where the orders of a conversation stand", () => {
  it("is nothing before there is an order", () => {
    expect(standingOf([])).toBeUndefined();
    expect(standingOf([line(), line()])).toBeUndefined();
  });

  it("is what the newest line about the order said, whatever was said since", () => {
    const said = [line({ id: "a", text: "Link sent" }), line({ id: "a", text: "Paid", buttons: [refund("a"), more] })];
    expect(standingOf([...said, line(), line()])).toEqual({ text: "Paid", buttons: [refund("a"), more] });
  });

  it("names every order that is not over, and tells their buttons apart", () => {
    const standing = standingOf([
      line({ id: "a", title: "Chai", text: "Chai paid", buttons: [refund("a"), more] }),
      line({ id: "b", title: "Sencha", text: "Sencha closed", isOver: true }),
      line({ id: "c", title: "Assam", text: "Assam paid", buttons: [refund("c"), more] }),
    ]);
    expect(standing?.text).toBe("Chai paid\n\nAssam paid");
    expect(standing?.buttons).toEqual([
      { ...refund("a"), label: "Ask for a refund · Chai" },
      { ...refund("c"), label: "Ask for a refund · Assam" },
      more,
    ]);
  });

  it("tells how an order ended while nothing newer is known", () => {
    const ended = [line({ id: "a", text: "Paid" }), line({ id: "a", text: "Refunded", isOver: true })];
    expect(standingOf(ended)?.text).toBe("Refunded");
    expect(standingOf([...ended, line({ id: "b", text: "Link sent" })])?.text).toBe("Link sent");
  });

  it("ends an order without a link once an order gets its link, or once it is given up", () => {
    const draft = line({ text: "No link yet" });
    expect(standingOf([draft])?.text).toBe("No link yet");
    expect(standingOf([draft, line({ id: "a", text: "Link sent" })])?.text).toBe("Link sent");
    expect(standingOf([draft, line({ isOver: true, text: "Refused" })])).toBeUndefined();
  });

  it("keeps a new order without a link while news of an earlier one come", () => {
    const said = [line({ id: "a", text: "Link sent" }), line({ text: "No link yet" }), line({ id: "a", text: "Paid" })];
    expect(standingOf(said)?.text).toBe("No link yet\n\nPaid");
  });

  it("names the three newest orders at most", () => {
    const said = ["a", "b", "c", "d"].map((id) => line({ id, text: id }));
    expect(standingOf(said)?.text).toBe("b\n\nc\n\nd");
  });
});

describe("the order of a chat reply", () => {
  it("has the text and the buttons of the line unless it brings its own", () => {
    const own = { id: "a", title: "Chai", text: "No payment yet", buttons: ["Pay"], over: true };
    expect(readBotMessage({ text: "Paid", buttons: [more], order: { id: "a" } }).order).toEqual({
      id: "a",
      title: "",
      text: "Paid",
      buttons: [more],
      isOver: false,
    });
    expect(readBotMessage({ text: "Paid", buttons: [more], order: own }).order).toEqual({
      id: "a",
      title: "Chai",
      text: "No payment yet",
      buttons: [{ label: "Pay" }],
      isOver: true,
    });
    expect(() => readBotMessage({ text: "Paid", order: "a" })).toThrow("must be an object");
  });

  it("stays on the server", () => {
    expect(toVisibleEntry(line({ id: "a", text: "Paid" }))).toEqual({ seq: 1, at: 0, from: "bot", text: "said" });
  });
});
