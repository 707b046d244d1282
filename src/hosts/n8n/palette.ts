/** What n8n's palette and search know of a node: the contents of its codex file. */
export function palette(node: string) {
  return {
    node,
    nodeVersion: "1.0",
    codexVersion: "1.0",
    categories: ["Finance & Accounting", "Sales"],
    resources: { primaryDocumentation: [{ url: "https://docs.instamojo.com/reference/create-a-payment-request-1" }] },
    alias: ["payment", "payment link", "UPI", "refund", "INR", "checkout"],
  };
}
