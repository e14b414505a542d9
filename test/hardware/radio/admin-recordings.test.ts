/*
 * Administration of the virtual radio against the real firmware 2.7.26: the recorded client's bytes go in, and every message that comes
 * back must say the same in every field, but for those that are named here. Both sides are read with @meshtastic/protobufs.
 */
import { type DescMessage, fromBinary, toJson } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import { Admin, Mesh } from '@meshtastic/protobufs';
import { expect, test } from 'vitest';
import { connectClient, type TestClient } from './client';
import { fromHex, loadRecording, type Recording, recordedMessages } from './recording';
import { createScene } from './scene';

type Json = Record<string, unknown>;

const START_MS = 20_000;
/** A radio board starts longer than a program on a PC. */
const RECONNECT_LATER_MS = 6_000;

/** Made anew by every radio, or a matter of the board and of the day. */
const LEFT_OUT: Record<string, string> = {
  id: 'number of a packet that the radio made',
  rxTime: 'time',
  sessionPasskey: 'random',
  publicKey: 'the radio’s own key',
  privateKey: 'the radio’s own key',
  deviceId: 'the chip’s',
  pioEnv: 'name of the build',
  firmwareEdition: 'the build',
  rebootCount: 'of that installation',
  nodedbCount: 'of that installation',
  macaddr: 'the chip’s',
  hwModel: 'the board',
  excludedModules: 'the build',
  canShutdown: 'the board',
  hasWifi: 'the board',
  hasBluetooth: 'the board',
  hasEthernet: 'the board',
  firmwareVersion: 'the build',
  lastHeard: 'time',
  deviceMetrics: 'the board’s battery',
  position: 'the place, of which the model tells nothing',
  positionFlags: 'the place',
  isFavorite: 'a mark for people, about itself',
};
/** Messages that are a matter of the board: its screen, its files. */
const BOARDS_OWN = ['deviceuiConfig', 'fileInfo'];

function stripped(value: unknown, path = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => stripped(one, path));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => {
    // The id of a user is its number.
    return !(name in LEFT_OUT) || (name === 'id' && path === 'user');
  });
  return Object.fromEntries(kept.map(([name, inner]) => [name, stripped(inner, name)]));
}

function adminJson(payload: string): unknown {
  const bytes = new Uint8Array(Buffer.from(payload, 'base64'));
  return toJson(
    Admin.AdminMessageSchema as DescMessage,
    fromBinary(Admin.AdminMessageSchema, bytes),
  );
}

/** A FromRadio in words; its AdminMessage, if it holds one, too. */
function wordsOf(message: object): Json {
  const json = toJson(Mesh.FromRadioSchema as DescMessage, message as never) as Json;
  const decoded = (json.packet as { decoded?: Json } | undefined)?.decoded;
  if (decoded?.portnum === 'ADMIN_APP') decoded.payload = adminJson(String(decoded.payload));
  return stripped(json) as Json;
}

/** `asked`: numbers of the client's packets; those that the radio made up are its own. */
function saidBy(messages: object[], asked: ReadonlySet<number>): Json[] {
  return messages.map(wordsOf).filter((words) => {
    const { queueStatus } = words as { queueStatus?: { meshPacketId?: number | string } };
    // Left from before the recording: it answers no packet.
    if (queueStatus && queueStatus.meshPacketId === undefined) return false;
    if (queueStatus && !asked.has(Number(queueStatus.meshPacketId)))
      queueStatus.meshPacketId = 'own';
    return !BOARDS_OWN.some((name) => name in words);
  });
}

/** The recorded client's bytes at their times; what came back on each connection. */
function replay(recording: Recording): Map<number, TestClient> {
  const { my_node_num: nodeNum } = recording.expect;
  const { world, radios } = createScene([nodeNum], {
    factoryNew: true,
    longName: `Meshtastic ${nodeNum.toString(16).padStart(8, '0').slice(-4)}`,
    shortName: nodeNum.toString(16).padStart(8, '0').slice(-4),
  });
  const clients = new Map<number, TestClient>();
  const deeds = recording.records.filter(
    ({ dir, event }) => event === 'tcp_open' || dir === 'to_radio',
  );
  for (const { t_ms, dir, event, conn = 1, hex } of deeds) {
    world.runUntil(START_MS + t_ms + (conn - 1) * RECONNECT_LATER_MS);
    if (event === 'tcp_open') clients.set(conn, connectClient(world, radios[0]));
    else if (dir === 'to_radio') clients.get(conn)?.write(fromHex(hex as string));
  }
  world.runUntil(world.nowMs() + 2_000);
  return clients;
}

test.each(['provisioning', 'provisioning-2'])(
  '%s: every answer is the same, field by field',
  (name) => {
    const recording = loadRecording(name);
    const asked = new Set(recording.expect.sent.map(({ id }) => id));
    const clients = replay(recording);
    for (const conn of [1, 2]) {
      const heard = (clients.get(conn) as TestClient).heard.map(({ message }) => message);
      const mine = saidBy(heard, asked);
      const recorded = saidBy(recordedMessages(recording, conn), asked);
      expect(recorded.length).toBeGreaterThan(30);
      expect(mine).toEqual(recorded);
    }
  },
);
