import type { SimulatorResponse } from "../exchange.ts";
import { showRupees } from "../rupees.ts";
import type { StoredPayment } from "../state.ts";
import type { Closed, Payable } from "../take-payment.ts";
import { html, type Markup } from "./html.ts";
import { page } from "./page.ts";

/** The test card of Instamojo's support pages; any expiry date to come is good. */
export const testCard = { number: "4242 4242 4242 4242", cvv: "111" } as const;

export interface CheckoutView {
  /** Path of the checkout page, without a final slash. */
  path: string;
  merchant: string;
  request: Payable;
}

export interface CardInput {
  number: string;
  expiry: string;
  cvv: string;
  name: string;
  email: string;
  phone: string;
}

function summary({ merchant, request }: CheckoutView): Markup {
  return html`<section class="card">
<p class="soft">Pay to <strong id="merchant" data-testid="merchant">${merchant}</strong></p>
<h1 id="purpose" data-testid="purpose">${request.purpose}</h1>
<p class="amount" id="amount" data-testid="amount">${showRupees(request.amountPaise)}</p>
</section>`;
}

/** The page with the card form; `message` says why the last attempt did not go through. */
export function formPage(view: CheckoutView, card: CardInput, message?: string): SimulatorResponse {
  const { path, request } = view;
  const trouble = html`<p class="message bad" role="alert" id="card-error" data-testid="card-error">${message}</p>`;
  const content = html`${summary(view)}
<form class="card" method="post" action="${path}/pay" autocomplete="off">
${message === undefined ? "" : trouble}
<fieldset>
<legend>Card</legend>
<p class="help">Test card <code>${testCard.number}</code>, any future expiry, CVV <code>${testCard.cvv}</code>.
Any other number is declined. Never type a real card here.</p>
<label>Card number<input id="card-number" name="card_number" inputmode="numeric" value="${card.number}"></label>
<div class="pair">
<label>Expiry (MM/YY)<input id="card-expiry" name="card_expiry" value="${card.expiry}"></label>
<label>CVV<input id="card-cvv" name="card_cvv" inputmode="numeric" value="${card.cvv}"></label>
</div>
</fieldset>
<details>
<summary>Payer</summary>
<label>Name<input id="payer-name" name="name" maxlength="100" value="${card.name}"></label>
<label>Email<input id="payer-email" name="email" maxlength="75" value="${card.email}"></label>
<label>Mobile number<input id="payer-phone" name="phone" maxlength="20" value="${card.phone}"></label>
</details>
<button class="main" id="pay" data-testid="pay">Pay ${showRupees(request.amountPaise)}</button>
<div class="others">
<button id="fail" data-testid="fail" formaction="${path}/fail">Fail this payment</button>
<button id="cancel" data-testid="cancel" formaction="${path}/cancel">Cancel</button>
</div>
</form>`;
  return page(200, { title: `${request.purpose} · Local Instamojo`, content });
}

const closedTexts: Readonly<Record<Closed, { title: string; text: string }>> = {
  completed: { title: "Already paid", text: "This payment request is paid. Nothing more can be paid on it." },
  disabled: { title: "Not available", text: "The merchant has disabled this payment request." },
  expired: { title: "Expired", text: "The time to pay this request is over." },
};

/** The page of a request that takes no payment any more. */
export function closedPage(view: CheckoutView, closed: Closed, status: number): SimulatorResponse {
  const { title, text } = closedTexts[closed];
  const tone = closed === "completed" ? "message good" : "message note";
  const content = html`${summary(view)}
<section class="card" id="closed" data-testid="closed"><p class="${tone}"><strong>${title}.</strong> ${text}</p></section>`;
  return page(status, { title: `${title} · Local Instamojo`, content });
}

/** Shown after a payment when the request has no `redirect_url`. */
export function resultPage(view: CheckoutView, payment: StoredPayment): SimulatorResponse {
  const title = payment.status === true ? "Payment successful" : "Payment failed";
  const tone = payment.status === true ? "message good" : "message bad";
  const again = html`<a class="button main" id="again" data-testid="again" href="${view.path}">Try again</a>`;
  const content = html`${summary(view)}
<section class="card" id="result" data-testid="result">
<p class="${tone}"><strong>${title}.</strong> ${payment.failure?.message}</p>
<dl><dt>Payment</dt><dd><code>${payment.id}</code></dd></dl>
${payment.status === true ? "" : again}
</section>`;
  return page(200, { title: `${title} · Local Instamojo`, content });
}

/** Shown after *Cancel* when the request has no `redirect_url`. */
export function cancelledPage(view: CheckoutView): SimulatorResponse {
  const content = html`${summary(view)}
<section class="card" id="cancelled" data-testid="cancelled">
<p class="message note"><strong>Cancelled.</strong> No payment was made.</p>
<a class="button main" id="again" data-testid="again" href="${view.path}">Back to the payment</a>
</section>`;
  return page(200, { title: "Cancelled · Local Instamojo", content });
}

export function missingPage(): SimulatorResponse {
  const content = html`<section class="card"><h1>No such payment request</h1>
<p class="soft">The address is wrong, or the local Instamojo was started with other data.</p></section>`;
  return page(404, { title: "Not found · Local Instamojo", content });
}
