/*
 * Seven days of one node in one program: the firmware's bundle on the virtual board, a radio and a gateway in a few
 * lines, and Espruino's own count of its variables at the same moment of each day.
 * From: FIRMWARE, the wrapped bundle. To: a line each day. The same source runs in Node (where memory is not asked).
 * The signer is a stand-in: what is looked for are leaks of the firmware, and the true one takes a second a signature.
 * Espruino-safe.
 */
import type { LoraConfig } from '../../firmware/board';
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { MDBT42Q, XIAO_NRF52840 } from '../../hardware/virtual/board/layouts';
import type { Ed25519, VirtualBoard } from '../../hardware/virtual/board/types';
import { encodeBulletin, entryOf } from '../../shared/bulletin';
import { concat } from '../../shared/bytes';
import { PORTNUM } from '../../shared/limits';
import {
  decodeMeshPacket,
  encodeMeshPacket,
  type MeshPacketToSend,
} from '../../shared/meshtastic/mesh-packet';
import { BROADCAST, ROUTING_APP } from '../../shared/meshtastic/port-num';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBytes,
  putMessage,
  putPresentUint,
  readBytes,
  readUint,
  skipField,
} from '../../shared/meshtastic/protobuf';
import { ERROR_NONE, encodeRouting } from '../../shared/meshtastic/routing';
import { createFramer, encodeFrame } from '../../shared/meshtastic/stream';
import { decodeRecord, splitSigned } from '../../shared/record';

const HOUR_MS = 3600000;
const DAY_MS = 24 * HOUR_MS;
const DRAW_MS = 5 * 60000;
const KEY_ID = new Uint8Array([1, 2, 3, 4]);
const SLOT = 21;
const START_S = 1790000000;

/** What the week was like. */
export interface Week {
  board: VirtualBoard;
  /** Different records of this epoch that reached the gateway. */
  stored: number[];
  /** Packets that were sent. */
  sent: number;
}

function fill(byte: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.fill(byte);
  return bytes;
}

export const STAND_IN: Ed25519 = {
  publicKey: () => fill(9, 32),
  sign: () => fill(5, 64),
  verify: (signature) => signature[0] === 5,
};

/** The key's region as boards/key-region.ts wants it, in front of the sealing CRC-32. */
function keyRegion(crc32: (bytes: Uint8Array) => number): Uint8Array {
  const region = new Uint8Array(72);
  region.set([84, 87, 75, 49], 0);
  region.set(fill(7, 32), 4);
  region.set(fill(9, 32), 36);
  const crc = crc32(new Uint8Array(region.subarray(0, 68)));
  region.set([crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24], 68);
  return region;
}

/** Writes the files of a node; `lora`: its settings of tw.cfg, where it has a radio chip. */
export function provision(board: VirtualBoard, journalPages: number, lora?: LoraConfig): void {
  const config = {
    site: 'wp-01',
    kind: 1,
    slot: SLOT,
    gatewayKey: '0909090909090909090909090909090909090909090909090909090909090909',
    gatewayNode: 0x55,
    keyId: '01020304',
    calibrationId: 1,
    pulseUl: 2222,
    lora: lora,
  };
  board.storage.write('ed25519', new Uint8Array([0, 181, 0, 0]));
  board.storage.write('tw.cfg', JSON.stringify(config));
  board.storage.write('journal', fill(255, (journalPages + 1) * 4096));
  const isXiao = board.globals.process.env.BOARD === 'XIAOBLE';
  board.spareFlash().set(keyRegion(board.globals.E.CRC32), isXiao ? 0 : 4096);
}

/** FromRadio with one message in it. Field numbers of mesh.proto. */
function fromRadio(field: number, body: Uint8Array): Uint8Array {
  const out = createWriter(512);
  putMessage(out, field, body);
  return encodeFrame(finish(out));
}

/** A message of unsigned numbers: [field, value] each. */
function numbers(fields: number[][]): Uint8Array {
  const out = createWriter(64);
  for (let i = 0; i < fields.length; i++) putPresentUint(out, fields[i][0], fields[i][1]);
  return finish(out);
}

/** FromRadio.channel: index 1, secondary, named "serial". */
function serialChannel(): Uint8Array {
  const settings = createWriter(32);
  putBytes(settings, 3, new Uint8Array([115, 101, 114, 105, 97, 108]));
  const out = createWriter(64);
  putPresentUint(out, 1, 1);
  putMessage(out, 2, finish(settings));
  putPresentUint(out, 3, 2);
  return fromRadio(10, finish(out));
}

