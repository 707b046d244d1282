/**
 * Writes a line of the conversation as HTML for the chat component. All words go in as text, so that nothing a person
 * or a gateway wrote is read as markup.
 */
export function entryHtml({ text, card, tone }) {
  if (card) return cardHtml(card, text);
  return element("div", tone === "good" || tone === "bad" ? tone : "plain", text ?? "").outerHTML;
}

function cardHtml({ title, amount, link, button, note }, text) {
  const card = element("div", "card");
  if (text) card.append(element("div", "before", text));
  const bill = element("div", "bill");
  bill.append(element("div", "title", title), element("div", "amount", `₹${amount}`));
  if (/^https?:\/\//.test(link)) {
    const pay = element("a", "pay", button ?? "Pay now");
    pay.href = link;
    pay.target = "_blank";
    pay.rel = "noopener noreferrer";
    bill.append(pay);
  }
  if (note) bill.append(element("div", "note", note));
  card.append(bill);
  return card.outerHTML;
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
