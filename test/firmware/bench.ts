/*
 * A node on the bench: the built bundle on a virtual board, a radio that answers and keeps what it was given, and a
 * gateway's key to sign bulletins with. For the firmware's tests.
 */
import { readFileSync } from 'node:fs';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { type NodeState, stateOf } from '../../firmware/keep/journal';
import {
  decodeNumbers,
  pageSequenceOf,
  payloadOf,
  scanPage,
  TYPE_COVERED,
  TYPE_RISE,
  TYPE_STATE,
} from '../../firmware/keep/journal-format';
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { crc32 } from '../../hardware/virtual/board/crc32';
import { MDBT42Q, XIAO_NRF52840 } from '../../hardware/virtual/board/layouts';
import type { VirtualBoard } from '../../hardware/virtual/board/types';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { installBundle, startBundle } from '../../hardware/virtual/run-bundle';
import { type BulletinEntry, encodeBulletin } from '../../shared/bulletin';
import { concat, toHex } from '../../shared/bytes';
import { BULLETIN_AAD, RECORD_AAD, sigStructure } from '../../shared/cose';
import { CHANNEL_NAME, PORTNUM } from '../../shared/limits';
import { encodeFromRadio, type FromRadioToSend } from '../../shared/meshtastic/from-radio';
import { BROADCAST, ROUTING_APP } from '../../shared/meshtastic/port-num';
import { ERROR_NONE, encodeRouting } from '../../shared/meshtastic/routing';
import { createFramer, encodeFrame } from '../../shared/meshtastic/stream';
import { decodeToRadio } from '../../shared/meshtastic/to-radio';
import { decodeRecord, splitSigned, type UsageRecord } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';

export const METER_PIN = 2;
export const ADULT_PIN = 3;
export const CHILD_PIN = 4;
export const PULSE_UL = 2222;
export const HOUR_MS = 3_600_000;
/** Unix time at world time 0, s. */
export const START_S = 1_790_000_000;
export const SLOT = 21;
export const GATEWAY_NODE = 0x99887766;
const PAGE_BYTES = 4096;
/** Of the key's page among the chip's free ones. */
export const MDBT42Q_KEY_OFFSET = PAGE_BYTES;
/** The node's private key. */
export const SEED = new Uint8Array(32).fill(0x31);
export const GATEWAY_SEED = new Uint8Array(32).fill(0x47);
const ed25519 = createNobleEd25519();
const PUBLIC_KEY = ed25519.publicKey(SEED);
export const KEY_ID = keyIdOf(PUBLIC_KEY);

/** A packet that reached the radio, judged. */
export interface Heard {
  atMs: number;
  id: number;
  to: number;
  packet: Uint8Array;
  record: UsageRecord;
}

export interface Bench {
  board: VirtualBoard;
  heard: Heard[];
  /** Whole messages from the radio to the node, heard when the world goes on. */
  say(message: FromRadioToSend): void;
  /** Runs the board to a world time and gives it what the radio says on the way. */
  run(untilMs: number): void;
  /** The program starts again on a board whose registers stay, whatever ran there before. */
  restart(): void;
  /** A signed bulletin as it would be broadcast; `sequence` rises by itself. */
  bulletin(entries: BulletinEntry[], over?: { sequence?: number; timeS?: number }): Uint8Array;
  broadcast(packet: Uint8Array): void;
}

/** Reads and verifies a packet of the node. Throws: it does not hold. */
export function judged(packet: Uint8Array): UsageRecord {
  const parts = splitSigned(packet);
  if (typeof parts === 'string') throw new Error(parts);
  if (!verifySigned(RECORD_AAD, parts.payload, parts.signature, PUBLIC_KEY)) {
    throw new Error('bad signature');
  }
  const record = decodeRecord(parts.payload);
  if (typeof record === 'string' || record.kind === 3) throw new Error(String(record));
  return record;
}

/** An entry for the bench's node. */
export function entry(epoch: number, contiguous: number, stored = 0): BulletinEntry {
  return { slotInGroup: SLOT % 16, keyCheck: KEY_ID[3] & 15, epoch, contiguous, stored };
}

/** Writes the files of a provisioned node. */
export function provision(
  board: VirtualBoard,
  kind: 'water-point' | 'canteen',
  journalPages: number,
  more: { [name: string]: unknown } = {},
): void {
  const config = {
    ...more,
    site: 'wp-01',
    kind: kind === 'canteen' ? 2 : 1,
    slot: SLOT,
    gatewayKey: toHex(ed25519.publicKey(GATEWAY_SEED)),
    gatewayNode: GATEWAY_NODE,
    keyId: toHex(KEY_ID),
    calibrationId: 1,
    pulseUl: PULSE_UL,
  };
  board.storage.write('ed25519', new Uint8Array([0, 0xb5, 0, 0]));
  board.storage.write('tw.cfg', JSON.stringify(config));
  board.storage.write('journal', new Uint8Array((journalPages + 1) * PAGE_BYTES).fill(255));
}

