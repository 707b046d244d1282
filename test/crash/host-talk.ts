import type { CrashPlan } from "./fault-points.ts";
import type { Variant } from "./variants.ts";

/** The one account of the crash harness. */
export const merchant = {
  name: "shop",
  clientId: "test_crash_client",
  clientSecret: "test_crash_secret_value",
  privateSalts: ["0123456789abcdef0123456789abcdef"],
};

/** Where the gateway is told to report; the harness sends instead of it, so that it sees every answer. */
export const publicUrl = "https://shop.example.com";

/** One life of the host program, from its start to its kill. */
export interface Life {
  /** Path of the ledger's file, or `postgres://…`. */
  readonly ledger: string;
  /** Path of the file that the taker appends each received event to, one line of JSON each. */
  readonly received: string;
  readonly gateway: string;
  readonly variant: Variant;
  readonly crash: CrashPlan | null;
}

/** One line of the host's received events. */
export interface ReceivedEvent {
  readonly id: string;
  readonly status: string;
  readonly paymentId: string;
  readonly paymentRequestId: string;
  readonly sequence: number;
  readonly correlation: unknown;
}

export type ToHost =
  | { readonly kind: "live"; readonly life: Life }
  | { readonly kind: "link"; readonly reference: string };

export type FromHost =
  | { readonly kind: "ready" }
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "link"; readonly reference: string; readonly paymentRequestId: string | null };
