import type { Desk, SimulatorResponse } from "../exchange.ts";
import { latest } from "../history.ts";
import { longUrl, requestStatus } from "../present.ts";
import { showRupees } from "../rupees.ts";
import { localClientSecret, localSalt } from "../settings.ts";
import type { MerchantData, StoredRequest } from "../state.ts";
import { html, type Markup } from "./html.ts";
import { page } from "./page.ts";

const newestShown = 50;

/** The page at `/`: what this is, how to connect to it, and what was asked of it. */
export function statusPage(desk: Desk): SimulatorResponse {
  const content = html`<section class="card">
<h1>Local Instamojo</h1>
<p>Answers like Instamojo's API, keeps its own accounts, and moves no money. World <strong>${desk.settings.world}</strong>,
profile <strong>${desk.settings.profile}</strong>.</p>
${desk.settings.merchants.map((merchant) => credentials(desk, merchant))}
</section>
<section class="card"><h2>Payment requests</h2>${requests(desk)}</section>
<section class="card"><h2>Refund cases</h2>${cases(desk)}</section>
<section class="card"><h2>Control</h2>
<p class="soft">For tests: <code>POST /__simulator__/pay</code>, <code>/faults</code>, <code>/refunds/{case}</code>,
<code>/clock</code>, <code>/switches</code>, <code>/reset</code>, each with a JSON body; everything it holds:
<a href="/__simulator__/ledger">ledger</a>.</p></section>`;
  return page(200, { title: "Local Instamojo", content, isWide: true });
}

function credentials(desk: Desk, merchant: Desk["settings"]["merchants"][number]): Markup {
  const isOwn = merchant.salt === localSalt;
  const secret = merchant.clientSecret.endsWith(localClientSecret.slice("test".length));
  return html`<dl>
<dt>Base URL</dt><dd><code>${desk.origin}</code></dd>
<dt>Client id</dt><dd><code>${merchant.clientId}</code></dd>
<dt>Client secret</dt><dd>${secret ? html`<code>${merchant.clientSecret}</code>` : "as given at the start"}</dd>
<dt>Private salt</dt><dd>${isOwn ? html`<code>${merchant.salt}</code>` : "as given at the start"}</dd>
</dl>`;
}

function requests(desk: Desk): Markup {
  const rows = [...desk.state.merchants.values()]
    .flatMap((merchant) => [...merchant.requests.values()].map((each) => ({ merchant, request: latest(each) })))
    .sort((a, b) => b.request.order - a.request.order)
    .slice(0, newestShown);
  if (rows.length === 0) return html`<p class="soft">None yet.</p>`;
  return html`<div class="scroll"><table>
<tr><th>Purpose</th><th>Payer</th><th class="number">Amount</th><th>Status</th><th>Checkout</th></tr>
${rows.map(({ merchant, request }) => requestRow(desk, merchant, request))}
</table></div>`;
}

function requestRow(desk: Desk, merchant: MerchantData, request: StoredRequest): Markup {
  const status = request.isDisabled ? "Disabled" : requestStatus(desk, request, desk.now);
  return html`<tr><td>${request.purpose}</td><td>${request.buyerName ?? ""}</td>
<td class="number">${showRupees(request.amountPaise)}</td>
<td><span class="${status === "Completed" ? "pill good" : "pill note"}">${status}</span></td>
<td><a href="${longUrl(desk, merchant, request.id)}">open</a></td></tr>`;
}

function cases(desk: Desk): Markup {
  const rows = [...desk.state.merchants.values()]
    .flatMap((merchant) => [...merchant.cases.values()].map(latest))
    .sort((a, b) => b.order - a.order)
    .slice(0, newestShown);
  if (rows.length === 0) return html`<p class="soft">None yet.</p>`;
  return html`<div class="scroll"><table>
<tr><th>Case</th><th>Payment</th><th>Type</th><th class="number">Amount</th><th>Decision</th></tr>
${rows.map(
  (row) => html`<tr><td><code>${row.id}</code></td><td><code>${row.paymentId}</code></td><td>${row.type}</td>
<td class="number">${showRupees(row.amountPaise)}</td><td>${row.resolution ?? "open"}</td></tr>`,
)}
</table></div>`;
}
