import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import { generatePaymentLink } from "../nodes/generate-payment-link.ts";
import type { Account } from "../schemas/account.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { assertAccountsEditable, checkAccounts, environmentOf } from "../src/accounts.ts";
import { createAjvValidator } from "../src/runtime/ajv-validator.ts";
import { checkInput } from "../src/runtime/validation.ts";
import { openSqliteStore } from "../src/store/sqlite-store.ts";
import { offsetClock } from "./helpers/offset-clock.ts";
import { type PluginHost, type PluginHostOptions, startPluginHost } from "./helpers/plugin-host.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("manifest.json")) as Manifest;
const guide = read(manifest.docs);
const validator = createAjvValidator();

let clock: ReturnType<typeof offsetClock>;
let host: PluginHost | undefined;
async function start(options: PluginHostOptions = {}): Promise<PluginHost> {
  clock = offsetClock();
  host = await startPluginHost({ ...options, host: { clock, ...options.host } });
  return host;
}
afterEach(async () => {
  await host?.close();
  host = undefined;
});

interface Field {
  readonly title: string;
  readonly description: string;
  readonly enum?: readonly string[];
}

function form(id: string): { fields: Record<string, Field>; required: string[]; uiSchema: Record<string, unknown> } {
  const node = manifest.nodes.find((candidate) => candidate.id === id)!;
  const { schema, uiSchema } = node.input;
  return { fields: schema.properties as Record<string, Field>, required: schema.required as string[], uiSchema };
}

/** What the node said, where it must have succeeded. */
async function succeed(node: string, input: Record<string, unknown>, extra = {}): Promise<Record<string, unknown>> {
  const result = await host!.run(node, input, extra);
  if (result.port !== "success") throw new Error(JSON.stringify(result));
  return result.output;
}

async function refusal(node: string, input: Record<string, unknown>): Promise<[string, string]> {
  const result = await host!.run(node, input);
  if ("output" in result) throw new Error("The node accepted the input.");
  const { code, fieldErrors = [], message } = result.error;
  return [fieldErrors[0]?.field ?? code, fieldErrors[0]?.message ?? message];
}

/** JSON types of all keys, nested ones too: what "the same response" means where ids and times differ. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return "list";
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]));
}

const sampleLinkInput = {
  amount: "200",
  customerName: "John",
  customerEmail: "John@test.com",
  customerMobileNumber: "9999999999",
  purpose: "Iphone",
  sendEmail: "False",
  sendSms: "False",
};

const sampleLinkResponse = {
  id: "05f317448ad84649aa1a9c7328edb015",
  user: "https://api.instamojo.com/v2/users/90f01dfdacbe4fe7892fc27dbdc30906/",
  phone: "+919999999999",
  email: "foo@example.com",
  buyer_name: "John Doe",
  amount: "2500",
  purpose: "FIFA 16",
  status: "Pending",
  payments: [],
  send_sms: true,
  send_email: true,
  sms_status: "Pending",
  email_status: "Pending",
  shorturl: null,
  longurl: "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
  redirect_url: "http://www.example.com/redirect/",
  webhook: "http://www.example.com/webhook/",
  created_at: "2016-05-09T16:10:13.786Z",
  modified_at: "2016-05-09T16:10:13.786Z",
  resource_uri: "https://api.instamojo.com/v2/payment_requests/05f317448ad84649aa1a9c7328edb015/",
  allow_repeated_payments: false,
  mark_fulfilled: true,
};

const sampleRefundInput = {
  refundAmount: "200",
  uniqueTransactionId: "C5c0751269",
  issueType: "QFL",
  description: "Product is not good",
};

const sampleRefundResponse = {
  refund: {
    id: "C5c0751269",
    payment_id: "MOJO5c04000J30502939",
    status: "Refunded",
    type: "QFL",
    body: "Customer isn't satisfied with the quality",
    refund_amount: "100",
    total_amount: "100.00",
    created_at: "2015-12-07T11:01:37.640Z",
  },
  success: true,
};

/** Sells for 200 and has it paid; the ids of request and payment. */
async function sellAndPay(amount = "200"): Promise<{ paymentRequestId: string; paymentId: string }> {
  const { paymentRequestId } = await succeed("generate-payment-link", { amount, purpose: "Iphone" });
  const payment = host!.simulator.control.pay({ paymentRequestId: String(paymentRequestId), outcome: "success" });
  return { paymentRequestId: String(paymentRequestId), paymentId: payment.id };
}

