import { randomUUID } from "node:crypto";
import type { Store } from "../../src/store/store.ts";

/** Mistakes to plant between the plugin and its ledger, each with the invariant that has to notice it. */
export const planted: readonly { readonly mistake: string; readonly noticedBy: string; plant(store: Store): Store }[] =
  [
    {
      mistake: "a refund that was asked for is forgotten",
      noticedBy: "REFUND",
      plant: (store) => ({
        ...store,
        refundByTransaction: async () => null,
        async reserveRefund(refund) {
          await store.saveRefund(refund);
          return { kind: "reserved", refund };
        },
      }),
    },
    {
      mistake: "every refund finds room",
      noticedBy: "REFUND",
      plant: (store) => ({
        ...store,
        async reserveRefund(refund) {
          await store.saveRefund(refund);
          return { kind: "reserved", refund };
        },
      }),
    },
    {
      mistake: "a link that was asked for is forgotten",
      noticedBy: "CHARGE",
      plant: (store) => ({
        ...store,
        addRequest: (request) => store.addRequest({ ...request, key: randomUUID() }),
      }),
    },
    {
      mistake: "the event of a payment is lost",
      noticedBy: "LOST",
      plant: (store) => ({
        ...store,
        commit: (change) =>
          store.commit(
            change.events?.some(({ event }) => event.status === "Completed")
              ? { ...change, events: [], deliveries: [] }
              : change,
          ),
      }),
    },
  ];
