import { describe, expect, it } from "@jest/globals";
import type { Gateway } from "../../src/client/gateway.ts";
import { startForgetting } from "../../src/payments/forget.ts";
import { createGatewayWatch } from "../../src/payments/gateway-watch.ts";
import { createSaltAlarm } from "../../src/payments/salt-alarm.ts";
import { watchDamage } from "../../src/payments/watch-damage.ts";
import { FlowError, type ErrorCode } from "../../src/runtime/errors.ts";
import { type LogFields, silentLogger } from "../../src/runtime/logger.ts";
import type { DecisionRow } from "../../src/store/rows.ts";
import { payment, paymentId, refusal } from "../helpers/client-fakes.ts";
import { manualClock, settleAll } from "../helpers/manual-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function keepingLogger() {
  const logged: [string, LogFields | undefined][] = [];
  const log = (text: string, fields?: LogFields) => void logged.push([text, fields]);
  return { logged, logger: { ...silentLogger, info: log, warn: log, error: log } };
}

describe("the eye on the calls of an account", () => {
  function start(answer: () => Promise<unknown>) {
    const clock = manualClock(1_000);
    const watch = createGatewayWatch(clock);
    let isClosed = false;
    const gateway = watch.watch("shop", {
      getPayment: answer,
      close: async () => {
        isClosed = true;
      },
    } as unknown as Gateway);
    return { clock, watch, gateway, isClosed: () => isClosed, record: () => watch.recordOf("shop") };
  }

  it("knows nothing before the first call, and nothing of other accounts", async () => {
    const { gateway, watch, record } = start(async () => payment);
    expect(record()).toEqual({ lastReplyAt: null, fault: null });
    expect(await gateway.getPayment(paymentId)).toEqual(payment);
    expect(record()).toEqual({ lastReplyAt: 1_000, fault: null });
    expect(watch.recordOf("other")).toEqual({ lastReplyAt: null, fault: null });
  });

  it.each<ErrorCode>(["not_found", "gateway_refused"])("takes the refusal %s for an answer", async (code) => {
    const { gateway, record } = start(async () => {
      throw new FlowError(code, "no");
    });
    expect((await refusal(gateway.getPayment(paymentId))).code).toBe(code);
    expect(record()).toEqual({ lastReplyAt: 1_000, fault: null });
  });

  it("keeps what a call failed with until one is answered, and when the last answer came", async () => {
    let answer: unknown = payment;
    const { gateway, record, clock } = start(async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
    await gateway.getPayment(paymentId);
    await clock.advance(500);
    answer = new FlowError("gateway_timeout", "no answer", { remedy: "Wait." });
    await refusal(gateway.getPayment(paymentId));
    expect(record()).toEqual({ lastReplyAt: 1_000, fault: { at: 1_500, message: "no answer", remedy: "Wait." } });
    answer = payment;
    await clock.advance(500);
    await gateway.getPayment(paymentId);
    expect(record()).toEqual({ lastReplyAt: 2_000, fault: null });
  });

  it("lets a fault of our own pass, which says nothing about the gateway", async () => {
    const { gateway, record } = start(async () => {
      throw new TypeError("what");
    });
    await expect(gateway.getPayment(paymentId)).rejects.toThrow(TypeError);
    expect(record()).toEqual({ lastReplyAt: null, fault: null });
  });

  it("does not take the end of a client for a call", async () => {
    const { gateway, record, isClosed } = start(async () => payment);
    await gateway.close();
    expect(isClosed()).toBe(true);
    expect(record()).toEqual({ lastReplyAt: null, fault: null });
  });
});

describe("the alarm about a private salt", () => {
  const shop = { name: "shop", privateSalts: ["salt-1"] };

  it("goes off at the third message that fits none, and ends with one that fits", () => {
    const alarm = createSaltAlarm();
    const heard = [1, 2, 3].map(() => {
      alarm.wrong(shop);
      return alarm.looksWrong(shop);
    });
    expect(heard).toEqual([false, false, true]);
    expect(alarm.looksWrong({ name: "other", privateSalts: ["salt-1"] })).toBe(false);
    alarm.right(shop);
    expect(alarm.looksWrong(shop)).toBe(false);
  });

  it("starts anew with other salts, and with none", () => {
    const alarm = createSaltAlarm();
    for (let count = 0; count < 3; count += 1) alarm.wrong(shop);
    expect(alarm.looksWrong({ name: "shop", privateSalts: ["salt-1", "salt-2"] })).toBe(false);
    expect(alarm.looksWrong({ name: "shop" })).toBe(false);
    alarm.wrong({ name: "shop" });
    expect(alarm.looksWrong({ name: "shop", privateSalts: [] })).toBe(false);
  });
});

describe("the watch for damaged rows", () => {
  it("says once how many rows stand still, and again when there are more", async () => {
    const clock = manualClock();
    const { logged, logger } = keepingLogger();
    let rows: Record<string, number> | Error = {};
    const end = watchDamage({
      store: {
        damagedRows: async () => {
          if (rows instanceof Error) throw rows;
          return rows;
        },
      },
      clock,
      logger,
    });
    await clock.advance(minute);
    expect(logged).toEqual([]);
    rows = { requests: 1, events: 2 };
    await clock.advance(2 * minute);
    expect(logged.map(([, fields]) => fields)).toEqual([{ count: 3, cause: "requests, events" }]);
    rows = { requests: 4 };
    await clock.advance(minute);
    expect(logged.map(([, fields]) => fields?.count)).toEqual([3, 4]);
    rows = new FlowError("store_unavailable", "The ledger could not be read.");
    await clock.advance(minute);
    expect(logged).toHaveLength(2);
    end();
    expect(clock.waiting()).toBe(0);
  });

  it("ends also in the middle of a look", async () => {
    const clock = manualClock();
    const { logger } = keepingLogger();
    let answer: (rows: Record<string, number>) => void = () => {};
    let looks = 0;
    const end = watchDamage({
      store: {
        damagedRows: () => {
          looks += 1;
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      },
      clock,
      logger,
    });
    await clock.advance(minute);
    end();
    answer({});
    await settleAll();
    await clock.advance(hour);
    expect(looks).toBe(1);
    expect(clock.waiting()).toBe(0);
  });
});

describe("the forgetting of personal data", () => {
  interface Setting {
    readonly personal?: { readonly tag: string; readonly lastAt: number }[];
    readonly retentionDays?: number;
    readonly scrub?: () => Promise<boolean>;
    readonly fault?: () => Error | null;
  }

  async function start({ personal = [], retentionDays, scrub = async () => true, fault = () => null }: Setting) {
    const clock = manualClock(365 * day);
    const { logged, logger } = keepingLogger();
    const decisions: DecisionRow[] = [];
    const erased: string[] = [];
    let looks = 0;
    let rows = personal.toSorted((left, right) => (left.tag < right.tag ? -1 : 1));
    const forgetting = startForgetting({
      store: {
        tagsOf: async (id) => (id === "known" ? ["a", "b"] : []),
        async personalTags(after, limit) {
          looks += 1;
          const thrown = fault();
          if (thrown) throw thrown;
          return rows.filter(({ tag }) => tag > after).slice(0, limit);
        },
        async erasePersonal(tags, because = []) {
          decisions.push(...because);
          erased.push(...tags);
          rows = rows.filter(({ tag }) => !tags.includes(tag));
        },
        scrub,
      },
      clock,
      logger,
      retentionDays,
    });
    await settleAll();
    return { clock, logged, decisions, erased, forgetting, looks: () => looks };
  }

  it("takes what is older than 180 days, unless the host says otherwise", async () => {
    const personal = [
      { tag: "old", lastAt: 185 * day - 1 },
      { tag: "young", lastAt: 185 * day },
    ];
    expect((await start({ personal })).erased).toEqual(["old"]);
    expect((await start({ personal, retentionDays: 181 })).erased).toEqual([]);
  });

  it("looks through all of a large ledger, portion by portion", async () => {
    const personal = Array.from({ length: 1_000 }, (_, index) => ({ tag: String(10_000 + index), lastAt: 0 }));
    const { clock, erased, logged, looks } = await start({ personal });
    await clock.advance(10_000);
    expect(erased).toHaveLength(1_000);
    expect(looks()).toBe(3);
    expect(logged.map(([, fields]) => fields)).toEqual([{ count: 1_000 }]);
  });

  it("runs daily", async () => {
    const { clock, looks } = await start({});
    expect(looks()).toBe(1);
    await clock.advance(day - 1);
    expect(looks()).toBe(1);
    await clock.advance(1);
    expect(looks()).toBe(2);
  });

  it.each([
    [new FlowError("store_unavailable", "The ledger could not be read."), "store_unavailable"],
    [new TypeError("the words of a fault"), "internal_error"],
  ])("that breaks with %p is tried again after an hour, with a code in the log", async (thrown, code) => {
    let fault: Error | null = thrown;
    const { clock, logged, erased } = await start({ personal: [{ tag: "old", lastAt: 0 }], fault: () => fault });
    expect(logged.map(([, fields]) => fields)).toEqual([{ code }]);
    expect(JSON.stringify(logged)).not.toContain("the words of a fault");
    fault = null;
    await clock.advance(hour - 1);
    expect(erased).toEqual([]);
    await clock.advance(1);
    expect(erased).toEqual(["old"]);
  });

  it("cleans the files again, a second later, while a reader is in the way", async () => {
    let isInTheWay = true;
    let scrubs = 0;
    const { clock, forgetting, logged, decisions } = await start({
      scrub: async () => {
        scrubs += 1;
        return !isInTheWay;
      },
    });
    let forgotten: number | null = null;
    void forgetting.forget("known", { by: "John", reason: "They asked" }).then((count) => {
      forgotten = count;
    });
    await clock.advance(1_000);
    expect({ scrubs, forgotten }).toEqual({ scrubs: 2, forgotten: null });
    isInTheWay = false;
    await clock.advance(1_000);
    expect({ scrubs, forgotten }).toEqual({ scrubs: 3, forgotten: 2 });
    expect(logged).toEqual([]);
    expect(decisions.map(({ tag, action, subject, by }) => [tag, action, subject, by])).toEqual([
      ["a", "forget", "known", "John"],
      ["b", "forget", "known", "John"],
    ]);
  });

  it("says so when a reader stays in the way for half a minute", async () => {
    let scrubs = 0;
    const { clock, forgetting, logged } = await start({
      scrub: async () => {
        scrubs += 1;
        return false;
      },
    });
    const request = forgetting.forget("known", { by: "John", reason: "They asked" });
    await clock.advance(29_000);
    expect(logged).toEqual([]);
    await clock.advance(1_000);
    expect(await request).toBe(2);
    expect(scrubs).toBe(30);
    expect(logged.map(([text]) => text)).toEqual([
      "Erased data may still be in the ledger's log file: something else reads the ledger.",
    ]);
  });

  it("of an id that is not in the ledger is refused", async () => {
    const { forgetting, erased, decisions } = await start({});
    expect(await refusal(forgetting.forget("unknown", { by: "John", reason: "They asked" }))).toMatchObject({
      code: "invalid_input",
    });
    expect([erased, decisions]).toEqual([[], []]);
  });

  it("ends when it is stopped", async () => {
    const { forgetting, clock, looks } = await start({});
    await forgetting.stop();
    expect(clock.waiting()).toBe(0);
    await clock.advance(2 * day);
    expect(looks()).toBe(1);
    expect(await forgetting.expire()).toBe(0);
    expect(looks()).toBe(1);
  });
});