describe("Integration with Instamojo allows your bot to", () => {
  it("generate payment links, monitor payment statuses, and facilitate refunds", () => {
    expect(manifest.nodes.map((node) => node.id)).toEqual(
      expect.arrayContaining(["generate-payment-link", "get-payment-status", "create-refund"]),
    );
    expect(manifest.events.map((event) => event.id)).toEqual(["payment-status"]);
  });
});

describe("1. Get required details from your Instamojo account", () => {
  it("Test Mode and Live Mode: where to sign up, what each costs and which KYC each needs", () => {
    expect(guide).toContain("https://test.instamojo.com");
    expect(guide).toContain("https://www.instamojo.com");
    expect(guide).toMatch(/KYC/);
    expect(guide).toMatch(/bank account/i);
  });

  it("Dashboard > API & Plugins > Generate Credentials > Direct Rest API Integration", () => {
    const path = "Dashboard > API & Plugins > Generate Credentials > Direct REST API Integration";
    expect(guide).toContain(path);
    const fields = manifest.account.schema.properties as Record<string, Field>;
    expect(fields.clientId?.description).toContain(path);
  });

  it("Copy the Client ID and Client Secret", () => {
    const fields = manifest.account.schema.properties as Record<string, Field>;
    expect(fields.clientId?.title).toBe("Client ID");
    expect(fields.clientSecret?.title).toBe("Client Secret");
    expect(manifest.account.schema.required).toEqual(["name", "baseUrl", "clientId", "clientSecret"]);
    expect(manifest.account.uiSchema.clientSecret).toMatchObject({ "ui:widget": "password" });
  });
});

describe("2. Use Instamojo details to integrate with your bot", () => {
  const account: Account = {
    name: "shop",
    baseUrl: "https://test.instamojo.com",
    clientId: "test_id",
    clientSecret: "test_secret",
  };
  const named = (...names: string[]) => names.map((name) => ({ ...account, name }));
  const refused = (accounts: Account[]) => checkAccounts(accounts, validator).map((error) => error.message);

  it("two-tier: connect in Development; three-tier: in Staging or Sandbox; available in live", () => {
    for (const tier of ["development", "sandbox", "staging"] as const) {
      expect(() => assertAccountsEditable(tier)).not.toThrow();
    }
    expect(() => assertAccountsEditable("live")).toThrow("Accounts cannot be added or changed in the live tier.");
    expect(manifest.account.rules.editableTiers).toEqual(["development", "sandbox", "staging"]);
  });

  it("all connected integrations are available in the live environment", async () => {
    const { run } = await start({ host: { tier: "live" } });
    expect(await run("generate-payment-link", sampleLinkInput)).toMatchObject({ port: "success" });
  });

  it("Integrations > Payment > Instamojo", () => {
    expect({ category: manifest.category, title: manifest.title }).toEqual({ category: "Payment", title: "Instamojo" });
  });

  it("enter a unique name for the integration", () => {
    expect(refused(named("shop", "shop_2"))).toEqual([]);
    expect(refused(named("shop", "shop"))).toEqual(["Account name must be unique; shop is there twice."]);
  });

  it("only lowercase alphanumeric characters and underscores (_)", () => {
    expect(refused(named("shop_2", "2", "_"))).toEqual([]);
    for (const name of ["Shop", "my shop", "my-shop", "दुकान", "shop.in"]) {
      expect(refused(named(name))).toEqual(["Account name must be lowercase letters, digits and underscores only."]);
    }
  });

  it("for sandbox https://test.instamojo.com, for production https://api.instamojo.com as baseUrl", () => {
    expect(environmentOf("https://test.instamojo.com")).toBe("test");
    expect(environmentOf("https://api.instamojo.com")).toBe("live");
    expect(manifest.account.rules.baseUrls).toEqual({
      "https://test.instamojo.com": "test",
      "https://api.instamojo.com": "live",
    });
    expect(refused([{ ...account, baseUrl: "https://www.instamojo.com" }])).toHaveLength(1);
  });

  it("add multiple accounts, a maximum of 5 merchant accounts", () => {
    const five = ["a", "b", "c", "d", "e"];
    expect(refused(named(...five))).toEqual([]);
    expect(refused(named(...five, "f"))).toEqual(["There must be at most 5 accounts."]);
    expect(manifest.account.rules.maxAccounts).toBe(5);
  });
});

