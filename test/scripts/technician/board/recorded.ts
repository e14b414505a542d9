/*
 * recorded.ts: a recorded conversation of a real Espruino interpreter, as questions and what came back.
 * Way: test/fixtures/espruino-console/*.jsonl -> exchanges -> conclusions of packets.ts, byte piece by byte piece.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BoardFault,
  findFault,
  findReply,
  findResponse,
  PACKET,
} from '../../../../scripts/technician/board/packets';

const FOLDER = join(import.meta.dirname, '../../../fixtures/espruino-console');

/** One recording. */
export interface Recording {
  // biome-ignore lint/suspicious/noExplicitAny: its shape differs from recording to recording
  expect: any;
  exchanges: { sent: Buffer; received: Buffer }[];
}

/** Names of the recordings that match. */
export function recordings(pattern: RegExp): string[] {
  const names = readdirSync(FOLDER).map((name) => name.replace('.jsonl', ''));
  const found = names.filter((name) => pattern.test(name));
  if (found.length === 0) throw new Error(`no recording matches ${pattern}`);
  return found;
}

/** Reads a recording; pieces that were written or read one after the other are joined. */
export function readRecording(name: string): Recording {
  const lines = readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  const [about, ...events] = lines.map((line) => JSON.parse(line));
  const exchanges: Recording['exchanges'] = [{ sent: Buffer.alloc(0), received: Buffer.alloc(0) }];
  for (const { dir, hex } of events) {
    const bytes = Buffer.from(hex, 'hex');
    let last = exchanges.at(-1) as Recording['exchanges'][number];
    if (dir === 'to_board') {
      if (last.received.length > 0) {
        last = { sent: Buffer.alloc(0), received: Buffer.alloc(0) };
        exchanges.push(last);
      }
      last.sent = Buffer.concat([last.sent, bytes]);
    } else if (dir === 'from_board') last.received = Buffer.concat([last.received, bytes]);
  }
  return { expect: about.expect, exchanges };
}

/** What packets.ts concludes from one exchange. */
export interface Concluded {
  type: 'EVAL' | 'FILE_SEND' | 'DATA' | 'other';
  /** Content of the packet that was sent. */
  content: string;
  reply: 'ACK' | 'NAK' | 'NO_ANSWER';
  /** Answer to an EVAL. */
  response: string | null;
  fault: BoardFault | null;
}

function typeOf(sent: Buffer): Concluded['type'] {
  if (sent[0] !== 0x10 || sent[1] !== 0x01) return 'other';
  const type = sent.readUInt16BE(2) & 0xe000;
  const names = Object.entries(PACKET) as ['EVAL' | 'FILE_SEND' | 'DATA', number][];
  return names.find(([, number]) => number === type)?.[0] ?? 'other';
}

/** Hands the bytes over in pieces of this size, as a line would, and keeps the first conclusion. */
export function conclude(
  { sent, received }: Recording['exchanges'][number],
  pieceBytes: number,
  isWanted: (content: string) => boolean = () => true,
): Concluded {
  const type = typeOf(sent);
  let response: string | null = null;
  let reply: Concluded['reply'] = 'NO_ANSWER';
  for (let end = Math.min(pieceBytes, received.length); ; end += pieceBytes) {
    const here = received.subarray(0, end);
    const found = findResponse(here, (bytes) => isWanted(Buffer.from(bytes).toString('latin1')));
    if (found && response === null) response = Buffer.from(found.value).toString('latin1');
    const first = findReply(here);
    if (first && reply === 'NO_ANSWER') reply = first.value === 'ack' ? 'ACK' : 'NAK';
    if (end >= received.length) break;
  }
  if (type === 'EVAL' && response !== null) reply = 'ACK';
  const fault = findFault(received.toString('latin1'))?.fault ?? null;
  return { type, content: sent.subarray(4).toString('latin1'), reply, response, fault };
}