function packetFrame(packet: MeshPacketToSend): Uint8Array {
  return fromRadio(2, encodeMeshPacket(packet));
}

function queueStatus(id: number): Uint8Array {
  const free = [2, 15];
  const most = [3, 16];
  return fromRadio(11, numbers([free, most, [4, id]]));
}

/** A record reached the gateway; its radio acknowledges. */
function takePacket(week: Week, bytes: Uint8Array, say: (frame: Uint8Array) => void): void {
  const packet = decodeMeshPacket(bytes);
  if (typeof packet === 'string' || !packet.decoded) return;
  const parts = splitSigned(new Uint8Array(packet.decoded.payload));
  const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
  if (typeof record !== 'string' && week.stored.indexOf(record.sequence) < 0) {
    week.stored.push(record.sequence);
  }
  week.sent++;
  say(queueStatus(packet.id));
  const ack = { portnum: ROUTING_APP, payload: encodeRouting(ERROR_NONE), requestId: packet.id };
  say(packetFrame({ from: 0x55, to: 0x1234, id: packet.id ^ 1, channel: 1, decoded: ack }));
}

/** Answers the firmware as a radio whose gateway hears everything. */
function createRadio(week: Week, say: (frame: Uint8Array) => void) {
  return createFramer((body) => {
    const reader = createReader(body);
    const field = nextField(reader);
    if (field === 1) takePacket(week, readBytes(reader), say);
    else if (field === 3) {
      const nonce = readUint(reader);
      say(fromRadio(3, numbers([[1, 0x1234]])));
      say(serialChannel());
      const out = createWriter(16);
      putPresentUint(out, 7, nonce);
      say(encodeFrame(finish(out)));
    } else {
      skipField(reader);
      say(queueStatus(0));
    }
    return true;
  });
}

function bulletin(week: Week, hour: number): Uint8Array {
  const sequences = week.stored.slice(0);
  sequences.sort((a, b) => a - b);
  const payload = encodeBulletin({
    gatewayKeyId: fill(9, 4),
    sequence: 100 + hour,
    timeS: START_S + hour * 3600,
    clockUncertainty: 1,
    group: SLOT >> 4,
    entries: [entryOf(SLOT & 15, KEY_ID, 1, sequences)],
  });
  const decoded = { portnum: PORTNUM, payload: concat([payload, fill(5, 64)]) };
  return packetFrame({ from: 0x55, to: BROADCAST, id: 9 + hour, channel: 1, decoded: decoded });
}

/**
 * Lives `days` days; `tell` gets the day's number at the end of each, a moment at which nothing is under way.
 * `start` runs the bundle with the board's globals.
 */
export function liveWeek(
  isXiao: boolean,
  days: number,
  start: (board: VirtualBoard) => void,
  tell: (day: number, week: Week) => void,
): Week {
  const board = createVirtualBoard({
    seed: 7,
    ed25519: STAND_IN,
    layout: isXiao ? XIAO_NRF52840 : MDBT42Q,
    pageBytes: 4096,
    pageCount: isXiao ? 14 : 10,
    batteryMv: 3300,
  });
  const week: Week = { board: board, stored: [], sent: 0 };
  let said: Uint8Array[] = [];
  const say = (frame: Uint8Array): void => {
    said.push(frame);
  };
  const radio = createRadio(week, say);
  provision(board, 4);
  board.onTransmit((bytes) => radio.push(bytes));
  board.onBoot(() => start(board));
  board.powerOn();
  const run = (untilMs: number): void => {
    for (;;) {
      const heard = said;
      said = [];
      for (let i = 0; i < heard.length; i++) board.receive(heard[i]);
      const dueMs = board.nextDueMs();
      board.runUntil(dueMs >= 0 && dueMs < untilMs ? dueMs : untilMs);
      if (said.length === 0 && (dueMs < 0 || dueMs >= untilMs)) return;
    }
  };
  for (let n = 1; n * DRAW_MS <= days * DAY_MS; n++) {
    if (n % 3 !== 0) board.addPulses(isXiao ? 0 : 2, 50 + ((n * 37) % 400));
    if (n % 12 === 7) say(bulletin(week, Math.floor(n / 12)));
    run(n * DRAW_MS);
    if ((n * DRAW_MS) % DAY_MS === 0) tell((n * DRAW_MS) / DAY_MS, week);
  }
  return week;
}
