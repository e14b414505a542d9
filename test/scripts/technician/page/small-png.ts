/*
 * small-png.ts: a screenshot with few colours, so that the pictures of the documentation stay small.
 * Way: PNG of 8 bits a channel, as browsers make them -> PNG with a palette. Source: the PNG specification (W3C).
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 64;

interface Chunk {
  type: string;
  data: Buffer;
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 8, at + 8 + length);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data });
    at += 12 + length;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** Takes the filters off; the bytes of all rows behind each other. */
function unfiltered(raw: Buffer, rowBytes: number, pixelBytes: number): Buffer {
  const rows = raw.length / (rowBytes + 1);
  const out = Buffer.alloc(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x++) {
      const at = row * rowBytes + x;
      const a = x < pixelBytes ? 0 : out[at - pixelBytes];
      const b = row === 0 ? 0 : out[at - rowBytes];
      const c = row === 0 || x < pixelBytes ? 0 : out[at - rowBytes - pixelBytes];
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
      out[at] = raw[row * (rowBytes + 1) + 1 + x] + guess;
    }
  }
  return out;
}

function distance(a: number, b: number): number {
  const part = (shift: number) => ((a >> shift) & 255) - ((b >> shift) & 255);
  return part(16) ** 2 + part(8) ** 2 + part(0) ** 2;
}

/** The same picture with at most 64 colours. Throws: it is no PNG of 8 bits a channel. */
export function smallPng(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const head = chunks[0].data;
  const [width, height, colourType] = [head.readUInt32BE(0), head.readUInt32BE(4), head[9]];
  if (head[8] !== 8 || (colourType !== 2 && colourType !== 6)) throw new Error('other PNG');
  const pixelBytes = colourType === 2 ? 3 : 4;
  const raw = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)),
  );
  const pixels = unfiltered(raw, width * pixelBytes, pixelBytes);
  const counts = new Map<number, number>();
  const colourAt = (index: number) => pixels.readUIntBE(index * pixelBytes, 3);
  for (let i = 0; i < width * height; i++)
    counts.set(colourAt(i), (counts.get(colourAt(i)) ?? 0) + 1);
  const palette = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, COLOURS)
    .map(([colour]) => colour);
  const nearest = new Map<number, number>();
  for (const colour of counts.keys()) {
    const distances = palette.map((one) => distance(one, colour));
    nearest.set(colour, distances.indexOf(Math.min(...distances)));
  }
  const rows = Buffer.alloc(height * (width + 1));
  for (let i = 0; i < width * height; i++) {
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = nearest.get(colourAt(i)) ?? 0;
  }
  const newHead = Buffer.from(head);
  newHead[9] = 3;
  const colours = Buffer.alloc(palette.length * 3);
  for (const [at, colour] of palette.entries()) colours.writeUIntBE(colour, at * 3, 3);
  const parts = [
    chunk('IHDR', newHead),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
}
