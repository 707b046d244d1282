import { describe, expect, it } from "@jest/globals";
import type { Gateway } from "../../src/client/gateway.ts";
import { refundTarget } from "../../src/payments/refund-target.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import { payment, paymentRequest, refusal } from "../helpers/client-fakes.ts";

const ids = ["MOJO5a06005J21512191", "MOJO5a06005J21512192", "MOJO5a06005J21512193"] as const;

/** A gateway with one request and these payments of it. */
function gatewayWith(statuses: readonly (boolean | null)[]): Gateway {
  return {
    getPayment: async (id: string) => {
      const status = statuses[ids.indexOf(id as (typeof ids)[0])];
      if (status === undefined) throw new FlowError("not_found", "There is no such payment.");
      return { ...payment, id, status };
    },
    getPaymentRequest: async (id: string) => ({
      ...paymentRequest,
      id,
      payments: statuses.map((_, index) => `https://api.instamojo.com/v2/payments/${ids[index]}/`),
    }),
  } as unknown as Gateway;
}

describe("the payment that a refund is about", () => {
  it("is the one of its id", async () => {
    expect((await refundTarget(gatewayWith([false, true]), ids[1])).id).toBe(ids[1]);
  });

  it("is the one payment that paid the request", async () => {
    expect((await refundTarget(gatewayWith([false, true, null]), paymentRequest.id)).id).toBe(ids[1]);
  });

  it.each([
    ["a failed payment", [false], ids[0]],
    ["an unfinished payment", [null], ids[0]],
    ["a request without payments", [], paymentRequest.id],
    ["a request with failed and unfinished payments", [false, null], paymentRequest.id],
  ] as const)("is none yet for %s", async (_, statuses, id) => {
    const error = await refusal(refundTarget(gatewayWith(statuses), id));
    expect(error).toMatchObject({ code: "not_paid_yet", outcome: "not-applied" });
    expect(error.message).toContain(id);
  });

  it("has to be chosen where several paid, by the ids in the message", async () => {
    const error = await refusal(refundTarget(gatewayWith([true, false, true]), paymentRequest.id));
    expect(error.code).toBe("several_payments");
    expect(error.message).toContain(`${ids[0]}, ${ids[2]}`);
    expect(error.message).not.toContain(ids[1]);
  });

  it("is not found where the gateway has none", async () => {
    expect((await refusal(refundTarget(gatewayWith([]), ids[0]))).code).toBe("not_found");
  });
});
