/** One field of a form as it is sent: key and value. */
export type Pair = readonly [key: string, value: string];

/** A signed message after somebody had it in hand. */
export interface ChangedMessage {
  readonly name: string;
  readonly pairs: readonly Pair[];
}

type Change = (pair: Pair) => readonly Pair[];

/** What can be done to one field. */
const changes: Readonly<Record<string, Change>> = {
  dropped: () => [],
  emptied: ([key]) => [[key, ""]],
  changed: ([key, value]) => [[key, `${value}0`]],
  "given a blank": ([key, value]) => [[key, ` ${value}`]],
  "in capitals": ([key, value]) => [[key, value.toUpperCase()]],
  "sent twice": (pair) => [pair, pair],
  "sent twice, once changed": ([key, value]) => [
    [key, value],
    [key, `${value}0`],
  ],
  "sent under two spellings": ([key, value]) => [
    [key, value],
    [key.toUpperCase(), value],
  ],
  renamed: ([key, value]) => [[`${key}_x`, value]],
  "renamed to capitals": ([key, value]) => [[key.toUpperCase(), value]],
  "given a second value": ([key, value]) => [[key, `${value}|${value}`]],
};

/** What is done to two fields at once. */
const inPairs = ["dropped", "emptied", "changed", "sent twice", "renamed", "renamed to capitals"];

/** Every change of one field, and every change of two, of a message that ends with its `mac`. */
export function* fieldChanges(signed: readonly Pair[]): Generator<ChangedMessage> {
  for (const [index, [key]] of signed.entries()) {
    for (const [what, change] of Object.entries(changes)) {
      yield { name: `${key} ${what}`, pairs: signed.flatMap((pair, at) => (at === index ? change(pair) : [pair])) };
    }
  }
  for (const [first, second] of twoOf(signed)) {
    const both = `${first[0]} and ${second[0]}`;
    const replace = (one: readonly Pair[], other: readonly Pair[]) =>
      signed.flatMap((pair) => (pair === first ? one : pair === second ? other : [pair]));
    for (const what of inPairs) {
      const change = changes[what] as Change;
      yield { name: `${both} ${what}`, pairs: replace(change(first), change(second)) };
    }
    yield { name: `${both} swapped`, pairs: replace([[first[0], second[1]]], [[second[0], first[1]]]) };
    yield { name: `${both} in other places`, pairs: replace([second], [first]) };
    yield { name: `${both} under one key`, pairs: replace([first], [[first[0], second[1]]]) };
    yield { name: `${both} moved together`, pairs: replace([[first[0], `${first[1]}|${second[1]}`]], []) };
    yield {
      name: `${both} moved together, one left empty`,
      pairs: replace([[first[0], ""]], [[second[0], `${first[1]}|${second[1]}`]]),
    };
    yield { name: `${first[0]} dropped, ${second[0]} changed`, pairs: replace([], [[second[0], `${second[1]}0`]]) };
  }
}

/** Every other signature that is near the right one. */
export function* signatureChanges(fields: readonly Pair[], mac: string): Generator<ChangedMessage> {
  for (const [at, digit] of [...mac].entries()) {
    const other = ((Number.parseInt(digit, 16) + 1) % 16).toString(16);
    yield { name: `digit ${at} of the mac`, pairs: [...fields, ["mac", mac.slice(0, at) + other + mac.slice(at + 1)]] };
  }
  for (let length = 0; length < mac.length; length += 1) {
    yield { name: `${length} digits of the mac`, pairs: [...fields, ["mac", mac.slice(0, length)]] };
  }
  for (const wrong of [`${mac}0`, `${mac} `, `${mac}\u0000`, `${mac}${mac}`, "0".repeat(40), "null", "undefined"]) {
    yield { name: `the mac ${JSON.stringify(wrong)}`, pairs: [...fields, ["mac", wrong]] };
  }
}

/**
 * The same signed text cut anew: the signature covers values in the order of their keys and no key, so each of these is
 * validly signed. Any two parts of the text come to stand as payment and request, parts of a value too.
 */
export function* recuts(fields: readonly Pair[], mac: string): Generator<ChangedMessage> {
  const parts = fields
    .map(([, value]) => value)
    .join("|")
    .split("|");
  const place = (index: number) => String(index).padStart(2, "0");
  for (const [first, second] of twoOf(parts.map((text, index) => ({ text, index })))) {
    const pairs = parts.map((text, index): Pair => {
      if (index === first.index) return ["payment_id", text];
      if (index === second.index) return ["payment_request_id", text];
      const after = index > second.index ? "z" : index > first.index ? "payment_j" : "a";
      return [`${after}${place(index)}`, text];
    });
    const name = `part ${first.index} as payment, part ${second.index} as request`;
    yield { name, pairs: [...pairs, ["mac", mac]] };
    const whole = parts.slice(first.index, second.index + 1).join("|");
    const rest = (from: number, to: number, letter: string) =>
      parts.slice(from, to).map((text, index): Pair => [`${letter}${place(index)}`, text]);
    const merged: readonly Pair[] = [
      ...rest(0, first.index, "a"),
      ["payment_id", whole],
      ...rest(second.index + 1, parts.length, "z"),
    ];
    yield { name: `parts ${first.index} to ${second.index} as payment`, pairs: [...merged, ["mac", mac]] };
  }
}

function* twoOf<Item>(items: readonly Item[]): Generator<readonly [Item, Item]> {
  for (const [index, first] of items.entries()) {
    for (const second of items.slice(index + 1)) yield [first, second];
  }
}

/** The body that carries these fields. */
export function bodyOf(pairs: readonly Pair[]): string {
  return pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
}
