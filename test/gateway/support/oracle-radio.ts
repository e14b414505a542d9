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
const { Mesh, Channel, Admin } = protobufs as Loose;

export const OWN_NUMBER = 0x11223344;
export const NODE_NUMBER = 0x0badcafe;
const BROADCAST = 0xffffffff;

/** What a client gave it. */
export interface GivenPacket {
  id: number;
  to: number;
  portnum: number;
  payload: Uint8Array;
}

/** How it answers packets. */
export interface OracleRoom {
  /** queueStatus.res; 9 also brings the NAK and the words of a used up duty cycle. Default 0. */
  res?: number;
  /** Places free it tells. Default 15. */
  free?: number;
  /** It says nothing at all. */
  isSilent?: boolean;
}

/** What it is. */
export interface OracleSettings {
  /** Default OWN_NUMBER. */
  number?: number;
  /** More variants of FromRadio in the handshake, before its end: [name, value]. */
  more?: [string, Loose][];
}

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
  /** Any message: name of the variant of FromRadio and its value. */
  say(name: string, value: Loose): void;
  /** A position it makes of itself. Times in Unix s. */
  tellPosition(position: { time?: number; timestamp?: number; locationSource?: number }): void;
  /** From now on packets are answered so. */
  setRoom(room: OracleRoom): void;
  /** Packets the client gave it so far. */
  packets(): GivenPacket[];
  /** The last time it was told, Unix s; undefined = never. */
  timeSet(): number | undefined;
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
  /** From now on nothing is answered, though the connection stays. */
  fallSilent(): void;
  /** Ends the connection. */
  hangUp(): void;
  bytesWritten(): number;
  bytesRead(): number;
  close(): void;
}

interface OracleState {
  ready: boolean;
  handshakes: number;
  written: number;
  read: number;
  room: OracleRoom;
  broadcasts: Uint8Array[];
  packets: GivenPacket[];
  timeSet: number | undefined;
}

function frame(fields: Loose): Uint8Array {
  const body = toBinary(Mesh.FromRadioSchema, create(Mesh.FromRadioSchema, fields));
  return new Uint8Array([0x94, 0xc3, body.length >> 8, body.length & 255, ...body]);
}

function variant(name: string, value: Loose): Loose {
  return { payloadVariant: { case: name, value } };
}

function handshake(
  nonce: number,
  { number = OWN_NUMBER, more = [] }: OracleSettings,
): Uint8Array[] {
  const channel = {
    index: 0,
    role: Channel.Channel_Role.PRIMARY,
    settings: { name: 'serial', psk: Uint8Array.from({ length: 32 }, (_, at) => at + 1) },
  };
  const lora = { usePreset: true, region: 3, txEnabled: true, hopLimit: 3 };
  return [
    variant('myInfo', { myNodeNum: number }),
    variant('metadata', { firmwareVersion: '2.7.26', role: 0 }),
    variant('channel', channel),
    variant('config', variant('lora', lora)),
    ...more.map(([name, value]) => variant(name, value)),
    variant('configCompleteId', nonce),
  ].map(frame);
}

function ownPacket(number: number, id: number, data: Loose): Loose {
  const body = { case: 'decoded', value: data };
  return variant('packet', { from: number, to: number, id, payloadVariant: body });
}