function answerNode(bench: Bench, packets: Heard[]): (body: Uint8Array) => boolean {
  return (body) => {
    const message = decodeToRadio(body);
    if (typeof message === 'string') return false;
    if (message.wantConfigId !== undefined) {
      bench.say({ myInfo: { myNodeNum: 0x1234 } });
      bench.say({ channel: { index: 1, role: 2, settings: { name: CHANNEL_NAME } } });
      bench.say({ configCompleteId: message.wantConfigId });
    } else if (message.packet?.decoded) {
      const { id, to, decoded } = message.packet;
      const packet = new Uint8Array(decoded.payload);
      packets.push({ atMs: bench.board.nowMs(), id, to, packet, record: judged(packet) });
      bench.say({ queueStatus: { res: 0, free: 15, maxlen: 16, meshPacketId: id } });
      const ack = { portnum: ROUTING_APP, payload: encodeRouting(ERROR_NONE), requestId: id };
      bench.say({
        packet: { from: GATEWAY_NODE, to: 0x1234, id: id ^ 1, channel: 1, decoded: ack },
      });
    } else bench.say({ queueStatus: { res: 0, free: 16, maxlen: 16 } });
    return true;
  };
}

/** The bytes of a board's key region, as firmware/boards/key-region.ts describes them. */
export function keyRegionOf(seed: Uint8Array): Uint8Array {
  const region = new Uint8Array(72);
  region.set([0x54, 0x57, 0x4b, 0x31], 0);
  region.set(seed, 4);
  region.set(ed25519.publicKey(seed), 36);
  new DataView(region.buffer).setUint32(68, zlibCrc32(region.subarray(0, 68)), true);
  return region;
}

/** A provisioned, running node. `journalPages`: flash pages of its ring. */
export function createBench(
  kind: 'water-point' | 'canteen' = 'water-point',
  journalPages = 4,
  profile: string = kind,
): Bench {
  const isXiao = profile.endsWith('xiao');
  const board = createVirtualBoard({
    seed: 7,
    ed25519,
    layout: isXiao ? XIAO_NRF52840 : MDBT42Q,
    pageBytes: PAGE_BYTES,
    pageCount: isXiao ? journalPages + 10 : 10,
    batteryMv: 3300,
  });
  const heard: Heard[] = [];
  const said: Uint8Array[] = [];
  let sequence = 0;
  const bench: Bench = {
    board,
    restart: () => {},
    heard,
    say: (message) => {
      said.push(encodeFrame(encodeFromRadio(message)));
    },
    run: (untilMs) => {
      for (;;) {
        for (const bytes of said.splice(0)) board.receive(bytes);
        const dueMs = board.nextDueMs();
        board.runUntil(dueMs >= 0 && dueMs < untilMs ? dueMs : untilMs);
        if (said.length === 0 && (dueMs < 0 || dueMs >= untilMs)) return;
      }
    },
    bulletin: (entries, over = {}) => {
      sequence = over.sequence ?? sequence + 1;
      const timeS = over.timeS ?? START_S + Math.floor(board.nowMs() / 1000);
      const head = { gatewayKeyId: keyIdOf(ed25519.publicKey(GATEWAY_SEED)), sequence, timeS };
      const payload = encodeBulletin({ ...head, clockUncertainty: 1, group: SLOT >> 4, entries });
      return concat([payload, ed25519.sign(GATEWAY_SEED, sigStructure(BULLETIN_AAD, payload))]);
    },
    broadcast: (packet) =>
      bench.say({
        packet: {
          from: GATEWAY_NODE,
          to: BROADCAST,
          id: 9,
          channel: 1,
          decoded: { portnum: PORTNUM, payload: packet },
        },
      }),
  };
  const framer = createFramer(answerNode(bench, heard));
  board.onTransmit((bytes) => framer.push(bytes));
  provision(board, kind, journalPages);
  board.spareFlash().set(keyRegionOf(SEED), isXiao ? 0 : MDBT42Q_KEY_OFFSET);
  const text = readFileSync(`dist/firmware/${profile}.js`, 'utf8');
  startBundle(board, text);
  bench.restart = () => {
    installBundle(board, text);
    board.reload();
  };
  return bench;
}

/** The packet of a payload, as the node signs it. */
function packetOf(payload: Uint8Array): Uint8Array {
  return concat([payload, ed25519.sign(SEED, sigStructure(RECORD_AAD, payload))]);
}

/** The journal's pages in a flash image, oldest first. */
function pagesOf(flash: Uint8Array): Uint8Array[] {
  const pages: [number, Uint8Array][] = [];
  for (let at = 0; at < flash.length; at += PAGE_BYTES) {
    const page = flash.subarray(at, at + PAGE_BYTES);
    const sequence = pageSequenceOf(page, crc32);
    if (sequence > 0) pages.push([sequence, page]);
  }
  return pages.sort((a, b) => a[0] - b[0]).map(([, page]) => page);
}

/** The states that stand in the journal, oldest first, read from the flash image. */
export function readStates(board: VirtualBoard): NodeState[] {
  const states: NodeState[] = [];
  let numbers: number[] = [];
  for (const page of pagesOf(board.flash())) {
    scanPage(page, crc32, TYPE_RISE, (type, content) => {
      if (content === null || type >= TYPE_COVERED) return;
      if (type === TYPE_STATE) numbers = decodeNumbers(content, []).slice(1);
      else numbers = decodeNumbers(content, numbers);
      states.push(stateOf(numbers));
    });
  }
  return states;
}

/** What stands in the journal, oldest first; records as they are sent. */
export function readFlash(board: VirtualBoard): { states: NodeState[]; records: Uint8Array[] } {
  const records: Uint8Array[] = [];
  for (const page of pagesOf(board.flash())) {
    scanPage(page, crc32, TYPE_COVERED, (type, content) => {
      if (content !== null && type >= TYPE_COVERED) records.push(packetOf(payloadOf(content)));
    });
  }
  return { states: readStates(board), records };
}
