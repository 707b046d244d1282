import { expect } from "@jest/globals";
import type { ScaleOutResult } from "./scale-out-run.ts";

/** Nothing lost, nothing doubled, in order, by the ledger of the local Instamojo and what the target got. */
export function judgeScaleOut({ paid, answered, recorded, events }: ScaleOutResult): void {
  const payments = [...paid.values()].flat();
  expect([...answered].filter((id) => !recorded.has(id))).toEqual([]);
  const told = new Map<string, Set<string>>();
  for (const { id, status, paymentId } of events) {
    expect(status).toBe("Completed");
    told.set(paymentId, (told.get(paymentId) ?? new Set()).add(id));
  }
  expect(payments.filter((id) => !told.has(id))).toEqual([]);
  expect([...told.keys()].filter((id) => !payments.includes(id))).toEqual([]);
  expect([...told].filter(([, ids]) => ids.size !== 1)).toEqual([]);
  for (const [request, ids] of paid) {
    const sequences = firstSequences(events, request);
    expect({ request, sequences }).toEqual({ request, sequences: [...sequences].sort((one, other) => one - other) });
    expect({ request, count: sequences.length }).toEqual({ request, count: ids.length });
  }
}

function firstSequences(events: ScaleOutResult["events"], request: string): readonly number[] {
  const ofRequest = events.filter(({ paymentRequestId }) => paymentRequestId === request);
  const first = ofRequest.filter(({ id }, index) => ofRequest.findIndex((other) => other.id === id) === index);
  return first.map(({ sequence }) => sequence);
}
