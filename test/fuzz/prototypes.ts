const watched = [Object.prototype, Array.prototype, String.prototype, Map.prototype, Function.prototype];

/** The own keys of the prototypes that everything in the process shares, as one text. */
export function prototypeKeys(): string {
  return watched.map((prototype) => Reflect.ownKeys(prototype).map(String).join()).join("\n");
}
