import { accountCases } from "./account-cases.ts";
import { changeCases } from "./change-cases.ts";
import { conversationCases } from "./conversation-cases.ts";
import { deliveryCases } from "./delivery-cases.ts";
import { messageCases } from "./message-cases.ts";
import { operatorCases } from "./operator-cases.ts";
import { personalCases } from "./personal-cases.ts";
import { refundCases } from "./refund-cases.ts";
import { requestCases } from "./request-cases.ts";
import type { StoreCase } from "./store-case.ts";
import { sweepCases } from "./sweep-cases.ts";
import { waitCases } from "./wait-cases.ts";

/** What every store must keep, whatever it is made of. */
export const storeContract: readonly StoreCase[] = [
  ...accountCases,
  ...requestCases,
  ...conversationCases,
  ...changeCases,
  ...refundCases,
  ...messageCases,
  ...deliveryCases,
  ...sweepCases,
  ...waitCases,
  ...personalCases,
  ...operatorCases,
];