/** What a radio says whose share of the hour is used up. */
function dutyWords(number: number, id: number): Loose[] {
  const routing = create(Mesh.RoutingSchema, { variant: { case: 'errorReason', value: 9 } });
  const payload = toBinary(Mesh.RoutingSchema, routing);
  const message = 'Duty cycle limit exceeded. You can send again in 37 mins';
  return [
    ownPacket(number, 1, { portnum: 5, payload, requestId: id }),
    variant('clientNotification', { replyId: id, level: 30, message }),
  ];
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

/** Takes the stream of a client apart; wake bytes stand before the first frame. */
function readFrames(
  client: Socket,
  onBody: (body: Uint8Array) => void,
  onRead: (bytes: number) => void,
): void {
  let buffer: number[] = [];
  client.on('error', () => {});
  client.on('data', (chunk) => {
    buffer.push(...chunk);
    while (buffer[0] === 0xc3) buffer.shift();
    while (buffer.length >= 4 && buffer.length >= 4 + buffer[2] * 256 + buffer[3]) {
      const length = buffer[2] * 256 + buffer[3];
      onBody(new Uint8Array(buffer.slice(4, 4 + length)));
      buffer = buffer.slice(4 + length);
    }
    onRead(chunk.length);
  });
}

/** Answers each message of a client. */
function createAnswers(
  settings: OracleSettings,
  state: OracleState,
  write: (bytes: Uint8Array) => void,
) {
  const { number = OWN_NUMBER } = settings;
  const status = (meshPacketId: number, res = 0) => {
    const { free = 15, isSilent } = state.room;
    if (isSilent) return;
    write(frame(variant('queueStatus', { res, free, maxlen: 16, meshPacketId })));
  };
  const onPacket = ({ to, id, payloadVariant }: Loose) => {
    const { portnum, payload } = payloadVariant.value;
    if (portnum === 6) {
      const { payloadVariant: order } = fromBinary(Admin.AdminMessageSchema, payload) as Loose;
      if (order.case === 'setTimeOnly') state.timeSet = order.value;
      return status(id);
    }
    state.packets.push({ id, to, portnum, payload: new Uint8Array(payload) });
    const { res = 0 } = state.room;
    if (to === BROADCAST && res === 0) state.broadcasts.push(new Uint8Array(payload));
    status(id, res);
    if (res === 9) for (const words of dutyWords(number, id)) write(frame(words));
  };
  const onToRadio = (body: Uint8Array) => {
    const { payloadVariant } = fromBinary(Mesh.ToRadioSchema, body) as Loose;
    if (payloadVariant.case === 'wantConfigId') {
      for (const bytes of handshake(payloadVariant.value, settings)) write(bytes);
      state.handshakes += 1;
      state.ready = true;
    } else if (payloadVariant.case === 'packet') onPacket(payloadVariant.value);
    else status(0);
  };
  return onToRadio;
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
export async function startOracleRadio(settings: OracleSettings = {}): Promise<OracleRadio> {
  const { number = OWN_NUMBER } = settings;
  const state: OracleState = {
    ...{ ready: false, handshakes: 0, written: 0, read: 0, room: {}, broadcasts: [], packets: [] },
    timeSet: undefined,
  };
  let socket: Socket | null = null;
  let nextId = 1;
  const { changed, until } = createWaiters();
  const write = (bytes: Uint8Array) => {
    socket?.write(bytes);
    state.written += bytes.length;
  };
  const answer = createAnswers(settings, state, write);
  const onToRadio = (body: Uint8Array) => {
    answer(body);
    changed();
  };
  const server: Server = createServer((client) => {
    socket = client;
    client.on('close', () => {
      if (socket !== client) return;
      socket = null;
      state.ready = false;
    });
    state.ready = false;
    state.written = 0;
    state.read = 0;
    readFrames(client, onToRadio, (bytes) => {
      state.read += bytes;
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
    say: (name, value) => write(frame(variant(name, value))),
    tellPosition(position) {
      const fields = { latitudeI: 95_000_000, longitudeI: 82_500_000, ...position };
      const payload = toBinary(Mesh.PositionSchema, create(Mesh.PositionSchema, fields));
      write(frame(ownPacket(number, 2, { portnum: 3, payload })));
    },
    setRoom(room) {
      state.room = room;
    },
    packets: () => state.packets,
    timeSet: () => state.timeSet,
    broadcasts: () => state.broadcasts,
    handshakes: (count) => until(() => state.handshakes >= count),
    isConnected: () => socket !== null,
    isReady: () => state.ready,
    waitForBroadcasts: (count) => until(() => state.broadcasts.length >= count),
    fallSilent: () => socket?.removeAllListeners('data'),
    hangUp: () => socket?.destroy(),
    bytesWritten: () => state.written,
    bytesRead: () => state.read,
    close() {
      socket?.destroy();
      server.close();
    },
  };
}
