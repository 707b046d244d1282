import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Store } from "../store/store.ts";

/** How often is looked for new damage. */
const lookMs = 60_000;

/** Says aloud when rows of the ledger cannot be read any more: they stop, and nothing else would tell. Call the result to end. */
export function watchDamage({
  store,
  clock,
  logger,
}: {
  readonly store: Pick<Store, "damagedRows">;
  readonly clock: Clock;
  readonly logger: Logger;
}): () => void {
  let told = 0;
  let isStopped = false;
  let cancel = () => {};

  async function look(): Promise<void> {
    const rows = await store.damagedRows().catch(() => ({}));
    const count = Object.values(rows).reduce((sum, one) => sum + one, 0);
    if (count > told) {
      const cause = Object.keys(rows).join(", ");
      logger.error("Rows of the ledger are damaged and stand still. Restore it from a backup.", { count, cause });
    }
    told = count;
  }

  function tick(): void {
    cancel = clock.after(lookMs, () => {
      void look().finally(() => {
        if (!isStopped) tick();
      });
    });
  }

  tick();
  return () => {
    isStopped = true;
    cancel();
  };
}
