import { describe, expect, it } from "@jest/globals";
import { createConfirmer } from "../../src/payments/confirm.ts";
import { payment, paymentId, paymentRequest } from "../helpers/client-fakes.ts";
import { fakeSession, openLedger } from "../helpers/ledger-fakes.ts";
import { FlowError } from "../../src/runtime/errors.ts";

describe("an address among a link's payments that is none", () => {
  it.each([`https://api.instamojo.com/v2/payments/MOJO${"a".repeat(60)}/`, "MOJO", "", "\u0000"])(
    "does not keep the payment after it from being told: %j",
    async (address) => {
      const ledger = await openLedger();
      const confirmer = createConfirmer({ ...ledger, links: { adopt: async () => null } });
      const session = fakeSession({
        payments: [payment],
        gateway: {
          getPayment: async (id) => {
            if (id !== paymentId) throw new FlowError("invalid_input", "That is no id.");
            return payment;
          },
          getPaymentRequest: async () => ({ ...paymentRequest, status: "Completed", payments: [address, paymentId] }),
        },
      });
      await confirmer.confirmRequest(session, await ledger.current(), "poll");
      expect(await ledger.sent()).toEqual(["Completed/null"]);
    },
  );
});
