/*
 * recorded-radio.ts: a TCP port behind which a recorded set-up of a real radio (firmware 2.7.26) is played: each message must
 * mean what the recorded client said at that place, and is answered by the very bytes recorded then, cut anew.
 * Way: recording -> exchanges -> port. Read with the official definitions, never with our codec.
 */
import { createServer, type Socket } from 'node:net';
import { type DescMessage, fromBinary, toJson } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import * as protobufs from '@meshtastic/protobufs';
import { onTestFinished } from 'vitest';
import type { Recording } from '../../../recordings/recording';

// biome-ignore lint/suspicious/noExplicitAny: the package has no types, see above
type Loose = any;
const { Mesh, Admin } = protobufs as Loose;

/** What the client said, and all that came until it spoke again. */
export interface Exchange {
  conn: number;
  /** Id of the packet or nonce of the request for settings. */
  number: number;
  /** In words of the official definitions, without its id. */
  meaning: Record<string, unknown>;
  answers: Uint8Array[];
}

function frames(bytes: Buffer): { bodies: Uint8Array[]; rest: Buffer } {
  const bodies: Uint8Array[] = [];
  let rest = bytes;
  for (;;) {
    const at = rest.indexOf(Buffer.from([0x94, 0xc3]));
    if (at < 0 || rest.length < at + 4) return { bodies, rest: at < 0 ? Buffer.alloc(0) : rest };
    const length = rest.readUInt16BE(at + 2);
    if (rest.length < at + 4 + length) return { bodies, rest };
    bodies.push(new Uint8Array(rest.subarray(at + 4, at + 4 + length)));
    rest = rest.subarray(at + 4 + length);
  }
}

/** Number and meaning of a ToRadio. */
export function meaningOf(body: Uint8Array): Pick<Exchange, 'number' | 'meaning'> {
  const json = toJson(
    Mesh.ToRadioSchema as DescMessage,
    fromBinary(Mesh.ToRadioSchema, body),
  ) as Loose;
  if (json.wantConfigId !== undefined)
    return { number: json.wantConfigId, meaning: { wantConfig: true } };
  const { id, decoded, ...packet } = json.packet ?? {};
  const { payload, ...data } = decoded ?? {};
  const bytes = new Uint8Array(Buffer.from(payload ?? '', 'base64'));
  const admin = toJson(
    Admin.AdminMessageSchema as DescMessage,
    fromBinary(Admin.AdminMessageSchema, bytes),
  );
  return { number: id, meaning: { ...packet, ...data, admin } };
}

/** The recorded conversation as exchanges. */
export function exchangesOf({ chunks }: Recording): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const { conn, toRadio, bytes } of chunks) {
    if (!toRadio) exchanges.at(-1)?.answers.push(bytes);
    else {
      for (const body of frames(Buffer.from(bytes)).bodies) {
        exchanges.push({ conn, ...meaningOf(body), answers: [] });
      }
    }
  }
  return exchanges;
}

/** Cuts bytes into pieces of 1..64 bytes by a generator with this seed. */
function* pieces(bytes: Buffer, seed: number): Generator<Buffer> {
  let state = seed >>> 0;
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const size = 1 + (state >>> 26);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** A playing radio. */
export interface RecordedRadio {
  /** tcp://127.0.0.1:port */
  url: string;
  /** What was said otherwise than recorded; empty = all as recorded. */
  differences: string[];
  /** Exchanges that were not asked for yet. */
  left(): Exchange[];
}

/** Plays `exchanges`; ends a connection when the next one belongs to another. */
export async function playRadio(exchanges: Exchange[], seed: number): Promise<RecordedRadio> {
  const waiting = [...exchanges];
  const differences: string[] = [];
  const take = (socket: Socket, body: Uint8Array): void => {
    const said = meaningOf(body);
    const expected = waiting.shift();
    const [is, was] = [said, expected].map((one) => JSON.stringify(one?.meaning));
    if (expected === undefined || is !== was || said.number !== expected.number) {
      differences.push(`said ${is} ${said.number}, recorded ${was} ${expected?.number}`);
      socket.destroy();
      return;
    }
    for (const piece of pieces(Buffer.concat(expected.answers), seed)) socket.write(piece);
    if (waiting.length > 0 && waiting[0].conn !== expected.conn) socket.end();
  };
  const server = createServer({ noDelay: true }, (socket) => {
    let held: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const { bodies, rest } = frames(Buffer.concat([held, bytes]));
      held = rest;
      for (const body of bodies) take(socket, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { url: `tcp://127.0.0.1:${port}`, differences, left: () => [...waiting] };
}
