import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import type { Manifest } from "../../schemas/manifest.ts";
import { launchBrowser, screenshot } from "../helpers/browser.ts";
import { type FormsPage, serveFormsPage } from "./forms-page/serve-forms-page.ts";

const manifest = JSON.parse(readFileSync(new URL("../../manifest.json", import.meta.url), "utf8")) as Manifest;

interface Property {
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly enum?: readonly string[];
  readonly items?: { readonly enum?: readonly string[] };
}
type Values = Readonly<Record<string, unknown>>;
interface Outcome {
  readonly submitted?: Values;
  readonly refused?: readonly { property: string; name: string; message: string }[];
}

const formOf = (id: string) => `/nodes/${manifest.nodes.findIndex((node) => node.id === id)}/input`;
const link = formOf("generate-payment-link");
const refund = formOf("create-refund");
const status = formOf("get-payment-status");
const account = "/account";
const filter = "/events/0/filter";

let browser: Browser;
let page: Page;
let forms: FormsPage;

beforeAll(async () => {
  [browser, forms] = await Promise.all([launchBrowser(), serveFormsPage()]);
  page = await browser.newPage({ viewport: { width: 720, height: 1400 } });
  page.setDefaultTimeout(5_000);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await forms?.close();
});

function formAt(pointer: string): { schema: { properties: Record<string, Property> }; uiSchema: Values } {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>((value, key) => (value as Values)[key], manifest) as ReturnType<typeof formAt>;
}

let opened = 0;

async function open(pointer: string, values?: Values): Promise<void> {
  opened += 1;
  const query = new URLSearchParams({ form: pointer, values: JSON.stringify(values ?? null), opened: String(opened) });
  await page.goto(`${forms.origin}/#${query}`);
  await page.waitForFunction("window.shown === location.hash");
}

/** What a person reads there. */
async function shownText(selector: string): Promise<string> {
  return page.locator(selector).innerText();
}

/** Does what a person does in one field, going by what is shown; `undefined` empties it. */
async function fill(pointer: string, field: string, value: unknown): Promise<void> {
  const { schema, uiSchema } = formAt(pointer);
  const property = schema.properties[field] as Property;
  const control = page.locator(`#root_${field}`);
  if (property.type === "boolean") await control.setChecked(value as boolean);
  else if (property.enum) {
    const names = (uiSchema[field] as { "ui:enumNames"?: string[] } | undefined)?.["ui:enumNames"] ?? property.enum;
    await control.selectOption({ label: names[property.enum.indexOf(value as string)] as string });
  } else if (property.items?.enum) {
    for (const choice of property.items.enum) {
      await page.getByLabel(choice, { exact: true }).setChecked((value as string[]).includes(choice));
    }
  } else if (property.type === "array") {
    for (const [index, item] of (value as string[]).entries()) {
      await page
        .locator(`#root_${field}__add, .rjsf-field-array:has(#root_${field}__title) .rjsf-array-item-add button`)
        .first()
        .click();
      await page.locator(`#root_${field}_${index}`).fill(item);
    }
  } else await control.fill(value === undefined ? "" : String(value));
}

async function submit(): Promise<Outcome> {
  await page.evaluate("window.outcome = undefined");
  await page.locator("button[type=submit]").click();
  const outcome = (await page.waitForFunction("window.outcome").then((handle) => handle.jsonValue())) as Outcome;
  // A validator repeats the refusal of a `then` at the `if`, without a field.
  return outcome.refused ? { refused: outcome.refused.filter((error) => error.name !== "if") } : outcome;
}

async function fillAndSubmit(pointer: string, values: Values): Promise<Outcome> {
  await open(pointer);
  for (const [field, value] of Object.entries(values)) await fill(pointer, field, value);
  return submit();
}

