import { describe, expect, it } from "@jest/globals";
import { transportFailure } from "../../src/client/transport-failure.ts";

const failure = (code: unknown, options: { isSent: boolean; isTls?: boolean }) => {
  const error = Object.assign(new Error("Bearer y70kak2K0Rg7J4PAL8sdW0MutnGJEl"), code === undefined ? {} : { code });
  const { kind, sent, code: kept, message } = transportFailure(error, { isTls: false, ...options });
  return [kind, sent, kept, message];
};

describe("a failure before anything was sent", () => {
  it.each([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["ECONNREFUSED", "refused"],
    ["EHOSTUNREACH", "refused"],
    ["ENETUNREACH", "refused"],
    ["UND_ERR_CONNECT_TIMEOUT", "connect-timeout"],
    ["ETIMEDOUT", "connect-timeout"],
    ["ECONNRESET", "other"],
    ["UND_ERR_CLOSED", "other"],
  ])("with %s is %s, and certainly not sent", (code, kind) => {
    expect(failure(code, { isSent: false })).toEqual([kind, "no", code, `${kind} (${code})`]);
  });

  it.each(["CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID", "DEPTH_ZERO_SELF_SIGNED_CERT", "EPROTO", "ECONNRESET"])(
    "with %s on https is a failure of TLS",
    (code) => {
      expect(failure(code, { isSent: false, isTls: true })).toEqual(["tls", "no", code, `tls (${code})`]);
    },
  );

  it("on https is not blamed on TLS when it is not the socket's", () => {
    expect(failure("UND_ERR_DESTROYED", { isSent: false, isTls: true })[0]).toBe("other");
    expect(failure(undefined, { isSent: false, isTls: true })).toEqual(["other", "no", undefined, "other"]);
  });
});

describe("a failure after sending began", () => {
  it.each([
    ["UND_ERR_HEADERS_TIMEOUT", "timeout"],
    ["UND_ERR_BODY_TIMEOUT", "timeout"],
    ["ETIMEDOUT", "timeout"],
    ["UND_ERR_SOCKET", "reset"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "reset"],
    ["ECONNREFUSED", "other"],
    ["HPE_INVALID_CONSTANT", "other"],
  ])("with %s is %s, and may have been sent", (code, kind) => {
    expect(failure(code, { isSent: true, isTls: true })).toEqual([kind, "maybe", code, `${kind} (${code})`]);
  });
});

it.each([17, "Bearer abc", "lower", "A".repeat(200), undefined])(
  "takes over no code like %p, and no message ever",
  (code) => {
    expect(failure(code, { isSent: true })).toEqual(["other", "maybe", undefined, "other"]);
  },
);

it("takes what is no error at all", () => {
  expect(transportFailure("boom", { isSent: true, isTls: false })).toMatchObject({ kind: "other", sent: "maybe" });
});
