import { expect, it, jest } from "@jest/globals";

it("leaves the PNG out, and only that, where the host has no zlib", async () => {
  jest.unstable_mockModule("../../src/messages/qr-png.ts", () => {
    throw new Error("No such built-in module: node:zlib");
  });
  const { linkMessage } = await import("../../src/messages/link-message.ts");
  const link = "https://www.instamojo.com/@foo/05f317448ad84649aa1a9c7328edb015";
  const { qr, text } = await linkMessage({ input: {}, amountPaise: 900, purpose: "Tea", link });
  expect(qr).toEqual({ svg: expect.stringMatching(/^<svg /), png: null });
  expect(text).toBe(`Please pay ₹9.00 for Tea. Payment link: ${link}`);
});
