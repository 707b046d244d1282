import { type IDataObject, type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from "n8n-workflow";
import type { PaymentStatusEvent } from "../../../../schemas/payment-status.ts";
import { FlowError, isFlowError } from "../../../runtime/errors.ts";
import { errorItem, errorToThrow } from "../error-item.ts";
import { openAccount } from "../trigger/open-account.ts";
import { expiredEvent, lookAtLink } from "./look-at-link.ts";
import { type WaitOutput, waitOutputs } from "./wait-description.ts";

/** What a run remembers of its waiting; n8n keeps it with the run, also over a restart. */
interface WaitMemory {
  paymentRequestId?: string;
  /** Milliseconds since the epoch. */
  until?: number;
}

/** One look of a run that waits: it goes on by one of its outputs, or sleeps till the next look. */
export async function runWait(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const [item, ...others] = context.getInputData();
  if (item === undefined) return waitOutputs.map(() => []);
  if (others.length > 0) {
    throw new NodeOperationError(context.getNode(), "Only one payment can be waited for in a run.", {
      description: "Put a Loop Over Items node before, or start one run for each payment.",
    });
  }
  try {
    return await lookOrSleep(context, item);
  } catch (thrown) {
    if (!isFlowError(thrown)) throw thrown;
    // The customer can still pay while Instamojo cannot be asked.
    if (thrown.retryable) return sleepUntil(context, item, 0);
    const error = thrown.toJSON();
    if (!context.continueOnFail()) throw errorToThrow(context, error, 0);
    return waitOutputs.map((_, index) => (index === 0 ? [errorItem(error, 0)] : []));
  }
}

async function lookOrSleep(context: IExecuteFunctions, item: INodeExecutionData): Promise<INodeExecutionData[][]> {
  const id = String(context.getNodeParameter("paymentRequestId", 0) ?? "").trim();
  if (!/^[0-9a-f]{32}$/.test(id)) {
    throw new FlowError("invalid_input", "Payment request ID is not the id of a link.", {
      remedy: "Take paymentRequestId from the output of the node that made the link.",
    });
  }
  const now = Date.now();
  const until = untilOf(context, id, now);
  const account = await openAccount(context);
  let state = await lookAtLink(id, account, now);
  if (state.kind === "paid") return leaveBy("paid", state.event);
  if (now < until || state.isUnfinished) return sleepUntil(context, item, until);
  await account.gateway.disablePaymentRequest(id);
  // A payment may have come in between the look and the closing.
  state = await lookAtLink(id, account, now);
  if (state.kind === "paid") return leaveBy("paid", state.event);
  if (state.isUnfinished) return sleepUntil(context, item, until);
  return state.failed ? leaveBy("failed", state.failed) : leaveBy("expired", expiredEvent(state.request, account, now));
}

/** The end of the waiting is set at the first look. */
function untilOf(context: IExecuteFunctions, paymentRequestId: string, now: number): number {
  const memory = context.getContext("node") as WaitMemory;
  if (memory.paymentRequestId !== paymentRequestId || memory.until === undefined) {
    const minutes = numberBetween(context, "waitingTime", [1, 43_200]);
    Object.assign(memory, { paymentRequestId, until: now + minutes * 60_000 } satisfies WaitMemory);
  }
  return memory.until as number;
}

async function sleepUntil(
  context: IExecuteFunctions,
  item: INodeExecutionData,
  until: number,
): Promise<INodeExecutionData[][]> {
  const now = Date.now();
  const next = now + numberBetween(context, "lookEvery", [1, 1_440]) * 60_000;
  // What is unfinished after the end is looked at in its usual time.
  await context.putExecutionToWait(new Date(until > now ? Math.min(next, until) : next));
  return waitOutputs.map((_, index) => (index === 0 ? [item] : []));
}

function numberBetween(context: IExecuteFunctions, name: string, [least, most]: readonly [number, number]): number {
  const value = Number(context.getNodeParameter(name, 0));
  if (value >= least && value <= most) return value;
  throw new FlowError("invalid_input", `${name} must be between ${least} and ${most} minutes.`, {
    remedy: `Type a number from ${least} to ${most}.`,
  });
}

function leaveBy(output: WaitOutput, event: PaymentStatusEvent): INodeExecutionData[][] {
  const json = event as unknown as IDataObject;
  return waitOutputs.map((name) => (name === output ? [{ json, pairedItem: { item: 0 } }] : []));
}
