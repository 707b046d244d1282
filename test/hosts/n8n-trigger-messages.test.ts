import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "@jest/globals";
import { readHint } from "../../src/hosts/n8n/trigger/payment-hint.ts";
import { isStrongSecret, readSignedEvent } from "../../src/hosts/n8n/trigger/signed-event.ts";
import { webhookSignature } from "../helpers/webhook-signature.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDpFqSJo0XEuQ=";
const now = Date.parse("2026-01-01T10:00:00Z");

function signed({ key = secret, at = now, id = "evt_1", data = { id: "evt_1", status: "Completed" } } = {}) {
  const body = JSON.stringify({ type: "payment-status", timestamp: "2026-01-01T10:00:00Z", data });
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at / 1000)),
    "webhook-signature": new Webhook(key).sign(id, new Date(at), body),
  };
  return { headers, body: Buffer.from(body) };
}

describe("an event of the HTTP host", () => {
  it("is taken with any of the secrets", () => {
    const event = { id: "evt_1", status: "Completed" };
    expect(readSignedEvent(signed(), [secret], now)).toEqual(event);
    expect(readSignedEvent(signed({ key: other }), [secret, other], now)).toEqual(event);
    const { headers, body } = signed();
    const both = { ...headers, "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` };
    expect(readSignedEvent({ headers: both, body }, [secret], now)).toEqual(event);
  });

  it.each([
    ["made with another secret", signed({ key: other }), "forged"],
    ["changed", { ...signed(), body: Buffer.from(String(signed().body).replace("Completed", "Refunded")) }, "forged"],
    ["under another id", { ...signed(), headers: { ...signed().headers, "webhook-id": "evt_2" } }, "forged"],
    ["about another event than its id says", signed({ id: "evt_2" }), "malformed"],
    ["six minutes old", signed({ at: now - 360_000 }), "too-old"],
    ["of six minutes from now", signed({ at: now + 360_000 }), "too-old"],
    ["without a signature", { headers: {}, body: signed().body }, "unsigned"],
  ])("is refused when it is %s", (_, message, refusal) => {
    expect(readSignedEvent(message, [secret], now)).toBe(refusal);
  });

  it("is never taken by a secret that anybody knows", () => {
    for (const weak of ["", "whsec_", "short"]) {
      expect(isStrongSecret(weak)).toBe(false);
      expect(readSignedEvent(signed(), [weak], now)).toBe("forged");
    }
    expect(isStrongSecret(secret)).toBe(true);
  });
});

describe("a message of Instamojo", () => {
  const salt = "0123456789abcdef0123456789abcdef";
  const contentType = "application/x-www-form-urlencoded";
  const fields: readonly (readonly [string, string])[] = [
    ["amount", "250.00"],
    ["payment_id", "MOJO6b22L43K11329867"],
    ["status", "Credit"],
  ];
  const mac = webhookSignature(fields, salt);
  const body = (pairs: readonly (readonly [string, string])[]) =>
    Buffer.from(new URLSearchParams(pairs.map(([key, value]) => [key, value])).toString());

  it("names a payment, and nothing else that it says is believed", () => {
    const message = { contentType, body: body([...fields, ["mac", mac]]) };
    expect(readHint(message, [salt])).toEqual({ paymentId: "MOJO6b22L43K11329867" });
    expect(readHint({ contentType, body: body(fields) }, [])).toEqual({ paymentId: "MOJO6b22L43K11329867" });
  });

  it.each([
    ["unsigned although there is a salt", body(fields), "bad-signature"],
    ["signed with another salt", body([...fields, ["mac", webhookSignature(fields, "other")]]), "bad-signature"],
    ["repeating a key", Buffer.concat([body(fields), Buffer.from("&status=Failed")]), "malformed"],
    ["no UTF-8", Buffer.from([0x61, 0x3d, 0xff]), "malformed"],
    ["too large", Buffer.alloc(65 * 1024, "a"), "too-large"],
  ])("is refused when it is %s", (_, bytes, refusal) => {
    expect(readHint({ contentType, body: bytes }, [salt])).toBe(refusal);
  });

  it("is refused when it is no form", () => {
    expect(readHint({ contentType: "application/json", body: Buffer.from("{}") }, [salt])).toBe("not-a-form");
  });
});