describe("3. Enable Instamojo related events for the bot", () => {
  it("Instamojo payment status event: indicates an update in the payment status", () => {
    expect(manifest.events[0]).toMatchObject({ id: "payment-status", title: "Payment status" });
    expect(manifest.events[0]?.description).toMatch(/^Indicates an update in the payment status/);
  });

  it("each payment undergoes Pending, Processing, Completed, Failed, Refunded, or Cancelled", async () => {
    expect(Object.keys(manifest.events[0]?.samples ?? {})).toEqual([
      "Pending",
      "Processing",
      "Completed",
      "Failed",
      "Refunded",
      "Cancelled",
    ]);
    const { simulator, event, events } = await start({ simulator: { switches: { webhookOnFailure: true } } });
    const paid = await succeed("generate-payment-link", { amount: "200", purpose: "Iphone" });
    const left = await succeed("generate-payment-link", { amount: "200", purpose: "Iphone", expiresAfter: 1 });
    const paymentRequestId = String(paid.paymentRequestId);
    const next = (status: string) =>
      event((told) => told.paymentRequestId === paymentRequestId && told.status === status);
    await next("Pending");
    simulator.control.pay({ paymentRequestId, outcome: "failure" });
    await next("Failed");
    const { id: paymentId } = simulator.control.pay({ paymentRequestId, outcome: "pending" });
    clock.advance(61_000);
    await next("Processing");
    simulator.control.pay({ paymentId, outcome: "success" });
    await next("Completed");
    await succeed("create-refund", { ...sampleRefundInput, paymentId });
    await next("Refunded");
    clock.advance(120_000);
    await simulator.control.advanceClock(120);
    const cancelled = await event(({ status }) => status === "Cancelled");
    expect(cancelled).toMatchObject({ paymentRequestId: left.paymentRequestId, reason: "expired" });
    const statuses = events.filter(
      (told) => told.paymentRequestId === paymentRequestId && !told.reason?.startsWith("refund-"),
    );
    expect(statuses.map(({ status }) => status)).toEqual(["Pending", "Failed", "Processing", "Completed", "Refunded"]);
  }, 30_000);

  it("to activate an event: an account whose event is not activated starts no flow", async () => {
    const store = await openSqliteStore({ file: ":memory:" });
    const { plugin, event, events } = await start({ host: { store } });
    const paymentStatus = plugin.events.get("payment-status")!;
    await paymentStatus.deactivate("shop");
    const quiet = await sellAndPay();
    const row = () => store.requestById({ account: "shop", environment: "local" }, quiet.paymentRequestId);
    while ((await row())?.status !== "Completed") await new Promise((resolve) => setTimeout(resolve, 20));
    await paymentStatus.activate("shop");
    const heard = await sellAndPay();
    await event(({ paymentId }) => paymentId === heard.paymentId);
    expect(events.filter(({ paymentRequestId }) => paymentRequestId === quiet.paymentRequestId)).toEqual([]);
  });

  it("to trigger a bot flow using the activated event, in the conversation that asked", async () => {
    const { simulator, event } = await start();
    const correlation = { conversation: "c-1", sender: "919999999999", channel: "whatsapp" };
    const { paymentRequestId } = await succeed("generate-payment-link", sampleLinkInput, { correlation });
    simulator.control.pay({ paymentRequestId: String(paymentRequestId), outcome: "success" });
    expect(await event(({ status }) => status === "Completed")).toMatchObject({ correlation, account: "shop" });
  });
});

describe("4. Manage Instamojo actions through bot conversation", () => {
  it("Generate payment link, Create refund", () => {
    expect(manifest.nodes.slice(0, 2).map((node) => node.title)).toEqual(["Generate payment link", "Create refund"]);
  });
});

