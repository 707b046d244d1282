import { describe, expect, it } from "@jest/globals";
import { signWebhook } from "../../src/simulator/sign-webhook.ts";

const base = {
  amount: "2500.00",
  buyer: "foo@example.com",
  buyer_name: "John Doe",
  buyer_phone: "+919999999999",
  currency: "INR",
  fees: "125.00",
  longurl: "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015",
  payment_id: "MOJO5a06005J21512197",
  payment_request_id: "05f317448ad84649aa1a9c7328edb015",
  purpose: "FIFA 16",
  shorturl: "",
  status: "Credit",
};
const homeSalt = "0123456789abcdef0123456789abcdef";

describe("the simulator's webhook signature", () => {
  it("is the one of the official Java SDK's test", () => {
    expect(signWebhook({ foo: "1", bar: "2", baz: "3" }, "21b528ef398c4ce8851d5ee29375d3a7")).toBe(
      "32b1d38a4a70bdce36a52dad3f3ac6eb3662096b",
    );
  });

  it.each<Record<string, string>>([
    {
      data_email: "aditya@instamojo.com",
      data_phone: "9999999999",
      data_name: "Aditya Sengupta",
      data_amount: "123.45",
    },
    {
      data_email: "aditya@instamojo.com",
      data_Phone: "9999999999",
      data_name: "Aditya Sengupta",
      data_Amount: "123.45",
    },
  ])("sorts keys without regard to case", (fields) => {
    expect(signWebhook(fields, "abcde")).toBe("676a4b5ba30e464f027249747a63ea587f8c4b9a");
  });

  it("keeps an empty value", () => {
    expect(signWebhook(base, homeSalt)).toBe("106e85b09e94bc268ee79c2e4fe5258349644c04");
  });

  it("covers amount, fees and status", () => {
    const changed = { ...base, amount: "10.00", fees: "", status: "Failed" };
    expect(signWebhook(changed, homeSalt)).toBe("096e9097b5df7603a272d1f259434142813db0f0");
  });

  it("leaves out the signature itself", () => {
    expect(signWebhook({ ...base, mac: "anything" }, homeSalt)).toBe("106e85b09e94bc268ee79c2e4fe5258349644c04");
  });
});
