/** Lets work about one thing wait for the work about it that was asked for before, with nothing taken meanwhile. */
export interface Turns {
  take<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/**
 * The order in which this process asked. Between processes the locks of the database decide; here the turns also keep many
 * calls about one thing from taking every connection only to wait for each other.
 */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(name, work) {
      const before = last.get(name);
      const mine = (async () => {
        await before?.catch(() => {});
        return work();
      })();
      last.set(name, mine);
      try {
        return await mine;
      } finally {
        if (last.get(name) === mine) last.delete(name);
      }
    },
  };
}
