/**
 * The mark of the package: a rupee sign inside the open ring of a chain link. Our own drawing, not the gateway's logo.
 * Drawn on 40 by 40; white where it stands on the colour of a node.
 */
const mark = [
  '<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">',
  '<path d="M14.500 11.500h11M14.500 16h11M14.500 11.500h3a4.500 4.500 0 0 1 0 9h-3l7.500 8"/>',
  '<path d="M15.500 5.500h9a9 9 0 0 1 9 9v11a9 9 0 0 1-5.500 8.300"/>',
  '<path d="M24.500 34.500h-9a9 9 0 0 1-9-9v-11a9 9 0 0 1 5.500-8.300"/>',
  "</g>",
].join("");

const open = (height: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 ${height}" width="40" height="${height}">`;

/** The icon as an SVG document, 40 by 40, on its own ground. */
export const icon = `${open(40)}<rect width="40" height="40" rx="9" fill="#1f6f5c"/>${mark}</svg>`;

/** The icon of a palette that paints the ground itself, 40 by 60 as Node-RED wants it. */
export const paletteIcon = `${open(60)}<g transform="translate(0 10)">${mark}</g></svg>`;

/** The icon where a URL is wanted. */
export const iconDataUri = `data:image/svg+xml;base64,${btoa(icon)}`;
