import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";

const validator = createAjvValidator();
const account = {
  name: "shop",
  baseUrl: "https://test.instamojo.com",
  clientId: "test_client",
  clientSecret: "test_secret",
};
const good = { tier: "development", store: "sqlite:./ledger.db", accounts: [account] };
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
  file = join(folder, "config.json");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(content: unknown, env: Record<string, string> = {}) {
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return loadConfig(file, { validator, env });
}

function refusal(content: unknown, env?: Record<string, string>): ConfigError {
  try {
    load(content, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error("The configuration was accepted.");
}

const problems = (content: unknown, env?: Record<string, string>) =>
  refusal(content, env).problems.map(({ field, message }) => [field, message]);

describe("a configuration", () => {
  it("is read with its defaults, the ledger beside the file", () => {
    expect(load(good)).toEqual({
      file,
      tier: "development",
      publicUrl: undefined,
      callbackOrigins: [],
      maxAccounts: 5,
      storeFile: join(folder, "ledger.db"),
      accounts: [account],
      deliver: [],
      apiKeys: [],
      serve: {},
    });
  });

  it("may limit what one conversation asks for", () => {
    expect(load({ ...good, limits: { linksPerConversation: 3 } }).limits).toEqual({ linksPerConversation: 3 });
    expect(problems({ ...good, limits: { windowMinutes: 0 } })).toEqual([
      ["limits.windowMinutes", "Window (minutes) must be at least 1."],
    ]);
    expect(problems({ ...good, limits: { perHour: 3 } })).toHaveLength(1);
  });

  it("is read whole", () => {
    const whole = {
      ...good,
      tier: "staging",
      publicUrl: "https://bot.example.com/",
      callbackOrigins: ["https://hooks.example.com"],
      maxAccounts: 7,
      store: "sqlite:/var/lib/ledger.db",
      accounts: [{ ...account, privateSalts: ["salt-number-1"] }],
    };
    expect(load(whole)).toMatchObject({
      tier: "staging",
      publicUrl: "https://bot.example.com",
      callbackOrigins: ["https://hooks.example.com"],
      maxAccounts: 7,
      storeFile: "/var/lib/ledger.db",
      accounts: whole.accounts,
    });
  });

  it("may begin with a byte order mark, as some editors write it", () => {
    expect(load(`\uFEFF${JSON.stringify(good)}`).tier).toBe("development");
  });

  it("drops the blanks that copying adds to credentials", () => {
    const copied = { ...good, accounts: [{ ...account, clientSecret: " test_secret\n" }] };
    expect(load(copied).accounts[0]?.clientSecret).toBe("test_secret");
  });

  it("takes a public http address only on this machine", () => {
    expect(load({ ...good, publicUrl: "http://127.0.0.1:8080" }).publicUrl).toBe("http://127.0.0.1:8080");
    expect(problems({ ...good, publicUrl: "http://bot.example.com" })).toEqual([
      ["publicUrl", "Public URL must be an https origin without a path, like https://bot.example.com."],
    ]);
  });

  it.each<[string, object, string, string]>([
    ["a missing tier", { tier: undefined }, "tier", "Tier must be filled in."],
    ["an unknown tier", { tier: "prod" }, "tier", "Tier must be one of development, sandbox, staging, live."],
    [
      "another store",
      { store: "mysql://db" },
      "store",
      "Store must be sqlite: and a file name, like sqlite:./ledger.db, or postgres: and the address of a database.",
    ],
    [
      "a store without a file",
      { store: "sqlite:" },
      "store",
      "Store must be sqlite: and a file name, like sqlite:./ledger.db, or postgres: and the address of a database.",
    ],
    [
      "a path in the public URL",
      { publicUrl: "https://a.example/x" },
      "publicUrl",
      "Public URL must be an https origin without a path, like https://bot.example.com.",
    ],
    [
      "an http callback origin",
      { callbackOrigins: ["http://a.example"] },
      "callbackOrigins",
      "Callback origins must be a list of https origins without a path, like https://hooks.example.com.",
    ],
    ["no accounts", { accounts: undefined }, "accounts", "Accounts must be filled in."],
    ["an account that is no object", { accounts: ["shop"] }, "accounts", "Accounts must be a list of accounts."],
    ["an account that is null", { accounts: [null] }, "accounts", "Accounts must be a list of accounts."],
    ["zero accounts allowed", { maxAccounts: 0 }, "maxAccounts", "Most accounts must be at least 1."],
    ["an unknown setting", { retries: 3 }, "retries", "retries must be a field of this form."],
  ])("is refused with %s", (_, change, field, message) => {
    expect(problems({ ...good, ...change })).toEqual([[field, message]]);
  });

  it.each<[string, object[], string, string]>([
    [
      "a bad name",
      [{ ...account, name: "My Shop" }],
      "accounts.0.name",
      "Account name must be lowercase letters, digits and underscores only.",
    ],
    [
      "another base URL",
      [{ ...account, baseUrl: "https://evil.example" }],
      "accounts.0.baseUrl",
      "Instamojo base URL must be https://test.instamojo.com, https://api.instamojo.com, or a loopback address like http://127.0.0.1:1881.",
    ],
    [
      "a test client id on the live world",
      [{ ...account, baseUrl: "https://api.instamojo.com" }],
      "accounts.0.baseUrl",
      "Instamojo base URL must be the one of the client id.",
    ],
    ["a name twice", [account, account], "accounts.1.name", "Account name must be unique; shop is there twice."],
    [
      "six accounts",
      [1, 2, 3, 4, 5, 6].map((n) => ({ ...account, name: `shop_${n}` })),
      "accounts",
      "There must be at most 5 accounts.",
    ],
    [
      "no secret",
      [{ ...account, clientSecret: undefined }],
      "accounts.0.clientSecret",
      "Client Secret must be filled in.",
    ],
    [
      "a typed environment",
      [{ ...account, environment: "live" }],
      "accounts.0.environment",
      "environment must be a field of this form.",
    ],
  ])("is refused with %s", (_, accounts, field, message) => {
    expect(problems({ ...good, accounts })).toEqual([[field, message]]);
  });

  it.each([["[]"], ["7"], ["null"], ['"text"']])("must be an object, not %s", (text) => {
    expect(problems(text)).toContainEqual(["", "The input must be an object with the fields of the form."]);
  });
});

describe("a variable in a configuration", () => {
  const withSecret = (clientSecret: string) => ({ ...good, accounts: [{ ...account, clientSecret }] });

  it("is filled in from the environment, anywhere in a text", () => {
    const env = { SECRET: "abc", PART: "2" };
    expect(load(withSecret("${SECRET}"), env).accounts[0]?.clientSecret).toBe("abc");
    expect(load(withSecret("x-${SECRET}-${PART}"), env).accounts[0]?.clientSecret).toBe("x-abc-2");
    expect(load({ ...good, store: "sqlite:./${PART}.db" }, env).storeFile).toBe(join(folder, "2.db"));
  });

  it("is not looked for in what was filled in", () => {
    expect(load(withSecret("${SECRET}"), { SECRET: "a${OTHER}$&$1" }).accounts[0]?.clientSecret).toBe("a${OTHER}$&$1");
  });

  it("is named where it is not set, with its place and what to do", () => {
    const error = refusal(withSecret("${SHOP_SECRET}"), {});
    expect(error.problems).toEqual([
      {
        field: "accounts.0.clientSecret",
        rule: "filled from the environment",
        message: "The environment variable SHOP_SECRET is not set, or empty.",
        remedy: "Set it before the command, for example: SHOP_SECRET=… instamojo-flow …",
      },
    ]);
    expect(error.message).toBe(
      [
        `The configuration ${file} cannot be used:`,
        "- accounts.0.clientSecret: The environment variable SHOP_SECRET is not set, or empty. Set it before the command, for example: SHOP_SECRET=… instamojo-flow …",
      ].join("\n"),
    );
  });

  it("counts as not set when it is empty, or only inherited", () => {
    expect(problems(withSecret("${SHOP_SECRET}"), { SHOP_SECRET: "" })).toEqual([
      ["accounts.0.clientSecret", "The environment variable SHOP_SECRET is not set, or empty."],
    ]);
    expect(problems(withSecret("${toString}"), {})).toEqual([
      ["accounts.0.clientSecret", "The environment variable toString is not set, or empty."],
    ]);
  });

  it("names every missing one at once", () => {
    expect(problems({ ...good, publicUrl: "${A}", store: "${B}" }).map(([field]) => field)).toEqual([
      "store",
      "publicUrl",
    ]);
  });

  it.each(["${}", "${1A}", "${A-B}", "${A", "${"])("must be written like ${NAME}, not %s", (text) => {
    expect(problems(withSecret(text), { A: "x" })).toEqual([
      ["accounts.0.clientSecret", "What stands after ${ is no name of an environment variable."],
    ]);
  });
});

describe("a configuration that cannot be read", () => {
  it("is named with what to do when it is not there", () => {
    expect(() => loadConfig(join(folder, "none.json"), { validator, env: {} })).toThrow(
      `The configuration ${join(folder, "none.json")} cannot be used:\n- There is no such file. Name another with --config, or write it first.`,
    );
  });

  it("is named when it is a folder", () => {
    expect(() => loadConfig(folder, { validator, env: {} })).toThrow("The file cannot be read.");
  });

  it("says where the JSON breaks", () => {
    expect(problems('{\n  "tier": "development",\n  "store": }')).toEqual([
      ["", expect.stringMatching(/^The file is not JSON/)],
    ]);
    expect(problems('{\n  "tier": "development"\n  "store": 1}')).toEqual([
      ["", "The file is not JSON (line 3, column 3)."],
    ]);
  });

  it("never shows what stands in the file", () => {
    const texts = [
      '{"clientSecret": "s3cr3t"',
      '{"clientSecret": s3cr3t}',
      '{"clientSecret": "s3cr3t", oops}',
      "s3cr3t",
    ];
    for (const text of texts) expect(refusal(text).message).not.toContain("s3cr3t");
    const bad = {
      ...good,
      accounts: [{ ...account, name: "s3cr3t!", clientId: "s3c r3t", clientSecret: "s3cr3t\u0000" }],
    };
    expect(refusal(bad).message).not.toMatch(/s3c ?r3t/);
  });

  describe("of the HTTP host", () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    const target = { name: "bot", url: "https://bot.example.com/events", secrets: [secret] };
    const key = { id: "bot", sha256: "A".repeat(64), scopes: ["read", "link"] };

    it("is read whole", () => {
      const serve = { address: "0.0.0.0", allowedHosts: ["payments.internal:8080"], callsPerMinute: 60 };
      const read = load({ ...good, deliver: [target], apiKeys: [{ ...key, accounts: ["shop"] }], serve });
      expect(read.deliver).toEqual([{ ...target, refundUpdates: false, allowPrivate: false }]);
      expect(read.apiKeys).toEqual([{ ...key, sha256: "a".repeat(64), accounts: ["shop"] }]);
      expect(read.serve).toEqual(serve);
    });

    it("takes a secret from the environment, and never shows it", () => {
      const deliver = [{ ...target, secrets: ["${BOT_SECRET}"] }];
      expect(load({ ...good, deliver }, { BOT_SECRET: secret }).deliver[0]?.secrets).toEqual([secret]);
      expect(refusal({ ...good, deliver }, { BOT_SECRET: "hunter2" }).message).not.toContain("hunter2");
      expect(refusal({ ...good, apiKeys: [{ ...key, sha256: "imf_the_key_itself" }] }).message).not.toContain(
        "imf_the",
      );
    });

    it.each<[string, object, string, RegExp]>([
      ["no secret", { deliver: [{ ...target, secrets: [] }] }, "deliver.0.secrets", /must be filled in/],
      ["an empty secret", { deliver: [{ ...target, secrets: ["whsec_"] }] }, "deliver.0.secrets", /24 random bytes/],
      [
        "three secrets",
        { deliver: [{ ...target, secrets: [secret, secret, secret] }] },
        "deliver.0.secrets",
        /one or two/,
      ],
      ["plain http", { deliver: [{ ...target, url: "http://bot.example.com" }] }, "deliver.0.url", /https/],
      [
        "a login in the URL",
        { deliver: [{ ...target, url: "https://a:b@bot.example.com" }] },
        "deliver.0.url",
        /user name/,
      ],
      ["no URL", { deliver: [target, { ...target, url: "bot" }] }, "deliver.1.url", /address/],
      ["a name twice", { deliver: [target, target] }, "deliver.1.name", /unique/],
      ["an unknown account", { deliver: [{ ...target, accounts: ["x"] }] }, "deliver.0.accounts", /"x" is none/],
      ["the key itself", { apiKeys: [{ ...key, sha256: "imf_abc" }] }, "apiKeys.0.sha256", /never the key itself/],
      [
        "an unknown scope",
        { apiKeys: [{ ...key, scopes: ["admin"] }] },
        "apiKeys.0.scopes",
        /read, link, refund, operate/,
      ],
      ["no scope", { apiKeys: [{ ...key, scopes: [] }] }, "apiKeys.0.scopes", /filled in/],
      ["one key twice", { apiKeys: [key, { ...key, id: "b" }] }, "apiKeys.1.sha256", /unique/],
      ["an id twice", { apiKeys: [key, { ...key, sha256: "b".repeat(64) }] }, "apiKeys.1.id", /unique/],
      ["a key for an unknown account", { apiKeys: [{ ...key, accounts: ["x"] }] }, "apiKeys.0.accounts", /"x" is none/],
      ["an empty list of accounts", { apiKeys: [{ ...key, accounts: [] }] }, "apiKeys.0.accounts", /filled in/],
      ["a target that is no object", { deliver: ["bot"] }, "deliver", /list of delivery targets/],
      ["a setting it does not know", { serve: { adress: "0.0.0.0" } }, "serve", /./],
      ["an address that is none", { serve: { address: "localhost" } }, "serve.address", /IP address/],
    ])("is refused with %s", (_, change, field, message) => {
      const found = problems({ ...good, ...change });
      expect(found).toEqual([[field, expect.stringMatching(message)]]);
    });
  });
});
