/**
 * What customers read, in English. Each other language is a file like this one; a text that it lacks is taken from here.
 * Places: `{amount}` and `{refund}` with the rupee sign, `{purpose}`, `{link}`, `{paymentId}`. No text formats anything:
 * a channel's marks around the purpose would change what marks inside the purpose mean.
 */
export const en = {
  /** Stands for a purpose that is not known. */
  order: "your order",
  /** Title of a card without a purpose. */
  payment: "Payment",

  pay: "Please pay {amount} for {purpose}.",
  payByLink: "Please pay {amount} for {purpose}. Payment link: {link}",
  /** At most 20 characters with the largest amount, or WhatsApp refuses the button. */
  payButton: "Pay {amount}",
  reminder: "Reminder: {amount} for {purpose} has not been paid yet. You can pay here: {link}",

  processing: "Your payment of {amount} for {purpose} is being processed. Please do not pay again.",
  paid: "We have received your payment of {amount} for {purpose}. Thank you! Payment id: {paymentId}",
  paidLate:
    "We have received your payment of {amount} for {purpose}, after the link was closed. Payment id: {paymentId}",
  paidTwice:
    "We have received a second payment of {amount} for {purpose}. If you paid twice by mistake, please tell us. Payment id: {paymentId}",
  paidTooMuch:
    "We have received your payment of {amount} for {purpose}. This is more than we asked for. Payment id: {paymentId}",
  failed: "Your payment of {amount} for {purpose} did not go through. You can try again here: {link}",
  expired: "The payment link for {purpose} ({amount}) has expired. Please do not use it any more.",
  closed: "The payment link for {purpose} ({amount}) was closed. Please do not use it any more.",

  refundRequested: "A refund of {refund} for {purpose} has been requested.",
  refundInReview: "The refund of {refund} for {purpose} is being reviewed.",
  refunded: "We have refunded {refund} for {purpose}. It may take a few days until you see it in your account.",
  refundDenied: "The refund of {refund} for {purpose} was declined.",
  refundWithdrawn: "The refund request of {refund} for {purpose} was withdrawn.",
  refundClosed: "The refund request of {refund} for {purpose} was closed without a refund.",
} as const;

export type TextKey = keyof typeof en;

/** The texts of one language. */
export type Texts = Readonly<Record<TextKey, string>>;
