/*
 * Plays the client's side of a recorded session into a virtual radio and tells what came of each packet.
 * From: test/fixtures/meshtasticd (recordings of the real firmware 2.7.26); to: the recording tests.
 */
import { readFileSync } from 'node:fs';
import type { Transmission } from '../../../hardware/virtual/air';
import type { Radio } from '../../../hardware/virtual/radio';
import type { World } from '../../../hardware/virtual/world';
import { connectClient, type TestClient } from './client';
import { type FromRadio, type MeshPacket, readFromRadio, routingError } from './official';

export interface RecordedRouting {
  from: number;
  error: number;
  kind: string;
  hop_limit: number;
  hop_start: number;
}

export interface RecordedSent {
  t_ms: number;
  conn: number;
  id: number;
  to: number;
  portnum: number;
  want_ack: boolean;
  queue_status: { res: number; free: number; maxlen: number }[];
  routing: RecordedRouting[];
  outcome: string;
  frames_on_air: number;
}

export interface RecordedPacket {
  t_ms: number;
  conn: number;
  from: number;
  to: number;
  id: number;
  payload_hex: string;
  want_ack: boolean;
  hop_limit: number;
  hop_start: number;
  next_hop: number;
  relay_node: number;
  rx_time: number;
  rx_snr: number;
}

export interface Recording {
  expect: {
    my_node_num: number;
    sessions: { conn: number; nonce_sent: number; order: string[] }[];
    channels: { index: number; name: string; psk_hex: string }[];
    lora: { region: number; modem_preset: number };
    received_private: RecordedPacket[];
    sent: RecordedSent[];
    client_notifications: { message: string }[];
    [key: string]: unknown;
  };
  records: {
    t_ms: number;
    dir: string;
    conn?: number;
    hex?: string;
    event?: string;
    name?: string;
  }[];
}

/** Reads one recording by its name without ending. */
export function loadRecording(name: string): Recording {
  const file = new URL(`../../fixtures/meshtasticd/${name}.jsonl`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const [head, ...records] = lines.map((line) => JSON.parse(line));
  return { expect: head.expect, records };
}

/** Bytes of a hex string. */
export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/**
 * Schedules the recorded client's deeds, `offsetMs` later than recorded. Clients appear by connection number. A client
 * that is the only one stays to the end, for contention delays are drawn anew and answers may come later.
 */
export function play(
  world: World,
  radio: Radio,
  recording: Recording,
  offsetMs: number,
  onStep: (name: string) => void = () => {},
): Map<number, TestClient> {
  const clients = new Map<number, TestClient>();
  const isOnly = recording.records.every(({ conn }) => conn === undefined || conn === 1);
  const act = (record: Recording['records'][number]): void => {
    const conn = record.conn as number;
    if (record.event === 'tcp_open') clients.set(conn, connectClient(world, radio));
    else if (record.event === 'tcp_closed_by_client' && !isOnly) clients.get(conn)?.close();
    else if (record.event === 'step') onStep(record.name ?? '');
    else if (record.dir === 'to_radio') clients.get(conn)?.write(fromHex(record.hex as string));
  };
  for (const record of recording.records) {
    world.at(offsetMs + record.t_ms, () => act(record));
  }
  return clients;
}

/** What the client concludes about one packet it sent, in the words of the recordings. */
export interface Conclusion {
  res: number | undefined;
  routing: RecordedRouting[];
  frames_on_air: number;
}

function kindOf(packet: MeshPacket, error: number, ownNodeNum: number): string {
  if (error !== 0) return 'nak';
  return packet.from === ownNodeNum ? 'implicit_ack' : 'real_ack';
}

/** Looks at everything a client heard about packet `id`, and at the air. */
export function conclude(
  client: TestClient,
  ownNodeNum: number,
  id: number,
  onAir: Transmission[],
): Conclusion {
  const status = client.queueStatuses().find((candidate) => candidate.meshPacketId === id);
  const answers = client.packets(5).filter(({ data }) => data.requestId === id);
  const routing = answers.map(({ packet, data }) => {
    const error = routingError(data.payload);
    return {
      from: packet.from,
      error,
      kind: kindOf(packet, error, ownNodeNum),
      hop_limit: packet.hopLimit,
      hop_start: packet.hopStart,
    };
  });
  const frames = onAir.filter(({ nodeNum, bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return (
      nodeNum === ownNodeNum &&
      view.getUint32(4, true) === ownNodeNum &&
      view.getUint32(8, true) === id
    );
  });
  return { res: status?.res, routing, frames_on_air: frames.length };
}

/** The same from the recording. */
export function recordedConclusion(sent: RecordedSent): Conclusion {
  return {
    res: sent.queue_status[0]?.res,
    routing: sent.routing.map(({ from, error, kind, hop_limit, hop_start }) => ({
      from,
      error,
      kind,
      hop_limit,
      hop_start,
    })),
    frames_on_air: sent.frames_on_air,
  };
}

/** Decodes the recorded radio's messages of one connection: an oracle for order and fields. */
export function recordedMessages(recording: Recording, conn: number): FromRadio[] {
  const hex = recording.records
    .filter((record) => record.dir === 'from_radio' && record.conn === conn)
    .map((record) => record.hex)
    .join('');
  const bytes = fromHex(hex);
  const messages: FromRadio[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    messages.push(readFromRadio(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return messages;
}
