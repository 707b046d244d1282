/** Versions of one object, oldest first, so that a read can be answered as of a moment in the past. */
export type History<T> = { at: number; value: T }[];

export function latest<T>(history: History<T>): T {
  const last = history.at(-1);
  if (last === undefined) throw new Error("a history is never empty");
  return last.value;
}

/** The value at that time; undefined when the object did not exist yet. */
export function asOf<T>(history: History<T>, at: number): T | undefined {
  return history.findLast((version) => version.at <= at)?.value;
}

export function change<T>(history: History<T>, at: number, patch: Partial<T>): T {
  const value = { ...latest(history), ...patch };
  history.push({ at, value });
  return value;
}