const goodLink = { amount: "200", purpose: "Iphone" };
const offers = { sendEmail: false, sendSms: false, allowRepeatedPayments: false };
const goodRefund = { issueType: "QFL", description: "Product is not good", paymentId: "MOJO5c04000J30502939" };
const goodAccount = {
  name: "shop",
  baseUrl: "https://test.instamojo.com",
  clientId: "test_client_id",
  clientSecret: "test_client_secret",
};
const goodStatuses = { statuses: ["Completed", "Failed"] };

const placeholderOf = (field: string) => page.locator(`#root_${field}`).getAttribute("placeholder");

describe.each([
  ["Generate payment link", link],
  ["Create refund", refund],
  ["Get payment status", status],
  ["Instamojo account", account],
  ["Payment status", filter],
])("the form %s, drawn by a stock renderer from manifest.json alone", (title, pointer) => {
  it("shows title, label and help of every field", async () => {
    await open(pointer);
    expect(await page.title()).toBe(title);
    const text = await shownText("form");
    expect(text).toContain(title);
    for (const property of Object.values(formAt(pointer).schema.properties)) {
      expect(text).toContain(property.title);
      expect(text).toContain(property.description.trim());
    }
    await screenshot(page, `form-${pointer.slice(1).replaceAll("/", "-")}`);
  });

  it("shows every rule in words and every placeholder", async () => {
    await open(pointer);
    const text = await shownText("form");
    for (const [field, hints] of Object.entries(formAt(pointer).uiSchema as Record<string, Record<string, string>>)) {
      if (hints["ui:help"]) expect(text).toContain(hints["ui:help"]);
      if (hints["ui:placeholder"]) {
        const empty = page.locator(`#root_${field} option[value=""]`);
        const shown = (await empty.count()) > 0 ? empty.textContent() : placeholderOf(field);
        expect(await shown).toBe(hints["ui:placeholder"]);
      }
    }
  });
});

