import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { createPacedWakes } from "../../src/store/postgres/paced-wakes.ts";

let woken: number;
const paced = () =>
  createPacedWakes(async () => {
    woken += 1;
  });

beforeEach(() => {
  jest.useFakeTimers();
  woken = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

describe("wake-ups of transactions that follow each other", () => {
  it("ride with the first one at once", () => {
    const wakes = paced();
    expect(wakes.isDue()).toBe(true);
    wakes.committed(true);
    jest.advanceTimersByTime(1_000);
    expect(woken).toBe(0);
    expect(wakes.isDue()).toBe(true);
  });

  it("are one for all the others, after the last of them", () => {
    const wakes = paced();
    wakes.committed(true);
    for (let count = 0; count < 4; count += 1) {
      jest.advanceTimersByTime(10);
      expect(wakes.isDue()).toBe(false);
      wakes.committed(false);
    }
    expect(woken).toBe(0);
    jest.advanceTimersByTime(10);
    expect(woken).toBe(1);
    jest.advanceTimersByTime(1_000);
    expect(woken).toBe(1);
  });

  it("ride with a later one that carries, which is enough for those before it", () => {
    const wakes = paced();
    wakes.committed(true);
    wakes.committed(false);
    wakes.committed(true);
    jest.advanceTimersByTime(1_000);
    expect(woken).toBe(0);
  });

  it("are not lost when a transaction that was to carry one is not stored", () => {
    const wakes = paced();
    expect(wakes.isDue()).toBe(true);
    expect(wakes.isDue()).toBe(true);
  });

  it("come at once when the ledger closes, and only where something is left to tell", async () => {
    const wakes = paced();
    await wakes.flush();
    wakes.committed(true);
    await wakes.flush();
    expect(woken).toBe(0);
    wakes.committed(false);
    await wakes.flush();
    jest.advanceTimersByTime(1_000);
    expect(woken).toBe(1);
  });

  it("may fail: what there is to do is found by looking", async () => {
    const wakes = createPacedWakes(async () => {
      throw new Error("The server is away.");
    });
    wakes.committed(true);
    wakes.committed(false);
    await expect(wakes.flush()).resolves.toBeUndefined();
  });
});
