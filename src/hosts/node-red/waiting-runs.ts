import type { Host, ResumedRun, SuspendedRun, WaitNews } from "../../runtime/host.ts";

/** A node of the canvas in which runs wait, while it is alive. */
export interface WaitingPlace {
  /** Sends a run on. `kept` is the message object of the run, where this process still has it. */
  goOn(run: ResumedRun, kept: SuspendedRun["message"] | undefined): void;
  show(kind: WaitNews["kind"]): void;
}

/** The runs of this process that wait for their payment, and the nodes they wait in. */
export interface WaitingRuns {
  /** What the plugin calls. */
  readonly hooks: Required<Pick<Host, "suspend" | "resume" | "observeWait">>;
  /** A node comes to life; one of the same id before it is replaced. */
  enter(id: string, place: WaitingPlace): void;
  /** A node stops; taken out of the flows for good, its messages go too. */
  leave(id: string, place: WaitingPlace, isRemoved: boolean): void;
  /** Ids of the nodes that are alive. */
  places(): readonly string[];
}

/** How many message objects are kept; beyond that the oldest run goes on with the plain data of its message. */
const mostKept = 10_000;

export function createWaitingRuns(): WaitingRuns {
  const kept = new Map<string, SuspendedRun>();
  const places = new Map<string, WaitingPlace>();
  return {
    hooks: {
      suspend(run) {
        kept.set(run.id, run);
        if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
      },
      async resume(run) {
        const place = places.get(run.place);
        if (!place) throw new Error("The node is not there now.");
        // What was erased from the ledger is not brought back from memory.
        place.goOn(run, run.message === null ? undefined : kept.get(run.id)?.message);
        kept.delete(run.id);
      },
      observeWait: ({ place, kind }) => places.get(place)?.show(kind),
    },
    enter: (id, place) => void places.set(id, place),
    leave(id, place, isRemoved) {
      if (places.get(id) === place) places.delete(id);
      if (!isRemoved) return;
      for (const [run, { place: of }] of kept) if (of === id) kept.delete(run);
    },
    places: () => [...places.keys()],
  };
}
