import { describe, expect, it } from "@jest/globals";
import { replyMismatch } from "../../src/payments/link-reply.ts";
import { paymentRequest } from "../helpers/client-fakes.ts";
import { requestRow } from "../stores/sample-rows.ts";

describe("a link that names the gateway's host and is no page of it", () => {
  it.each(["javascript://instamojo.com/%0aalert(1)", "ftp://test.instamojo.com/x", "http://test.instamojo.com/@foo/x"])(
    "is not handed to a customer: %s",
    (longurl) => {
      const mismatch = replyMismatch(requestRow(), { ...paymentRequest, longurl }, "https://test.instamojo.com");
      expect(mismatch).toBe("the host of the link");
    },
  );
});
