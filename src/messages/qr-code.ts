import type { Bitmap2D } from "lean-qr";
import type { LinkMessage } from "../../schemas/message.ts";

/** White modules around the code; readers ask for four. Source: ISO/IEC 18004, quiet zone. */
const quietZone = 4;

/** Pixels per module: a link of 80 characters becomes a picture of 270 pixels. */
const scale = 6;

type Draw = (link: string) => LinkMessage["qr"];
let drawing: Promise<Draw> | undefined;

/** The codes drawn last: a link is asked for again while it is sent, and when its run is repeated. */
const drawn = new Map<string, Promise<LinkMessage["qr"]>>();
const mostDrawn = 100;

/** The QR code of a link, made here and now without asking anybody; null where none can be made. */
export function qrCode(link: string): Promise<LinkMessage["qr"]> {
  const known = drawn.get(link);
  if (known) return known;
  const made = draw(link);
  drawn.set(link, made);
  const [oldest] = drawn.keys();
  if (drawn.size > mostDrawn && oldest !== undefined) drawn.delete(oldest);
  return made;
}

async function draw(link: string): Promise<LinkMessage["qr"]> {
  if (link === "") return null;
  try {
    // Loaded with the first link, so that importing the package costs nobody the library.
    drawing ??= loadDraw();
    return (await drawing)(link);
  } catch {
    return null;
  }
}

async function loadDraw(): Promise<Draw> {
  const { generate, correction } = await import("lean-qr");
  // The one part that needs Node (zlib, Buffer): without it there is no PNG.
  const qrPng = await import("./qr-png.ts").then(
    (module) => module.qrPng,
    () => null,
  );
  return (link) => {
    const code = generate(link, { minCorrectionLevel: correction.M });
    return {
      svg: svgOf(code),
      png: qrPng ? `data:image/png;base64,${qrPng(code, { quietZone, scale }).toString("base64")}` : null,
    };
  };
}

/**
 * The code as an SVG element. Each row is a line of dashes: a quarter of the size of the outlines that the library
 * draws, which counts in something that every message carries. It holds numbers only, nothing that anybody typed.
 */
function svgOf(code: Bitmap2D): string {
  const side = code.size + 2 * quietZone;
  let path = "";
  for (let y = 0; y < code.size; y++) {
    let at = -1;
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y)) continue;
      const start = x;
      while (code.get(x + 1, y)) x++;
      path += at < 0 ? `M${start + quietZone} ${y + quietZone}.5` : `m${start - at} 0`;
      at = x + 1;
      path += `h${at - start}`;
    }
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side * scale}" height="${side * scale}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path stroke="#000" d="${path}"/></svg>`
  );
}
