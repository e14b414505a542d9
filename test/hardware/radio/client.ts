/*
 * A client for tests: collects what a virtual radio says and reads it with the official protobuf definitions.
 * From: a virtual radio's connection; to: the radio tests.
 */
import type { Radio } from '../../../hardware/virtual/radio';
import type { World } from '../../../hardware/virtual/world';
import {
  type Data,
  type FromRadio,
  type MeshPacket,
  type QueueStatus,
  readFromRadio,
  type ToRadioVariant,
  writeToRadio,
} from './official';

/** A FromRadio, with the time it arrived. */
export interface Heard {
  atMs: number;
  message: FromRadio;
}

/** A packet to send; `portnum` 287 unless said. */
export interface PacketToSend extends Partial<MeshPacket> {
  payload: Uint8Array;
  portnum?: number;
  wantResponse?: boolean;
}

export interface TestClient {
  heard: Heard[];
  closed: number;
  write(bytes: Uint8Array): void;
  send(variant: ToRadioVariant): void;
  /** A direct or broadcast packet of a private port; returns its id. */
  sendPacket(packet: PacketToSend): number;
  close(): void;
  /** Packets with decoded data on this port. */
  packets(portnum: number): { atMs: number; packet: MeshPacket; data: Data }[];
  encrypted(): MeshPacket[];
  queueStatuses(): QueueStatus[];
  /** Order of messages, runs counted, as the recordings write it: 'channel*8'. */
  order(): string[];
}

/** One ToRadio in its frame. */
export function frameOf(body: Uint8Array): Uint8Array {
  return new Uint8Array([0x94, 0xc3, body.length >> 8, body.length & 255, ...body]);
}

/** An independent reader of the stream: frames must stand one after the other, nothing between. */
function takeFrames(buffer: number[], onBody: (body: Uint8Array) => void): void {
  while (buffer.length >= 4) {
    if (buffer[0] !== 0x94 || buffer[1] !== 0xc3) throw new Error('stray byte from the radio');
    const length = buffer[2] * 256 + buffer[3];
    if (length > 512) throw new Error('frame too long');
    if (buffer.length < 4 + length) return;
    onBody(new Uint8Array(buffer.splice(0, 4 + length).slice(4)));
  }
}

/** Compresses a list of names: runs become name*count. */
export function runsOf(names: string[]): string[] {
  const runs: { name: string; count: number }[] = [];
  for (const name of names) {
    const last = runs[runs.length - 1];
    if (last?.name === name) last.count += 1;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (count === 1 ? name : `${name}*${count}`));
}

/** Connects to a radio. `serial`: as the node at its UART. */
export function connectClient(world: World, radio: Radio, serial = false): TestClient {
  const heard: Heard[] = [];
  const buffer: number[] = [];
  let nextId = 0x1000 + radio.nodeNum;
  const client = { closed: 0 };
  const connection = radio.connect(
    (bytes) => {
      buffer.push(...bytes);
      takeFrames(buffer, (body) =>
        heard.push({ atMs: world.nowMs(), message: readFromRadio(body) }),
      );
    },
    () => {
      client.closed += 1;
    },
    { serial },
  );
  const send: TestClient['send'] = (variant) => connection.write(frameOf(writeToRadio(variant)));
  const sendPacket: TestClient['sendPacket'] = ({
    payload,
    portnum = 287,
    wantResponse = false,
    ...rest
  }) => {
    nextId = (nextId + 1) >>> 0;
    const id = rest.id ?? nextId;
    const value: Data = { portnum, payload, wantResponse, requestId: 0 };
    send({ case: 'packet', value: { ...rest, id, payloadVariant: { case: 'decoded', value } } });
    return id;
  };
  const allPackets = (): { atMs: number; packet: MeshPacket }[] =>
    heard.flatMap(({ atMs, message }) =>
      message.payloadVariant.case === 'packet'
        ? [{ atMs, packet: message.payloadVariant.value }]
        : [],
    );
  return {
    heard,
    get closed() {
      return client.closed;
    },
    write: (bytes) => connection.write(bytes),
    send,
    sendPacket,
    close: () => connection.close(),
    packets: (portnum) =>
      allPackets().flatMap(({ atMs, packet }) => {
        const { payloadVariant } = packet;
        if (payloadVariant.case !== 'decoded' || payloadVariant.value.portnum !== portnum)
          return [];
        return [{ atMs, packet, data: payloadVariant.value }];
      }),
    encrypted: () =>
      allPackets()
        .map(({ packet }) => packet)
        .filter(({ payloadVariant }) => payloadVariant.case === 'encrypted'),
    queueStatuses: () =>
      heard.flatMap(({ message }) =>
        message.payloadVariant.case === 'queueStatus' ? [message.payloadVariant.value] : [],
      ),
    order: () => runsOf(heard.map(({ message }) => message.payloadVariant.case ?? 'none')),
  };
}
