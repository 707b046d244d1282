import type { Texts } from "./en.ts";

/** What customers read, in Hindi. */
export const hi: Partial<Texts> = {
  order: "आपके ऑर्डर",
  payment: "भुगतान",

  pay: "कृपया {purpose} के लिए {amount} का भुगतान करें।",
  payByLink: "कृपया {purpose} के लिए {amount} का भुगतान करें। भुगतान का लिंक: {link}",
  payButton: "{amount} चुकाएँ",
  reminder: "याद दिला दें कि {purpose} के लिए {amount} का भुगतान अभी बाकी है। आप यहाँ भुगतान कर सकते हैं: {link}",

  processing: "{purpose} के लिए {amount} का आपका भुगतान प्रोसेस हो रहा है। कृपया दोबारा भुगतान न करें।",
  paid: "हमें {purpose} के लिए {amount} का आपका भुगतान मिल गया है। धन्यवाद! पेमेंट आईडी: {paymentId}",
  paidLate: "हमें {purpose} के लिए {amount} का आपका भुगतान मिल गया है, पर लिंक बंद होने के बाद। पेमेंट आईडी: {paymentId}",
  paidTwice:
    "हमें {purpose} के लिए {amount} का भुगतान दूसरी बार मिला है। अगर आपने गलती से दो बार भुगतान किया है, तो कृपया हमें बताएँ। पेमेंट आईडी: {paymentId}",
  paidTooMuch:
    "हमें {purpose} के लिए {amount} का आपका भुगतान मिल गया है। यह हमारी माँगी हुई रकम से ज़्यादा है। पेमेंट आईडी: {paymentId}",
  failed: "{purpose} के लिए {amount} का आपका भुगतान नहीं हो पाया। आप यहाँ दोबारा कोशिश कर सकते हैं: {link}",
  expired: "{purpose} के लिए {amount} के भुगतान लिंक की समय-सीमा समाप्त हो गई है। कृपया अब इसका उपयोग न करें।",
  closed: "{purpose} के लिए {amount} का भुगतान लिंक बंद कर दिया गया है। कृपया अब इसका उपयोग न करें।",

  refundRequested: "{purpose} के लिए {refund} के रिफ़ंड का अनुरोध किया गया है।",
  refundInReview: "{purpose} के लिए {refund} के रिफ़ंड की समीक्षा की जा रही है।",
  refunded: "हमने {purpose} के लिए {refund} वापस कर दिए हैं। आपके खाते में रकम दिखने में कुछ दिन लग सकते हैं।",
  refundDenied: "{purpose} के लिए {refund} के रिफ़ंड का अनुरोध स्वीकार नहीं हुआ।",
  refundWithdrawn: "{purpose} के लिए {refund} के रिफ़ंड का अनुरोध वापस ले लिया गया है।",
  refundClosed: "{purpose} के लिए {refund} के रिफ़ंड का अनुरोध बिना रिफ़ंड के बंद कर दिया गया है।",
};
