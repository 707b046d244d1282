import { createHash } from "node:crypto";
import type { IExecuteFunctions } from "n8n-workflow";
import { FlowError } from "../../../runtime/errors.ts";

/** What was sent once, in n8n's own store: it outlives restarts and is shared by the workers of one n8n. */
export interface SendMarks {
  /** Marks it as sent. False when it was marked before. */
  take(name: string): Promise<boolean>;
  /** Takes a mark back: it is certain that nothing came of the send. */
  release(name: string): Promise<void>;
}

const options = { mode: "entries", maxEntries: 10_000 } as const;

/** Marks of one node of one workflow. Two executions at the very same moment may both find a mark absent. */
export function createSendMarks({ helpers }: Pick<IExecuteFunctions, "helpers">): SendMarks {
  return {
    async take(name) {
      try {
        const { new: fresh } = await helpers.checkProcessedAndRecord([digestOf(name)], "node", options);
        return fresh.length > 0;
      } catch (cause) {
        throw new FlowError("store_unavailable", "n8n could not note that this refund is about to be sent.", {
          remedy: "Save the workflow, check n8n's database, then run the node again.",
          cause,
        });
      }
    },
    release: (name) => helpers.removeProcessed([digestOf(name)], "node", options),
  };
}

function digestOf(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}
