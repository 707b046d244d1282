import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import type { Bitmap2D } from "lean-qr";

/** Where a picture's code lies: the margin in modules, and the pixels of a module's side. */
export interface Picture {
  readonly quietZone: number;
  readonly scale: number;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * The code as a PNG of black and white. Its rows are packed once a module and repeated, so that it costs a quarter of
 * what asking the library for each pixel does: a bot waits for it. Source: PNG Specification (Third Edition), 5 and 7.
 */
export function qrPng(code: Bitmap2D, picture: Picture): Buffer {
  const side = (code.size + 2 * picture.quietZone) * picture.scale;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit a pixel, grey.
  header[8] = 1;
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows(code, picture, side))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Each row as a filter byte (none) and its pixels, eight to a byte, white being one. */
function rows(code: Bitmap2D, { quietZone, scale }: Picture, side: number): Buffer {
  const length = 1 + Math.ceil(side / 8);
  const packed = Buffer.alloc(length * side, 0xff);
  for (let line = 0; line < side; line++) packed[line * length] = 0;
  for (let y = 0; y < code.size; y++) {
    const first = (y + quietZone) * scale * length;
    for (let x = 0; x < code.size; x++) {
      if (code.get(x, y)) blacken(packed, first, (x + quietZone) * scale, scale);
    }
    for (let copy = 1; copy < scale; copy++) packed.copyWithin(first + copy * length, first, first + length);
  }
  return packed;
}

function blacken(packed: Buffer, row: number, from: number, count: number): void {
  for (let pixel = from; pixel < from + count; pixel++) {
    const at = row + 1 + (pixel >> 3);
    packed[at] = (packed[at] as number) & ~(0x80 >> (pixel & 7));
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
