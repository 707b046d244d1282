import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@jest/globals";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import type { Payment } from "../../schemas/wire/payment.ts";
import { computeMac } from "../../src/payments/mac.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { offsetClock } from "./offset-clock.ts";
import { localCredentials, type PluginHost, type PluginHostOptions, startPluginHost } from "./plugin-host.ts";

/** The gateway as its documentation says, and at its least helpful: what it shows is up to two minutes old. */
export const gatewayProfiles = ["documented", "hostile"] as const;

export const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Looks until it is so; `between` happens between two looks. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  between: () => Promise<unknown> = () => rest(20),
  withinMs = 15_000,
): Promise<void> {
  for (const end = Date.now() + withinMs; !(await isSo()); await between()) {
    if (Date.now() > end) throw new Error("It did not come to that in time.");
  }
}

/** A folder of its own, gone with `remove`. */
export function scratchFolder(): { fileOf(name: string): string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "instamojo-faults-"));
  return { fileOf: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface SceneOptions extends PluginHostOptions {
  readonly profile: (typeof gatewayProfiles)[number];
}

/** A plugin host and what the fault tests do with it. Both clocks move together unless said otherwise. */
export interface FaultScene {
  readonly host: PluginHost;
  readonly clock: Clock & { advance(ms: number): void };
  /** Makes a link; its payment request id. */
  link(extra?: { readonly key?: string; readonly correlation?: unknown }): Promise<string>;
  pay(paymentRequestId: string): Payment;
  fault(fault: Fault): void;
  /** The message that the gateway signs for a payment, and where it goes. */
  messageOf(payment: Payment): { readonly url: string; readonly body: URLSearchParams };
  /** Sends that message; the answer. */
  post(payment: Payment): Promise<Response>;
  pass(seconds: number): Promise<void>;
  completed(): readonly PaymentStatusEvent[];
  /** Resolves once every payment that the gateway's ledger calls paid was told, then checks that each was told once. */
  allToldOnce(): Promise<void>;
}

/** No write is applied late: what that does to links is shown elsewhere. */
export async function startScene({ profile, simulator, ...options }: SceneOptions): Promise<FaultScene> {
  const clock = options.host?.clock ? (options.host.clock as FaultScene["clock"]) : offsetClock();
  const host = await startPluginHost({
    ...options,
    simulator: { ...simulator, profile, switches: { lateWriteEvery: 0, ...simulator?.switches } },
    host: { ...options.host, clock },
  });
  const { control } = host.simulator;
  const completed = () => host.events.filter(({ status }) => status === "Completed");
  const paid = () =>
    host.simulator
      .ledger()
      .payments.filter(({ status }) => status === true)
      .map(({ id }) => id);

  async function pass(seconds: number): Promise<void> {
    clock.advance(seconds * 1000);
    await control.advanceClock(seconds);
  }

  function messageOf(payment: Payment): { url: string; body: URLSearchParams } {
    const requestId = /([0-9a-f]{32})\/?$/.exec(String(payment.payment_request))?.[1] as string;
    const request = host.simulator.ledger().paymentRequests.find(({ id }) => id === requestId);
    const fields = new Map([
      ["amount", String(payment.amount)],
      ["payment_id", payment.id],
      ["payment_request_id", requestId],
      ["status", "Credit"],
    ]);
    const mac = computeMac(fields, localCredentials.salt);
    const { pathname, search } = new URL(String(request?.webhook));
    return { url: host.origin + pathname + search, body: new URLSearchParams([...fields, ["mac", mac]]) };
  }

  return {
    host,
    clock,
    async link(extra = {}) {
      const result = await host.run("generate-payment-link", { amount: "200", purpose: "Iphone" }, extra);
      if (result.port !== "success") throw new Error(JSON.stringify(result));
      return String(result.output.paymentRequestId);
    },
    pay: (paymentRequestId) => control.pay({ paymentRequestId, outcome: "success", isForced: true }),
    fault: control.faults,
    messageOf,
    post(payment) {
      const { url, body } = messageOf(payment);
      return fetch(url, { method: "POST", body });
    },
    pass,
    completed,
    async allToldOnce() {
      const told = () => completed().map(({ paymentId }) => String(paymentId));
      await until(
        () => paid().every((id) => told().includes(id)),
        async () => {
          await rest(100);
          await pass(15);
        },
      );
      await rest(150);
      expect(told().sort()).toEqual(paid().sort());
      const ids = host.events.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  };
}
