/*
 * oracle-radio.ts: a radio behind a real TCP socket, speaking through the official protobuf definitions
 * only, never through our codec: the independent other side of the gateway.
 * Source: npm @meshtastic/protobufs (test only); order of messages as the recordings show it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import * as protobufs from '@meshtastic/protobufs';

// biome-ignore lint/suspicious/noExplicitAny: the package has no types, see above
type Loose = any;
const { Mesh, Channel } = protobufs as Loose;

export const OWN_NUMBER = 0x11223344;
export const NODE_NUMBER = 0x0badcafe;
const BROADCAST = 0xffffffff;

export interface OracleRadio {
  /** tcp://127.0.0.1:port */
  url: string;
  /** A packet heard from the mesh, handed to the client. */
  hear(packet: {
    payload?: Uint8Array;
    portnum?: number;
    channel?: number;
    from?: number;
    encrypted?: Uint8Array;
  }): void;
  /** Raw bytes to the client. */
  write(bytes: Uint8Array): void;
  /** Bulletins the client broadcast so far. */
  broadcasts(): Uint8Array[];
  /** Resolves when a client has asked for the configuration this often, in all. */
  handshakes(count: number): Promise<void>;
  /** A client is connected. */
  isConnected(): boolean;
  /** The client of now has asked for the configuration and has got it. */
  isReady(): boolean;
  /** Resolves when this many broadcasts have come. */
  waitForBroadcasts(count: number): Promise<void>;
  /** Ends the connection. */
  hangUp(): void;
  bytesWritten(): number;
  bytesRead(): number;
  close(): void;
}

function frame(fields: Loose): Uint8Array {
  const body = toBinary(Mesh.FromRadioSchema, create(Mesh.FromRadioSchema, fields));
  return new Uint8Array([0x94, 0xc3, body.length >> 8, body.length & 255, ...body]);
}

function variant(name: string, value: Loose): Loose {
  return { payloadVariant: { case: name, value } };
}

function handshake(nonce: number): Uint8Array[] {
  const channel = {
    index: 0,
    role: Channel.Channel_Role.PRIMARY,
    settings: { name: 'serial', psk: new Uint8Array(32).fill(7) },
  };
  const lora = { usePreset: true, region: 3, txEnabled: true, hopLimit: 3 };
  return [
    variant('myInfo', { myNodeNum: OWN_NUMBER }),
    variant('metadata', { firmwareVersion: '2.7.26', role: 0 }),
    variant('channel', channel),
    variant('config', variant('lora', lora)),
    variant('configCompleteId', nonce),
  ].map(frame);
}

function heardPacket(id: number, packet: Parameters<OracleRadio['hear']>[0]): Loose {
  const { payload = new Uint8Array(0), portnum = 287, channel = 0, from = NODE_NUMBER } = packet;
  const decoded = { case: 'decoded', value: { portnum, payload, bitfield: 0 } };
  const encrypted = { case: 'encrypted', value: packet.encrypted };
  return variant('packet', {
    from,
    to: OWN_NUMBER,
    channel,
    id,
    rxRssi: -70,
    hopLimit: 2,
    hopStart: 3,
    payloadVariant: packet.encrypted ? encrypted : decoded,
  });
}

/** Takes a client's bytes apart into bodies. */
function frameTaker(onBody: (body: Uint8Array) => void) {
  let buffer: number[] = [];
  return (chunk: Uint8Array) => {
    buffer.push(...chunk);
    // Wake bytes stand before the first frame.
    while (buffer[0] === 0xc3) buffer.shift();
    while (buffer.length >= 4 && buffer.length >= 4 + buffer[2] * 256 + buffer[3]) {
      const length = buffer[2] * 256 + buffer[3];
      onBody(new Uint8Array(buffer.slice(4, 4 + length)));
      buffer = buffer.slice(4 + length);
    }
  };
}

/** Promises that resolve when something holds; asked again after each change. */
function createWaiters() {
  let checks: (() => void)[] = [];
  const changed = () => {
    for (const check of checks) check();
  };
  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!done()) return;
        checks = checks.filter((other) => other !== check);
        resolve();
      };
      checks.push(check);
      check();
    });
  return { changed, until };
}

/** Starts the radio on a free port. */
export async function startOracleRadio(): Promise<OracleRadio> {
  const state = { handshakes: 0, written: 0, read: 0, broadcasts: [] as Uint8Array[] };
  let socket: Socket | null = null;
  let ready = false;
  let nextId = 1;
  const { changed, until } = createWaiters();
  const write = (bytes: Uint8Array) => {
    socket?.write(bytes);
    state.written += bytes.length;
  };
  const onToRadio = (body: Uint8Array) => {
    const { payloadVariant } = fromBinary(Mesh.ToRadioSchema, body) as Loose;
    if (payloadVariant.case === 'wantConfigId') {
      for (const bytes of handshake(payloadVariant.value)) write(bytes);
      state.handshakes += 1;
      ready = true;
    } else if (payloadVariant.case === 'packet') {
      const { to, id, payloadVariant: inner } = payloadVariant.value;
      if (to === BROADCAST) state.broadcasts.push(new Uint8Array(inner.value.payload));
      write(frame(variant('queueStatus', { res: 0, free: 15, maxlen: 16, meshPacketId: id })));
    } else write(frame(variant('queueStatus', { res: 0, free: 15, maxlen: 16, meshPacketId: 0 })));
    changed();
  };
  const server: Server = createServer((client) => {
    socket = client;
    ready = false;
    state.written = 0;
    state.read = 0;
    client.on('error', () => {});
    client.on('close', () => {
      if (socket !== client) return;
      socket = null;
      ready = false;
    });
    const take = frameTaker(onToRadio);
    client.on('data', (chunk) => {
      state.read += chunk.length;
      take(chunk);
      changed();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `tcp://127.0.0.1:${port}`,
    hear: (packet) => {
      write(frame(heardPacket(nextId, packet)));
      nextId += 1;
    },
    write,
    broadcasts: () => state.broadcasts,
    isConnected: () => socket !== null,
    isReady: () => ready,
    handshakes: (count) => until(() => state.handshakes >= count),
    waitForBroadcasts: (count) => until(() => state.broadcasts.length >= count),
    hangUp: () => socket?.destroy(),
    bytesWritten: () => state.written,
    bytesRead: () => state.read,
    close() {
      socket?.destroy();
      server.close();
    },
  };
}
