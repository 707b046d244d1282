const main = document.querySelector("#main");
const said = document.querySelector("#said");
const search = document.querySelector("#search");
const ask = document.querySelector("#ask");

let rights = { user: null, mayWrite: false, mayUnmask: false };
let accounts = [];
let sought = {};
/** Counts the views, so that an answer that comes late does not replace a newer one. */
let view = 0;

/** Makes an element; all words go in as text, so that nothing anybody wrote is read as markup. */
function make(tag, { text, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Node-RED keeps the login of its editor in this browser; the page goes by the same one. */
function loginToken() {
  try {
    const settings = window.parent.RED?.settings;
    const tokens = settings ? settings.get("auth-tokens") : storedTokens();
    return tokens?.access_token ?? null;
  } catch {
    return null;
  }
}

function storedTokens() {
  const root = location.pathname.split("/instamojo/operator")[0];
  return JSON.parse(localStorage.getItem(`auth-tokens${root.replace(/\//g, "-")}`) ?? "null");
}

/** The host has a login of its own, and nobody is signed in. */
class SignedOut extends Error {}

async function call(path, body) {
  const token = loginToken();
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(body ? { "content-type": "application/json" } : {}),
  };
  const method = body ? "POST" : "GET";
  const answer = await fetch(`api/${path}`, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
  if (!answer) throw new Error("There is no answer. Try again in a moment.");
  const reply = await answer.json().catch(() => null);
  if (answer.ok) return reply;
  if (reply?.isSignedOut) throw new SignedOut();
  if (answer.status === 401) throw new Error("You may not do this. Log in to the editor with an account that may.");
  throw new Error([reply?.message ?? "This did not work.", reply?.remedy].filter(Boolean).join(" "));
}

const clock = new Intl.DateTimeFormat("en-IN", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat("en-IN", { day: "numeric", month: "short" });
const year = new Intl.DateTimeFormat("en-IN", { day: "numeric", month: "short", year: "numeric" });

function shortTime(at) {
  const date = new Date(at);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return clock.format(date).slice(0, 5);
  return (date.getFullYear() === now.getFullYear() ? day : year).format(date);
}

function time(at, words = `${day.format(at)}, ${clock.format(at)}`) {
  return make("time", {
    datetime: new Date(at).toISOString(),
    title: `${year.format(at)}, ${clock.format(at)}`,
    text: words,
  });
}

/** Times inside a sentence, in the time of whoever reads. */
function inLocalTime(text) {
  return text.replace(
    /\d{4}-\d\d-\d\dT[\d:.]+Z/g,
    (stamp) => `at ${clock.format(new Date(stamp))} on ${day.format(new Date(stamp))}`,
  );
}

function badge(status, stage) {
  if (stage === "refused") return make("span", { class: "badge bad", text: "Refused" });
  if (stage === "asking" || stage === "unknown") return make("span", { class: "badge waiting", text: "Unknown" });
  return make("span", { class: `badge ${status.toLowerCase()}`, text: status });
}

function world(environment) {
  return environment === "live"
    ? null
    : make("span", { class: "world", text: environment === "test" ? "Test" : "Local" });
}

function say(text) {
  said.textContent = text;
}

function show(...content) {
  main.replaceChildren(...content.flat().filter(Boolean));
}

/* ---- the front: what waits, the payments, the accounts ---- */

async function showFront() {
  const mine = ++view;
  document.title = "Payments";
  try {
    const [{ accounts: lines, ...mayDo }, { held }, page] = await Promise.all([
      call("accounts"),
      call("held"),
      call(`payments?${new URLSearchParams(sought)}`),
    ]);
    if (mine !== view) return;
    rights = mayDo;
    accounts = lines;
    fillAccounts();
    const isSearch = Object.keys(sought).length > 0;
    show(
      make("h1", { class: "unseen", text: "Payments" }),
      isSearch ? null : heldSection(held),
      paymentsSection(page, isSearch),
      isSearch ? null : accountsSection(),
      signOutButton(),
    );
    say(isSearch ? found(page.payments.length, page.before !== null) : "");
  } catch (fault) {
    if (mine === view) showFault(fault);
  }
}

function found(count, areMore) {
  if (areMore) return `${count} payments found so far.`;
  return count === 1 ? "1 payment found." : `${count} payments found.`;
}

function fillAccounts() {
  const select = document.querySelector("#account");
  const names = accounts.map(({ name }) => name);
  if (select.options.length - 1 === names.length) return;
  select.replaceChildren(
    make("option", { value: "", text: "All accounts" }),
    ...names.map((name) => make("option", { text: name })),
  );
  select.value = sought.account ?? "";
  select.hidden = names.length < 2;
}

function heldSection(held) {
  if (held.length === 0) return [];
  const lines = held.map((line) =>
    make(
      "li",
      {},
      make(
        "div",
        { class: "what" },
        line.paymentId
          ? make("a", { href: `#/payment/${encodeURIComponent(line.paymentId)}`, text: line.title })
          : make("strong", { text: line.title }),
        make("p", { class: "soft" }, [line.account, line.detail].filter(Boolean).join(" · "), " · ", time(line.at)),
      ),
      offerButtons(line.offer),
    ),
  );
  return make(
    "section",
    { class: "held", "aria-labelledby": "held-title" },
    make("h2", { id: "held-title", text: `Waits for you (${held.length})` }),
    make("ul", {}, lines),
  );
}

function paymentsSection(page, isSearch) {
  const list = make("ul", { class: "payments" }, page.payments.map(paymentItem));
  const more = make("button", { type: "button", class: "more", text: "Older payments", hidden: page.before === null });
  let before = page.before;
  more.addEventListener("click", async () => {
    more.disabled = true;
    try {
      const next = await call(`payments?${new URLSearchParams({ ...sought, before })}`);
      list.append(...next.payments.map(paymentItem));
      before = next.before;
      more.hidden = before === null;
      say(`${next.payments.length} more.`);
    } catch (fault) {
      say(fault.message);
    }
    more.disabled = false;
  });
  const none = isSearch
    ? "Nothing fits."
    : "No link was made yet. Payments appear here as soon as a flow asks for one.";
  return make(
    "section",
    { "aria-labelledby": "payments-title" },
    make(
      "div",
      { class: "title" },
      make("h2", { id: "payments-title", text: isSearch ? "Found" : "Recent payments" }),
      isSearch && make("button", { type: "button", class: "small", text: "Show all", onclick: clearSearch }),
    ),
    page.payments.length === 0 && page.before === null ? make("p", { class: "none", text: none }) : list,
    more,
  );
}

function paymentItem(payment) {
  return make(
    "li",
    {},
    make(
      "a",
      { href: `#/payment/${encodeURIComponent(payment.id)}` },
      make("span", { class: "amount", text: `₹${payment.amount}` }),
      make("span", { class: "purpose", text: payment.purpose }),
      badge(payment.status, payment.stage),
      make(
        "span",
        { class: "soft" },
        [payment.reference, payment.account].filter(Boolean).join(" · "),
        " ",
        world(payment.environment),
      ),
      make("span", { class: "soft when" }, time(payment.createdAt, shortTime(payment.createdAt))),
    ),
  );
}

function accountsSection() {
  return make(
    "section",
    { "aria-labelledby": "accounts-title" },
    make("h2", { id: "accounts-title", text: "Accounts" }),
    accounts.length === 0
      ? make("p", { class: "none", text: "No account is deployed yet." })
      : accounts.map(accountCard),
  );
}

function accountCard(account) {
  const facts = [
    ["Instamojo last answered", account.lastReplyAt ? time(account.lastReplyAt) : "not asked since the start"],
    ["Last webhook", account.lastMessageAt ? time(account.lastMessageAt) : "none yet"],
    account.waitingMessages > 0 && ["Waiting for confirmation", String(account.waitingMessages)],
  ].filter(Boolean);
  return make(
    "article",
    { class: "account" },
    make(
      "h3",
      {},
      make("span", { text: account.name }),
      make("span", { class: "world", text: { live: "Live", test: "Test", local: "Local" }[account.environment] ?? "" }),
      !account.isActive && make("span", { class: "badge bad", text: "Inactive" }),
      make("span", {
        class: `badge ${account.problems.length > 0 ? "bad" : "completed"}`,
        text: account.problems.length > 0 ? "Look here" : "Healthy",
      }),
    ),
    account.problems.map(({ message, remedy }) => make("p", { class: "problem", text: `${message} ${remedy}`.trim() })),
    make(
      "dl",
      {},
      facts.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", {}, value))),
    ),
    callbackRow(account),
  );
}

/** Copies; false where the browser does not let this page. What is to be copied is selected then. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

function callbackRow({ name, callbackUrl }) {
  const id = `callback-${name}`;
  if (callbackUrl === null) {
    return make("p", {
      class: "soft",
      text: "No public URL: payments are found by asking Instamojo, no webhook is needed.",
    });
  }
  const field = make("input", { id, readonly: true, value: callbackUrl, spellcheck: "false" });
  const copy = make("button", {
    type: "button",
    text: "Copy",
    "aria-label": `Copy the callback URL of ${name}`,
    disabled: !rights.mayWrite,
    title: rights.mayWrite ? null : "Only for who may operate: it holds a secret.",
    async onclick() {
      try {
        const whole = await call("callback-url", { account: name });
        field.value = whole.callbackUrl;
        field.select();
        if (!(await copyText(whole.callbackUrl))) return say("The URL is selected: copy it with Ctrl+C.");
        say("Callback URL copied.");
        copy.textContent = "Copied";
        setTimeout(() => {
          copy.textContent = "Copy";
        }, 2000);
      } catch (fault) {
        say(fault.message);
      }
    },
  });
  return make(
    "div",
    { class: "callback" },
    make("label", { for: id, text: "Callback URL" }),
    make("div", { class: "line" }, field, copy),
  );
}

/* ---- one payment ---- */

async function showPayment(id, isUnmasked = false) {
  const mine = ++view;
  try {
    if (accounts.length === 0) {
      const { accounts: lines, ...mayDo } = await call("accounts");
      accounts = lines;
      rights = mayDo;
      fillAccounts();
    }
    const payment = await call(`${isUnmasked ? "unmasked" : "payments"}/${encodeURIComponent(id)}`);
    if (mine !== view) return;
    document.title = `₹${payment.amount} ${payment.purpose} · Payments`;
    say("");
    show(paymentView(payment));
    main.querySelector("h1").focus();
  } catch (fault) {
    if (mine === view) showFault(fault);
  }
}

function paymentView(payment) {
  const { customer } = payment;
  const people = [customer.name, customer.email, customer.mobileNumber].filter(Boolean).join(", ");
  const facts = [
    ["Account", [payment.account, " ", world(payment.environment)]],
    payment.reference && ["Reference", payment.reference],
    payment.paymentRequestId && ["Payment request", code(payment.paymentRequestId)],
    ...payment.payments.map(({ paymentId, state, amount }) => [
      "Payment",
      [code(paymentId), ` ₹${amount}, ${state === "open" ? "not finished" : state}`],
    ]),
    people && [
      "Customer",
      [
        people,
        " ",
        payment.isMasked && rights.mayUnmask
          ? make("button", {
              type: "button",
              class: "small",
              text: "Show",
              "aria-label": "Show the customer unmasked",
              onclick: () => showPayment(payment.id, true),
            })
          : null,
      ],
    ],
    payment.link && [
      "Link",
      make("a", { href: safeLink(payment.link), target: "_blank", rel: "noopener noreferrer", text: payment.link }),
    ],
  ].filter(Boolean);
  return make(
    "article",
    { class: "payment" },
    make("a", { class: "back", href: "#/", text: "All payments" }),
    make(
      "h1",
      { tabindex: "-1" },
      make("span", { class: "amount", text: `₹${payment.amount}` }),
      " ",
      make("span", { text: payment.purpose }),
      " ",
      badge(payment.status, payment.stage),
    ),
    make("p", { class: `verdict ${payment.verdict.tone}`, text: payment.verdict.text }),
    make(
      "dl",
      {},
      facts.map(([name, value]) =>
        make("div", {}, make("dt", { text: name }), make("dd", {}, ...[value].flat().filter(Boolean))),
      ),
    ),
    make("h2", { text: "What happened" }),
    make("ol", { class: "timeline" }, payment.timeline.map(timelineItem)),
    payment.nextReadAt &&
      make("p", { class: "soft next" }, "Instamojo is asked about it again ", time(payment.nextReadAt), "."),
    people && rights.mayWrite && forgetButton(payment.id),
  );
}

function forgetButton(id) {
  return make("button", {
    type: "button",
    class: "small next",
    text: "Erase personal data",
    onclick: () =>
      decide({
        title: "Erase the personal data of this payment?",
        text: "Name, mail, phone and conversation are gone for good; ids, amounts and states stay. Flows still hear of it, without the conversation.",
        go: "Erase",
        command: "forget",
        fixed: { id },
        fields: [why],
      }),
  });
}

function timelineItem(entry) {
  return make(
    "li",
    { class: entry.tone },
    time(entry.at),
    make(
      "div",
      { class: "what" },
      make("strong", { text: inLocalTime(entry.title) }),
      entry.detail ? make("p", { text: inLocalTime(entry.detail) }) : null,
      entry.offer ? offerButtons(entry.offer, entry.tone === "good") : null,
    ),
  );
}

function code(text) {
  return make("code", { text });
}

function safeLink(link) {
  return /^https?:\/\//.test(link) ? link : null;
}

/* ---- decisions ---- */

const why = { name: "reason", label: "Why", kind: "textarea" };

function offerButtons(offer, isQuiet = false) {
  if (!rights.mayWrite) return null;
  const button = (text, decision) => make("button", { type: "button", text, onclick: () => decide(decision) });
  const buttons = {
    redeliver: () => [
      button("Deliver again", {
        title: "Deliver this event again?",
        text: "Every flow it was for receives it once more, with all that still waits behind it. Flows see the same event id.",
        go: "Deliver again",
        command: "redeliver",
        fixed: { eventId: offer.eventId },
        fields: [],
      }),
    ],
    judge: () => [
      button("Accept", {
        title: "Accept this payment?",
        text: "Instamojo is asked once more. If it says paid, flows are told Completed with the reason accepted.",
        go: "Accept as paid",
        command: "accept",
        fixed: { messageId: offer.messageId },
        fields: [why],
      }),
      button("Dismiss", {
        title: "Dismiss this message?",
        text: "It starts nothing, and the same contradiction is not shown again.",
        go: "Dismiss",
        command: "dismiss",
        fixed: { messageId: offer.messageId },
        fields: [why],
      }),
      make("button", { type: "button", text: "Check again", onclick: () => recheck(offer.messageId) }),
    ],
    resolve: () => [
      button("Resolve", {
        title: `Resolve refund ${offer.transactionId}`,
        text: "Look into the Instamojo dashboard first. The refund is never sent again, whatever you choose.",
        go: "Resolve",
        command: "resolve",
        fixed: { account: offer.account, environment: offer.environment, transactionId: offer.transactionId },
        fields: [
          {
            name: "outcome",
            label: "What Instamojo shows",
            kind: "select",
            options: [
              ["booked", "A case: the refund was booked"],
              ["not-booked", "No case, and none will come"],
            ],
          },
          {
            name: "caseId",
            label: "Case id",
            kind: "input",
            hint: "for example C5c0751269; only for a booked one",
            isOptional: true,
          },
          why,
        ],
      }),
    ],
  };
  return make("div", { class: isQuiet ? "offers quiet" : "offers" }, buttons[offer.command]());
}

/** Decides nothing, so that nobody is asked who and why. */
async function recheck(messageId) {
  try {
    await call("commands/recheck", { messageId });
    await route();
    say("Instamojo is asked now. Look again in a moment.");
  } catch (fault) {
    say(fault.message);
  }
}

function decide({ title, text, go, command, fixed, fields }) {
  ask.querySelector("#ask-title").textContent = title;
  ask.querySelector("#ask-text").textContent = text;
  ask.querySelector("#ask-go").textContent = go;
  const fault = ask.querySelector("#ask-fault");
  fault.textContent = "";
  const who = rights.user
    ? []
    : [{ name: "by", label: "Your name", kind: "input", value: sessionStorage.getItem("operator") ?? "" }];
  ask.querySelector("#ask-fields").replaceChildren(...[...fields, ...who].map(formField));
  const form = ask.querySelector("form");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const typed = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
    if (typed.by) sessionStorage.setItem("operator", typed.by);
    const button = ask.querySelector("#ask-go");
    button.disabled = true;
    try {
      await call(`commands/${command}`, { ...typed, ...fixed });
      ask.close();
      await route();
      say("Done. It is in the timeline.");
    } catch (thrown) {
      fault.textContent = thrown.message;
    }
    button.disabled = false;
  };
  ask.showModal();
}

function formField({ name, label, kind, options = [], hint, value, isOptional }) {
  const field = make(kind, {
    id: `ask-${name}`,
    name,
    maxlength: kind === "select" ? null : "500",
    required: !isOptional,
    "aria-describedby": hint ? `ask-${name}-hint` : null,
  });
  field.append(...options.map(([choice, text]) => make("option", { value: choice, text })));
  if (value !== undefined) field.value = value;
  return make(
    "p",
    { class: "field" },
    make("label", { for: `ask-${name}`, text: label }),
    field,
    hint ? make("span", { id: `ask-${name}-hint`, class: "soft", text: hint }) : null,
  );
}

/* ---- signing in, where the host asks for it ---- */

function showSignIn() {
  const mine = ++view;
  document.title = "Sign in · Payments";
  search.hidden = true;
  const problem = make("p", { id: "sign-in-fault", class: "problem", role: "alert", hidden: true });
  const key = make("input", {
    id: "key",
    type: "password",
    autocomplete: "current-password",
    required: true,
    maxlength: "512",
    "aria-describedby": "key-hint sign-in-fault",
  });
  const go = make("button", { type: "submit", class: "main", text: "Sign in" });
  const form = make(
    "form",
    { class: "sign-in" },
    make("h1", { text: "Payments" }),
    make("p", { class: "field" }, make("label", { for: "key", text: "API key" }), key),
    make("p", {
      id: "key-hint",
      class: "soft",
      text: "A key with the scope read or operate. No refund can be made here.",
    }),
    problem,
    go,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    const answer = await fetch("api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: key.value }),
    }).catch(() => null);
    go.disabled = false;
    if (mine !== view) return;
    if (answer?.ok) return afterSignIn();
    const reply = await answer?.json().catch(() => null);
    const { message = "This did not work.", remedy = "" } = reply?.error ?? {};
    problem.textContent = `${message} ${remedy}`.trim();
    problem.hidden = false;
    key.select();
    key.focus();
  });
  show(form);
  key.focus();
}

