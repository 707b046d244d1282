import type { CreateRefundInput, CreateRefundOutput } from "../../schemas/create-refund.ts";
import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../schemas/generate-payment-link.ts";
import type { GetPaymentStatusInput, GetPaymentStatusOutput } from "../../schemas/get-payment-status.ts";

/** What an executor gets: the payment services, bound to the account, key and correlation of this run. */
export interface NodeContext {
  readonly links: {
    /** Makes a payment link, or gives back the one made before under the same key. */
    create(input: GeneratePaymentLinkInput): Promise<GeneratePaymentLinkOutput>;
  };
  readonly refunds: {
    /** Asks for a refund: one intent, one send, ever. */
    create(input: CreateRefundInput): Promise<CreateRefundOutput>;
  };
  readonly payments: {
    /** Reads what the gateway says of a payment now. */
    status(input: GetPaymentStatusInput): Promise<GetPaymentStatusOutput>;
  };
}
