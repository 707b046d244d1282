import { type CardInput, testCard } from "../pages/checkout-page.ts";

export interface CardCheck {
  /** What to tell the payer; undefined when the card is good. */
  trouble?: string;
  /** False when what was typed is no card, so that nothing was tried. */
  isAttempt: boolean;
}

const declined = "The card was declined by the bank. Check the number and try again.";

/** Only the documented test card is good: any expiry to come, CVV 111. */
export function checkCard(card: CardInput, now: number): CardCheck {
  const number = card.number.replace(/[\s-]/g, "");
  const expiry = /^(0[1-9]|1[0-2])\s*\/\s*(?:20)?(\d\d)$/.exec(card.expiry);
  if (!/^\d{12,19}$/.test(number)) return { trouble: "Enter a card number of 12 to 19 digits.", isAttempt: false };
  if (expiry === null) return { trouble: "Enter the expiry as MM/YY.", isAttempt: false };
  if (!/^\d{3,4}$/.test(card.cvv)) return { trouble: "Enter a CVV of three digits.", isAttempt: false };
  const monthAfter = Date.UTC(2000 + Number(expiry[2]), Number(expiry[1]), 1);
  if (number !== testCard.number.replaceAll(" ", "")) return { trouble: declined, isAttempt: true };
  if (monthAfter <= now) return { trouble: "The card has expired.", isAttempt: true };
  return card.cvv === testCard.cvv ? { isAttempt: true } : { trouble: "The CVV is wrong.", isAttempt: true };
}
