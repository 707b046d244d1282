import type { SeededRandom } from "../crash/seeded-random.ts";

/** Stands for a number that JSON can hold and `JSON.stringify` does not write. */
const endless = "a number without end";

const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  200,
  0.1,
  1e21,
  1e308,
  endless,
  "",
  " ",
  "true",
  "200",
  "200.00",
  "199.99",
  "200.000",
  "20000.00",
  "-200.00",
  "2e2",
  "INR",
  "USD",
  "Completed",
  "__proto__",
  "constructor",
  "\ud800",
  "\u0000",
  "https://instamojo.com.evil.example/",
  "javascript://instamojo.com/%0a",
  "MOJO5a06005J21512197",
  "MOJO5a06005J21512198",
  "05f317448ad84649aa1a9c7328edb015",
  "2016-13-45T99:99:99Z",
  [],
  {},
  [[]],
  { status: true, amount: "200.00" },
];

const oddKeys = ["__proto__", "constructor", "toString", "status", "amount", "id", "mac", "webhook", "then", "toJSON"];

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

/** Every object and array in a value, itself included. */
function containers(value: unknown): Container[] {
  return isContainer(value) ? [value, ...Object.values(value).flatMap(containers)] : [];
}

/** Sets an own property whatever its name. */
function put(target: Container, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function own(target: Container, key: string): unknown {
  return Object.getOwnPropertyDescriptor(target, key)?.value ?? null;
}

function change(target: Container, random: SeededRandom): void {
  const keys = Object.keys(target);
  const key = keys.length === 0 || random.fraction() < 0.2 ? random.pick(oddKeys) : random.pick(keys);
  const other = random.pick([key, ...keys]);
  const way = random.whole(0, 4);
  if (way === 0 && !Array.isArray(target)) Reflect.deleteProperty(target, key);
  else if (way === 1) put(target, key, structuredClone(own(target, other)));
  else if (way === 2) put(target, key, [own(target, key)]);
  else put(target, key, structuredClone(random.pick(oddValues)));
}

/** A JSON text with one to three values changed, so that it still is JSON; null for a text that is none or too long. */
export function mutateJson(text: string, random: SeededRandom): string | null {
  if (text.length > 5_000) return null;
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return null;
  }
  const places = containers(root);
  if (places.length === 0) return null;
  for (let left = random.whole(1, 3); left > 0; left -= 1) change(random.pick(places), random);
  return JSON.stringify(root).replaceAll(JSON.stringify(endless), "1e309");
}