describe("Generate Payment Link", () => {
  it.each([
    ["amount", "Amount", "200"],
    ["customerName", "Customer Name", "John"],
    ["customerEmail", "Customer Email", "John@test.com"],
    ["customerMobileNumber", "Customer Mobile Number", "9999999999"],
    ["purpose", "Purpose", "Iphone"],
    ["sendEmail", "Send Email", "False"],
    ["sendSms", "Send SMS", "False"],
  ] as const)("node input %s: %s, sample input %s", (field, label, sample) => {
    const { fields } = form("generate-payment-link");
    expect(fields[field]?.title).toBe(label);
    expect(sampleLinkInput[field]).toBe(sample);
  });

  it("with the sample inputs, Instamojo is asked for exactly that", async () => {
    const { simulator } = await start();
    const output = await succeed("generate-payment-link", sampleLinkInput);
    const call = simulator
      .ledger()
      .calls.find(({ path, method }) => method === "POST" && path === "/v2/payment_requests/");
    expect(call?.body).toEqual({
      amount: "200.00",
      buyer_name: "John",
      email: "John@test.com",
      phone: "+919999999999",
      purpose: "Iphone",
      send_email: "false",
      send_sms: "false",
      allow_repeated_payments: "false",
      webhook: expect.any(String),
      redirect_url: expect.any(String),
    });
    expect(simulator.ledger().paymentRequests).toMatchObject([
      { id: output.paymentRequestId, amountPaise: 20_000, sendEmail: false, sendSms: false },
    ]);
  });

  it("Amount: the minimum amount is 9, the maximum is 200000", async () => {
    await start();
    for (const amount of ["9", 9, "200000", 200_000]) {
      await succeed("generate-payment-link", { ...sampleLinkInput, amount });
    }
    const ask = (amount: string) => refusal("generate-payment-link", { ...sampleLinkInput, amount });
    expect(await ask("8.99")).toEqual(["amount", "Amount must be at least 9.00."]);
    expect(await ask("200000.01")).toEqual(["amount", "Amount must be at most 200000.00."]);
    const { description } = form("generate-payment-link").fields.amount!;
    expect(description).toMatch(/minimum is 9.*maximum 200000/);
  });

  it("Send Email: true but no email is supplied, request creation will throw an error", async () => {
    const { simulator } = await start();
    const { customerEmail: _, ...without } = { ...sampleLinkInput, sendEmail: "True" };
    expect(await refusal("generate-payment-link", without)).toEqual([
      "customerEmail",
      "Customer Email must be filled in when Send Email is on.",
    ]);
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("Send Email: true, a request email will be sent to the email supplied", async () => {
    const { simulator } = await start();
    await succeed("generate-payment-link", { ...sampleLinkInput, sendEmail: "True" });
    expect(simulator.ledger().paymentRequests).toMatchObject([{ sendEmail: true, email: "John@test.com" }]);
  });

  it("Send SMS: true but no phone number is supplied, request creation will throw an error", async () => {
    const { simulator } = await start();
    const { customerMobileNumber: _, ...without } = { ...sampleLinkInput, sendSms: "True" };
    expect(await refusal("generate-payment-link", without)).toEqual([
      "customerMobileNumber",
      "Customer Mobile Number must be filled in when Send SMS is on.",
    ]);
    expect(simulator.ledger().calls).toEqual([]);
  });

  it("Send SMS: true, a request SMS will be sent to the phone number supplied", async () => {
    const { simulator } = await start();
    await succeed("generate-payment-link", { ...sampleLinkInput, sendSms: "True" });
    expect(simulator.ledger().paymentRequests).toMatchObject([{ sendSms: true, phone: "+919999999999" }]);
  });

  it("StatusCallbackUrl: the webhook URL of the account, without anybody copying it", async () => {
    const { simulator, origin } = await start();
    await succeed("generate-payment-link", sampleLinkInput);
    const [request] = simulator.ledger().paymentRequests;
    expect(request?.webhook).toMatch(new RegExp(`^${origin}/integrations/instamojo/shop\\?id=[^&]{40,}&op=[^&]+$`));
  });

  const sampleCallback =
    "https://dummyurl.yellowmessenger.com/integrations/genericIntegration/instamojo/x16450274?id=l%2B%2FD1yhpida7KtXeCEVUofPRsNBY%3D";

  it("StatusCallbackUrl: a copied one is sent as it is, where its origin is listed", async () => {
    const { simulator } = await start({ host: { callbackOrigins: ["https://dummyurl.yellowmessenger.com"] } });
    await succeed("generate-payment-link", { ...sampleLinkInput, statusCallbackUrl: sampleCallback });
    expect(simulator.ledger().paymentRequests[0]?.webhook).toBe(sampleCallback);
  });

  it("StatusCallbackUrl: a copied one of an origin that is not listed is refused, naming the setting", async () => {
    const { simulator } = await start();
    const [field, message] = await refusal("generate-payment-link", {
      ...sampleLinkInput,
      statusCallbackUrl: sampleCallback,
    });
    expect(field).toBe("statusCallbackUrl");
    expect(message).toContain("callbackOrigins");
    expect(simulator.ledger().paymentRequests).toEqual([]);
  });

  describe("Sample Success Response", () => {
    const sampleInput = {
      amount: "2500",
      customerName: "John Doe",
      customerEmail: "foo@example.com",
      customerMobileNumber: "9999999999",
      purpose: "FIFA 16",
      sendEmail: "True",
      sendSms: "True",
    };

    it("is the example of the node, key by key", () => {
      expect(generatePaymentLink.examples[0]?.output.response).toEqual(sampleLinkResponse);
    });

    it("is what a flow sees there, key by key and type by type", async () => {
      await start();
      const { response } = await succeed("generate-payment-link", sampleInput);
      expect(shape(response)).toMatchObject(shape(sampleLinkResponse) as object);
    });

    it("carries the sample's own values wherever they come from the form", async () => {
      await start();
      const { response } = await succeed("generate-payment-link", sampleInput);
      const { id, user, longurl, redirect_url, webhook, created_at, modified_at, resource_uri, amount, ...values } =
        sampleLinkResponse;
      expect(response).toMatchObject(values);
      expect(Number((response as typeof sampleLinkResponse).amount)).toBe(Number(amount));
      for (const pattern of Object.entries({
        id: /^[0-9a-f]{32}$/,
        user: /\/v2\/users\/[0-9a-f]{32}\/$/,
        longurl: /\/@[\w-]+\/[0-9a-f]{32}$/,
        redirect_url: /^https?:\/\//,
        webhook: /^https?:\/\//,
        created_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/,
        modified_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/,
        resource_uri: /\/v2\/payment_requests\/[0-9a-f]{32}\/$/,
      })) {
        const [key, form] = pattern;
        expect(sampleLinkResponse[key as keyof typeof sampleLinkResponse]).toMatch(form);
        expect((response as Record<string, unknown>)[key]).toMatch(form);
      }
      expect([id, user, longurl, redirect_url, webhook, created_at, modified_at, resource_uri]).toHaveLength(8);
    });
  });
});

describe("Create a Refund", () => {
  it.each([
    ["refundAmount", "Refund Amount"],
    ["uniqueTransactionId", "Unique Transaction ID"],
    ["issueType", "Issue Type"],
    ["description", "Description"],
    ["paymentId", "Payment Id"],
  ])("node input %s: %s", (field, label) => {
    expect(form("create-refund").fields[field]?.title).toBe(label);
  });

  it("with the sample inputs, this will refund a payment made on Instamojo", async () => {
    const { simulator, event } = await start();
    const { paymentId, paymentRequestId } = await sellAndPay();
    await event(({ status }) => status === "Completed");
    const output = await succeed("create-refund", { ...sampleRefundInput, paymentId });
    expect(output).toMatchObject({ amount: "200.00", paymentId, paymentRequestId, uniqueTransactionId: "C5c0751269" });
    const call = simulator.ledger().calls.find(({ path }) => path === `/v2/payments/${paymentId}/refund/`);
    expect(call?.body).toMatchObject({
      refund_amount: "200.00",
      transaction_id: "C5c0751269",
      type: "QFL",
      body: "Product is not good",
    });
    await event(({ status }) => status === "Refunded");
    expect(simulator.ledger().payments).toMatchObject([{ id: paymentId, refundedPaise: 20_000 }]);
  });

  it("the sample payment id has the form that the node takes", () => {
    const input = { ...sampleRefundInput, paymentId: "MOJO5c04000J30502939" };
    const node = manifest.nodes.find(({ id }) => id === "create-refund")!;
    expect(validator.issues(node.input.schema as never, { ...input, refundAmount: "200.00" })).toEqual([]);
  });

  it("Refund Amount: an amount lesser than what was paid", async () => {
    const { simulator } = await start();
    const { paymentId } = await sellAndPay();
    const output = await succeed("create-refund", { ...sampleRefundInput, paymentId, refundAmount: "50" });
    expect(output).toMatchObject({ amount: "50.00", paidAmount: "200.00" });
    expect(simulator.ledger().refunds).toMatchObject([{ paymentId, amountPaise: 5_000 }]);
  });

  it("Unique Transaction ID: mandatory from the second case creation onwards for the payment", async () => {
    await start();
    const { paymentId } = await sellAndPay();
    const first = { refundAmount: "50", issueType: "QFL", description: "Product is not good", paymentId };
    await succeed("create-refund", first);
    const second = { ...first, refundAmount: "60" };
    const result = await host!.run("create-refund", second);
    expect(result).toMatchObject({ port: "error", error: { outcome: "not-applied" } });
    expect(JSON.stringify(result)).toMatch(/unique ?transaction ?id/i);
    await succeed("create-refund", { ...second, uniqueTransactionId: "second" });
    expect(host!.simulator.ledger().refunds.map(({ amountPaise }) => amountPaise)).toEqual([5_000, 6_000]);
  });

  it("Unique Transaction ID: prevents duplicate case creations due to replay of APIs", async () => {
    const { simulator } = await start();
    const { paymentId } = await sellAndPay();
    const outputs = [];
    for (let turn = 0; turn < 3; turn += 1) {
      outputs.push(await succeed("create-refund", { ...sampleRefundInput, paymentId, refundAmount: "50" }));
    }
    expect(outputs.map(({ replayed }) => replayed)).toEqual([false, true, true]);
    expect(new Set(outputs.map(({ refundId }) => refundId)).size).toBe(1);
    expect(simulator.ledger().refunds).toHaveLength(1);
    expect(simulator.ledger().calls.filter(({ path }) => path.endsWith("/refund/"))).toHaveLength(1);
  });

  it("Payment Id: the id received in the create payment link node serves too", async () => {
    await start();
    const { paymentId, paymentRequestId } = await sellAndPay();
    expect(await succeed("create-refund", { ...sampleRefundInput, paymentId: paymentRequestId })).toMatchObject({
      paymentId,
    });
  });

  it("Payment Id: a link that nobody paid cannot be refunded", async () => {
    const { simulator } = await start();
    const { paymentRequestId } = await succeed("generate-payment-link", sampleLinkInput);
    const [code] = await refusal("create-refund", { ...sampleRefundInput, paymentId: paymentRequestId });
    expect(code).toBe("not_paid_yet");
    expect(simulator.ledger().refunds).toEqual([]);
  });

  describe("Valid values for different type", () => {
    const meanings = [
      ["RFD", "Duplicate/delayed payment."],
      ["TNR", "Product/service no longer available."],
      ["QFL", "Customer not satisfied."],
      ["QNR", "Product lost/damaged."],
      ["EWN", "Digital download issue."],
      ["TAN", "Event was canceled/changed."],
      ["PTH", "Problem not described above."],
    ] as const;

    it("are a three-letter short code each, no others", async () => {
      await start();
      expect(form("create-refund").fields.issueType?.enum).toEqual(meanings.map(([code]) => code));
      const input = { ...sampleRefundInput, paymentId: "MOJO5c04000J30502939", issueType: "ABC" };
      expect(await refusal("create-refund", input)).toEqual([
        "issueType",
        "Issue Type must be one of RFD, TNR, QFL, QNR, EWN, TAN, PTH.",
      ]);
    });

    it.each(meanings)("%s: %s", async (code, meaning) => {
      const { simulator } = await start();
      const { paymentId } = await sellAndPay();
      const titles = JSON.stringify(form("create-refund").uiSchema.issueType);
      expect(titles).toContain(meaning);
      const output = await succeed("create-refund", { ...sampleRefundInput, paymentId, issueType: code });
      expect(output).toMatchObject({ issueType: code });
      expect(simulator.ledger().refunds).toMatchObject([{ type: code }]);
    });
  });

  describe("sample response", () => {
    it("is the example of the node, key by key", () => {
      const example = manifest.nodes.find(({ id }) => id === "create-refund")?.examples[0] as {
        output: { response: unknown };
      };
      expect(example.output.response).toEqual(sampleRefundResponse);
    });

    it("is what a flow sees there, with the sample's own values", async () => {
      await start();
      const { paymentId } = await sellAndPay("100");
      const { refund } = sampleRefundResponse;
      const { response } = await succeed("create-refund", {
        refundAmount: refund.refund_amount,
        issueType: refund.type,
        description: refund.body,
        paymentId,
      });
      expect(shape(response)).toEqual(shape(sampleRefundResponse));
      const seen = response as typeof sampleRefundResponse;
      expect(seen).toMatchObject({
        refund: { payment_id: paymentId, status: "Refunded", type: "QFL", body: refund.body, total_amount: "100.00" },
        success: true,
      });
      expect(Number(seen.refund.refund_amount)).toBe(100);
      expect(seen.refund.id).toMatch(/^C[0-9a-zA-Z]+$/);
      expect(refund.id).toMatch(/^C[0-9a-zA-Z]+$/);
    });
  });
});

describe("the sample inputs", () => {
  it("are accepted by the declaration as they stand in the table, booleans in their spelling", () => {
    expect(checkInput(generatePaymentLink.input, sampleLinkInput, validator)).toEqual({
      ok: true,
      value: {
        ...sampleLinkInput,
        amount: "200.00",
        sendEmail: false,
        sendSms: false,
        allowRepeatedPayments: false,
      },
    });
  });
});
