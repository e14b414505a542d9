/*
 * packets.ts: Espruino's acknowledged packets, and how to tell their answers from what a program prints in between. Pure.
 * Way: type and content -> bytes; received bytes -> answers, for console.ts.
 * Source: Espruino 2v29 README_Protocol.md and src/jsinteractive.c. Held against recordings of real interpreters.
 *
 * | bytes | field |
 * |---|---|
 * | 0..1 | 10 01 |
 * | 2..3 | type in the upper 3 bits, length of the content in the lower 13, big-endian |
 * | 4.. | content |
 *
 * Answers: 06 = acknowledged, 15 = refused; EVAL's 06 is followed by a packet of type RESPONSE. The board puts 0d before
 * every 0a that it sends, also inside packets, and does not count it.
 */

export const ACK = 0x06;
export const NAK = 0x15;
const DLE = 0x10;
const SOH = 0x01;
const CR = 0x0d;
const LF = 0x0a;
export const PACKET_HEADER_BYTES = 4;

/** Types that are sent to a board. */
export const PACKET = { EVAL: 0x2000, FILE_SEND: 0x6000, DATA: 0x8000 } as const;
const TYPE_MASK = 0xe000;
const LENGTH_MASK = 0x1fff;
const RESPONSE = 0x0000;

/** A packet. `content`: at most 8191 bytes. Throws: RangeError. */
export function encodePacket(type: number, content: Uint8Array): Uint8Array {
  if (content.length > LENGTH_MASK) throw new RangeError(`${content.length} bytes in a packet`);
  const head = type | content.length;
  const packet = new Uint8Array(PACKET_HEADER_BYTES + content.length);
  packet.set([DLE, SOH, head >> 8, head & 255]);
  packet.set(content, PACKET_HEADER_BYTES);
  return packet;
}

/** An answer that stands in received bytes, and where. */
export interface Found<Value> {
  value: Value;
  startsAt: number;
  endsAt: number;
}

/** The first 06 or 15. A program that prints such bytes deceives: only a checksum tells then. */
export function findReply(received: Uint8Array): Found<'ack' | 'nak'> | null {
  const at = received.findIndex((byte) => byte === ACK || byte === NAK);
  return at < 0
    ? null
    : { value: received[at] === ACK ? 'ack' : 'nak', startsAt: at, endsAt: at + 1 };
}

/** Content of `length` bytes from `at` on, without the 0d that the board put before 0a; null = not all of it is here. */
function contentAt(received: Uint8Array, at: number, length: number): Found<Uint8Array> | null {
  const content = new Uint8Array(length);
  let filled = 0;
  let from = at;
  while (filled < length) {
    if (from >= received.length) return null;
    const isPutIn = received[from] === CR && received[from + 1] === LF;
    if (isPutIn) from++;
    content[filled++] = received[from++] as number;
  }
  return { value: content, startsAt: at, endsAt: from };
}

/** The first whole RESPONSE behind an 06 that `isWanted`: what a program prints may look like one. */
export function findResponse(
  received: Uint8Array,
  isWanted: (content: Uint8Array) => boolean,
): Found<Uint8Array> | null {
  for (let at = 0; at + PACKET_HEADER_BYTES < received.length; at++) {
    if (received[at] !== ACK || received[at + 1] !== DLE || received[at + 2] !== SOH) continue;
    const head = ((received[at + 3] as number) << 8) | (received[at + 4] ?? -1);
    if (head < 0 || (head & TYPE_MASK) !== RESPONSE) continue;
    const found = contentAt(received, at + 1 + PACKET_HEADER_BYTES, head & LENGTH_MASK);
    if (found && isWanted(found.value)) return { ...found, startsAt: at };
  }
  return null;
}

/** Why something failed on the board, from the text around a NAK or an ACK. */
export type BoardFault = 'out-of-memory' | 'storage-full' | 'storage-corrupt' | 'exception';

/** What the board complained of; null = of nothing. `error`: its own first line. */
export function findFault(text: string): { fault: BoardFault; error: string } | null {
  const memory = /OUT OF MEMORY|MEMORY BUSY|Not enough memory|LOW_MEMORY/i.exec(text);
  if (memory) return { fault: 'out-of-memory', error: memory[0] };
  const full = /Unable to find or create file|not enough free space|No free space/i.exec(text);
  if (full) return { fault: 'storage-full', error: full[0] };
  const corrupt = /Storage is corrupt/.exec(text);
  if (corrupt) return { fault: 'storage-corrupt', error: corrupt[0] };
  const uncaught = /Uncaught ([^\r\n]*)/.exec(text);
  return uncaught ? { fault: 'exception', error: uncaught[1] as string } : null;
}

const ESCAPES: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
};

/**
 * The text of a string as Espruino writes it: not JSON, control characters come as octal or \x escapes.
 * null = it is no whole string.
 */
export function readStringLiteral(literal: string): string | null {
  if (literal.length < 2 || !/^".*"$/s.test(literal)) return null;
  return literal
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{1,3})|(.))/gs,
      (_, x, u, octal, other) => {
        if (x ?? u) return String.fromCharCode(Number.parseInt(x ?? u, 16));
        if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
        return ESCAPES[other as string] ?? (other as string);
      },
    );
}
