import type { CollectPaymentInput, CollectPaymentOutput } from "../../schemas/collect-payment.ts";
import type { CreateRefundInput, CreateRefundOutput } from "../../schemas/create-refund.ts";
import type { GeneratePaymentLinkInput, GeneratePaymentLinkOutput } from "../../schemas/generate-payment-link.ts";
import type { GetPaymentStatusInput, GetPaymentStatusOutput } from "../../schemas/get-payment-status.ts";
import type { GetRefundStatusInput, GetRefundStatusOutput } from "../../schemas/get-refund-status.ts";
import type { ListPaymentsInput, ListPaymentsOutput } from "../../schemas/list-payments.ts";
import type { SwitchLinkInput, SwitchLinkOutput } from "../../schemas/switch-link.ts";

/** What an executor gets: the payment services, bound to the account, key and correlation of this run. */
export interface NodeContext {
  readonly links: {
    /** Makes a payment link, or gives back the one made before under the same key. */
    create(input: GeneratePaymentLinkInput): Promise<GeneratePaymentLinkOutput>;
    /** Closes a link, or opens it again; what is so already stays so. */
    disable(input: SwitchLinkInput): Promise<SwitchLinkOutput>;
    enable(input: SwitchLinkInput): Promise<SwitchLinkOutput>;
  };
  readonly refunds: {
    /** Asks for a refund: one intent, one send, ever. */
    create(input: CreateRefundInput): Promise<CreateRefundOutput>;
    /** Reads how a refund case stands now. */
    status(input: GetRefundStatusInput): Promise<GetRefundStatusOutput>;
  };
  readonly payments: {
    /** Reads what the gateway says of a payment now. */
    status(input: GetPaymentStatusInput): Promise<GetPaymentStatusOutput>;
    /** Lists the payments of the account. */
    list(input: ListPaymentsInput): Promise<ListPaymentsOutput>;
  };
  readonly waits: {
    /** Makes a link as `links.create` does, and lets the run wait for its end. */
    create(input: CollectPaymentInput): Promise<CollectPaymentOutput>;
  };
}
