import { describe, expect, it } from "@jest/globals";
import { heldLines } from "../../src/operator/views.ts";
import { messageRow } from "../stores/sample-rows.ts";

const lineOf = (changes: Parameters<typeof messageRow>[0]) =>
  heldLines({ messages: [messageRow({ state: "parked", ...changes })], deliveries: [], events: [], refunds: [] })[0];

describe("a message that waits for a person", () => {
  it("is shown with its payment, and with its link where it has one", () => {
    expect(lineOf({})).toMatchObject({
      kind: "message",
      paymentId: "a".repeat(32),
      title: "A message that Instamojo never confirmed",
      detail: "payment MOJO5a06005J21512197",
    });
  });

  it("says why no timeline has it where it names no link that was made here", () => {
    const words = "it names no link that was made here, so no timeline shows it";
    expect(lineOf({ tag: null })).toMatchObject({ paymentId: null, detail: `payment MOJO5a06005J21512197; ${words}` });
    expect(lineOf({ tag: null, paymentId: null })).toMatchObject({ detail: words });
  });
});