describe("a filled form is accepted", () => {
  it.each<[string, string, Values, Values]>([
    ["a link with the least", link, goodLink, { ...goodLink, ...offers }],
    [
      "a link with everything",
      link,
      {
        amount: "199.50",
        customerName: "John",
        customerEmail: "John@test.com",
        customerMobileNumber: "9999999999",
        purpose: "Iphone",
        sendEmail: true,
        sendSms: true,
        statusCallbackUrl: "https://bot.example.com/integrations/instamojo/shop",
        reference: "order-1042",
        redirectUrl: "https://shop.example.com/thanks",
        expiresAfter: 30,
        allowRepeatedPayments: true,
      },
      {
        amount: "199.50",
        customerName: "John",
        customerEmail: "John@test.com",
        customerMobileNumber: "9999999999",
        purpose: "Iphone",
        sendEmail: true,
        sendSms: true,
        statusCallbackUrl: "https://bot.example.com/integrations/instamojo/shop",
        reference: "order-1042",
        redirectUrl: "https://shop.example.com/thanks",
        expiresAfter: 30,
        allowRepeatedPayments: true,
      },
    ],
    ["the smallest amount", link, { ...goodLink, amount: "9" }, { ...goodLink, amount: "9", ...offers }],
    ["the largest amount", link, { ...goodLink, amount: "200000.00" }, { ...goodLink, amount: "200000.00", ...offers }],
    ["a refund of all that is left", refund, goodRefund, goodRefund],
    [
      "a refund with everything",
      refund,
      { ...goodRefund, refundAmount: "100", uniqueTransactionId: "C5c0751269" },
      { ...goodRefund, refundAmount: "100", uniqueTransactionId: "C5c0751269" },
    ],
    ["a status by payment id", status, { paymentId: "MOJO5c04000J30502939" }, { paymentId: "MOJO5c04000J30502939" }],
    ["an account", account, goodAccount, goodAccount],
    [
      "an account with two salts",
      account,
      { ...goodAccount, privateSalts: ["first-salt", "second-salt"] },
      { ...goodAccount, privateSalts: ["first-salt", "second-salt"] },
    ],
    ["two statuses of all accounts", filter, goodStatuses, { accounts: [], ...goodStatuses, refundUpdates: false }],
    [
      "every status of one account",
      filter,
      {
        accounts: ["shop"],
        statuses: ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"],
        refundUpdates: true,
      },
      {
        accounts: ["shop"],
        statuses: ["Pending", "Processing", "Completed", "Failed", "Refunded", "Cancelled"],
        refundUpdates: true,
      },
    ],
  ])("%s", async (_, pointer, values, submitted) => {
    expect(await fillAndSubmit(pointer, values)).toEqual({ submitted });
  });

  it("each of the seven refund reasons, chosen by its meaning", async () => {
    await open(refund);
    const shown = await page.locator("#root_issueType option").allInnerTexts();
    expect(shown.filter(Boolean)).toEqual([
      "RFD: Duplicate/delayed payment.",
      "TNR: Product/service no longer available.",
      "QFL: Customer not satisfied.",
      "QNR: Product lost/damaged.",
      "EWN: Digital download issue.",
      "TAN: Event was canceled/changed.",
      "PTH: Problem not described above.",
    ]);
    for (const issueType of ["RFD", "TNR", "QFL", "QNR", "EWN", "TAN", "PTH"]) {
      for (const [field, value] of Object.entries({ ...goodRefund, issueType })) await fill(refund, field, value);
      expect(await submit()).toEqual({ submitted: { ...goodRefund, issueType } });
    }
  });

  it("a field that was filled by mistake and emptied again does not count", async () => {
    await open(status);
    await fill(status, "link", "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015");
    await fill(status, "link", undefined);
    await fill(status, "paymentRequestId", "05f317448ad84649aa1a9c7328edb015");
    expect((await submit()).submitted).toEqual({ paymentRequestId: "05f317448ad84649aa1a9c7328edb015" });
  });

  it("secrets are not shown while they are typed", async () => {
    await open(account);
    await fill(account, "privateSalts", ["first-salt"]);
    for (const id of ["root_clientSecret", "root_privateSalts_0"]) {
      expect(await page.locator(`#${id}`).getAttribute("type")).toBe("password");
    }
  });
});

