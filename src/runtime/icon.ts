/**
 * The mark of the package: a rupee sign in the ring of a chain link. Our own drawing, not the gateway's logo.
 * The same strokes, white on nothing, are the palette icon in src/hosts/node-red/icons.
 */
export const iconStrokes = [
  "M25 12H15a8 8 0 0 0-8 8v0a8 8 0 0 0 8 8h2",
  "M15 28h10a8 8 0 0 0 8-8v0a8 8 0 0 0-8-8h-2",
] as const;

/** The icon as an SVG document, 40 by 40. */
export const icon = [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40">',
  '<rect width="40" height="40" rx="9" fill="#2f5d8a"/>',
  '<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">',
  "</g></svg>",
].join("");
