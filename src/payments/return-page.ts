/** What the buyer reads after coming back, by what the confirming read said; null when it said nothing yet. */
const texts: Readonly<Record<string, readonly [mark: string, title: string, text: string]>> = {
  Completed: ["✓", "Payment received", "Thank you. You can go back to the chat."],
  Refunded: ["↩", "Refund made", "All or a part of the money is on its way back. You can go back to the chat."],
  Failed: ["!", "The payment did not go through", "Nothing was paid. You can go back to the chat and try again."],
  Cancelled: ["×", "This link is closed", "It can no longer be paid. You can go back to the chat."],
};

const waiting = [
  "…",
  "Thank you",
  "We are checking with Instamojo. You can go back to the chat; the answer comes there.",
] as const;

/** The page that leads back to the chat. Holds no data of the payment. */
export function returnPage(status: string | null): string {
  const [mark, title, text] = (status !== null && Object.hasOwn(texts, status) ? texts[status] : undefined) ?? waiting;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f5f9; color: #1d2333; font: 17px/1.5 system-ui, sans-serif; }
  main { margin: 24px; padding: 40px 32px; max-width: 22rem; text-align: center; background: #fff; border-radius: 20px; box-shadow: 0 8px 30px rgb(29 35 51 / 10%); }
  .mark { display: inline-grid; place-items: center; width: 64px; height: 64px; border-radius: 50%; background: #e7eaff; color: #3d3fd6; font-size: 30px; }
  h1 { font-size: 1.35rem; margin: 20px 0 8px; }
  p { margin: 0; color: #555d73; }
</style>
</head>
<body><main><div class="mark" aria-hidden="true">${mark}</div><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
}