describe("a form is refused at the field that breaks a rule", () => {
  it.each<[string, string, Values, string, string]>([
    ["an amount of 5", link, { ...goodLink, amount: "5" }, "amount", "pattern"],
    ["an amount of 8.99", link, { ...goodLink, amount: "8.99" }, "amount", "pattern"],
    ["an amount of 200000.01", link, { ...goodLink, amount: "200000.01" }, "amount", "pattern"],
    ["three decimals", link, { ...goodLink, amount: "19.999" }, "amount", "pattern"],
    ["a grouped amount", link, { ...goodLink, amount: "2,500" }, "amount", "pattern"],
    ["an exponent", link, { ...goodLink, amount: "1e3" }, "amount", "pattern"],
    ["no amount", link, { purpose: "Iphone" }, "amount", "required"],
    ["no purpose", link, { amount: "200" }, "purpose", "required"],
    ["a purpose with a pipe", link, { ...goodLink, purpose: "a|b" }, "purpose", "pattern"],
    ["a purpose of 256 characters", link, { ...goodLink, purpose: "x".repeat(256) }, "purpose", "maxLength"],
    ["a mail without @", link, { ...goodLink, customerEmail: "John" }, "customerEmail", "pattern"],
    [
      "a mobile number of nine digits",
      link,
      { ...goodLink, customerMobileNumber: "999999999" },
      "customerMobileNumber",
      "pattern",
    ],
    ["Send Email without a mail", link, { ...goodLink, sendEmail: true }, "customerEmail", "required"],
    ["Send SMS without a number", link, { ...goodLink, sendSms: true }, "customerMobileNumber", "required"],
    ["a reference of 65 characters", link, { ...goodLink, reference: "x".repeat(65) }, "reference", "maxLength"],
    ["an expiry of no minutes", link, { ...goodLink, expiresAfter: 0 }, "expiresAfter", "minimum"],
    ["a refund of nothing", refund, { ...goodRefund, refundAmount: "0" }, "refundAmount", "pattern"],
    [
      "a transaction id with a blank",
      refund,
      { ...goodRefund, uniqueTransactionId: "a b" },
      "uniqueTransactionId",
      "pattern",
    ],
    ["no reason", refund, { description: "x", paymentId: "MOJO5c04000J30502939" }, "issueType", "required"],
    ["no explanation", refund, { issueType: "QFL", paymentId: "MOJO5c04000J30502939" }, "description", "required"],
    ["an id that is none", refund, { ...goodRefund, paymentId: "5c04" }, "paymentId", "pattern"],
    ["an account name with a capital", account, { ...goodAccount, name: "Shop" }, "name", "pattern"],
    ["an account name with a blank", account, { ...goodAccount, name: "my shop" }, "name", "pattern"],
    ["another base URL", account, { ...goodAccount, baseUrl: "https://example.com" }, "baseUrl", "pattern"],
    ["a client id with a blank", account, { ...goodAccount, clientId: "a b" }, "clientId", "pattern"],
    ["no client secret", account, { ...goodAccount, clientSecret: undefined }, "clientSecret", "required"],
    ["a salt of three characters", account, { ...goodAccount, privateSalts: ["abc"] }, "privateSalts.0", "minLength"],
    ["no status at all", filter, { statuses: [] }, "statuses", "minItems"],
    [
      "an account to listen to that cannot be",
      filter,
      { ...goodStatuses, accounts: ["My Shop"] },
      "accounts.0",
      "pattern",
    ],
  ])("%s", async (_, pointer, values, property, rule) => {
    const { refused, submitted } = await fillAndSubmit(pointer, values);
    expect(submitted).toBeUndefined();
    expect(refused?.map((error) => [error.property.replace(/^\./, ""), error.name])).toContainEqual([property, rule]);
    expect(new Set(refused?.map((error) => error.property.replace(/^\./, "")))).toEqual(new Set([property]));
    expect(await shownText(`#root_${property.replace(".", "_")}__error`)).toMatch(/\S/);
  });

  it.each<[string, Values, string]>([
    ["none of the three fields", {}, "minProperties"],
    [
      "two of the three fields",
      { paymentId: "MOJO5c04000J30502939", paymentRequestId: "05f317448ad84649aa1a9c7328edb015" },
      "maxProperties",
    ],
  ])("the status form with %s", async (_, values, rule) => {
    const { refused, submitted } = await fillAndSubmit(status, values);
    expect(submitted).toBeUndefined();
    expect(refused?.map((error) => error.name)).toEqual([rule]);
  });

  it("a stored refund reason that is none of the seven codes", async () => {
    await open(refund, { ...goodRefund, issueType: "XYZ" });
    const { refused } = await submit();
    expect(refused?.map((error) => error.name)).toContain("enum");
  });

  it("and says it there, beside the rule in words; once corrected it goes through", async () => {
    const { refused } = await fillAndSubmit(link, { ...goodLink, amount: "5", sendEmail: true });
    expect(refused?.map((error) => error.property.replace(/^\./, "")).sort()).toEqual(["amount", "customerEmail"]);
    expect(await shownText("#root_amount__error")).toMatch(/must match pattern/);
    expect(await shownText("#root_amount__help")).toContain("Must be an amount in rupees from 9.00 to 200000.00");
    await screenshot(page, "form-refused");
    await fill(link, "amount", "9");
    await fill(link, "customerEmail", "John@test.com");
    expect((await submit()).submitted).toMatchObject({ amount: "9", customerEmail: "John@test.com", sendEmail: true });
  });
});
