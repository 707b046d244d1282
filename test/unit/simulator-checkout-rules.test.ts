import { describe, expect, it } from "@jest/globals";
import { html } from "../../src/simulator/pages/html.ts";
import { checkCard } from "../../src/simulator/routes/check-card.ts";
import { returnAddress } from "../../src/simulator/routes/return-address.ts";
import type { StoredPayment } from "../../src/simulator/state.ts";

const now = Date.UTC(2026, 10, 22);
const card = { number: "4242 4242 4242 4242", expiry: "12/30", cvv: "111", name: "", email: "", phone: "" };
const paid = { id: "MOJO5a06005J21512197", status: true } as StoredPayment;
const requestId = "d66cb29dd059482e8072999f995c4eef";
const added = `payment_id=MOJO5a06005J21512197&payment_status=Credit&payment_request_id=${requestId}`;

describe("the simulator's test card", () => {
  it.each([
    [{}, undefined, true],
    [{ number: "4242424242424242", expiry: "11/2026" }, undefined, true],
    [{ number: "4000 0000 0000 0002" }, "The card was declined by the bank. Check the number and try again.", true],
    [{ expiry: "10/26" }, "The card has expired.", true],
    [{ cvv: "222" }, "The CVV is wrong.", true],
    [{ number: "42" }, "Enter a card number of 12 to 19 digits.", false],
    [{ expiry: "13/30" }, "Enter the expiry as MM/YY.", false],
    [{ cvv: "" }, "Enter a CVV of three digits.", false],
  ])("with %j says %j", (typed, trouble, isAttempt) => {
    const check = checkCard({ ...card, ...typed }, now);
    expect(check.trouble).toBe(trouble);
    expect(check.isAttempt).toBe(isAttempt);
  });
});

describe("the address a payer returns to", () => {
  it.each([
    ["http://www.example.com", `http://www.example.com?${added}`],
    ["http://www.example.com/done/", `http://www.example.com/done/?${added}`],
    ["http://www.example.com/done?order=7", `http://www.example.com/done?order=7&${added}`],
    ["http://www.example.com/done?", `http://www.example.com/done?${added}`],
    ["http://www.example.com/done?a=%20b#top", `http://www.example.com/done?a=%20b&${added}#top`],
  ])("keeps %s as it is and appends", (redirectUrl, expected) => {
    expect(returnAddress(redirectUrl, { payment_request_id: requestId }, paid)).toBe(expected);
  });

  it("names no payment after a cancel", () => {
    expect(returnAddress("http://www.example.com", { payment_request_id: requestId }, null)).toBe(
      `http://www.example.com?payment_id=&payment_status=Failed&payment_request_id=${requestId}`,
    );
  });
});

describe("the simulator's markup", () => {
  it("escapes everything that is put in", () => {
    expect(html`<p title="${`"'`}">${"<b>&"}${html`<i>${1}</i>`}${[html`<u></u>`]}${null}${false}</p>`.markup).toBe(
      '<p title="&quot;&#39;">&lt;b&gt;&amp;<i>1</i><u></u></p>',
    );
  });
});