function afterSignIn() {
  search.hidden = false;
  accounts = [];
  route();
  main.focus();
}

function signOutButton() {
  if (!rights.canSignOut) return null;
  return make("button", {
    type: "button",
    class: "small next",
    text: `Sign out ${rights.user}`,
    async onclick() {
      await fetch("api/session", { method: "DELETE" }).catch(() => null);
      accounts = [];
      showSignIn();
    },
  });
}

/* ---- moving about ---- */

function showFault(fault) {
  if (fault instanceof SignedOut) return showSignIn();
  show(
    make("p", { class: "problem", role: "alert", text: fault.message }),
    make("button", { type: "button", text: "Try again", onclick: route }),
  );
}

function clearSearch() {
  search.reset();
  sought = {};
  showFront();
}

function route() {
  const [, id] = /^#\/payment\/(.+)$/.exec(location.hash) ?? [];
  return id ? showPayment(decodeURIComponent(id)) : showFront();
}

search.addEventListener("submit", (event) => {
  event.preventDefault();
  sought = Object.fromEntries([...new FormData(search)].filter(([, value]) => value !== ""));
  if (location.hash.startsWith("#/payment")) location.hash = "#/";
  else showFront();
});
for (const select of search.querySelectorAll("select")) select.addEventListener("change", () => search.requestSubmit());
ask.querySelector("#ask-cancel").addEventListener("click", () => ask.close());
window.addEventListener("hashchange", route);
// What happens meanwhile shows by itself, unless somebody is about to decide or reads one payment.
setInterval(() => {
  const { activeElement } = document;
  const isReading = location.hash.startsWith("#/payment") || (activeElement !== main && main.contains(activeElement));
  if (!document.hidden && !ask.open && !isReading && !search.hidden && window.scrollY === 0) route();
}, 10_000);
route();
