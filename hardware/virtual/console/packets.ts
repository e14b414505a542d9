/*
 * packets.ts: Espruino's packet protocol, the board's side: 10 01, two bytes of type and length, data.
 * Way: bytes after DLE SOH -> ACK or NAK, RESPONSE and DATA packets, files in Storage.
 * Source: Espruino 2v29 README_Protocol.md; times, order of bytes and text, and the field `offs`: its source and recordings.
 */
import { unpackHeatshrink } from './heatshrink';
import { parseLiberal } from './liberal-json';
import { JS_STYLE, literalOf } from './literal';
import type { Screen } from './screen';

const ACK = '\x06';
const NAK = '\x15';
/** A packet that is not whole after this time is refused, ms. */
export const PACKET_TIMEOUT_MS = 5000;
/** A file of which nothing came for so long is given up, ms. */
export const FILE_TIMEOUT_MS = 10_000;
const NAME_CHARACTERS_MAX = 28;
const RECV_BYTES = 1024;
const TYPE_MASK = 0xe000;
const LENGTH_MASK = 0x1fff;
const TYPE = {
  ...{ response: 0, eval: 0x2000, event: 0x4000, fileSend: 0x6000, data: 0x8000 },
  fileRecv: 0xa000,
};

/** What a packet may do on the board. */
export interface PacketDoors {
  screen: Screen;
  nowMs(): number;
  /** Evaluates an expression; `null` when it failed and the failure is told after the NAK. */
  evaluate(code: string): { value: unknown } | { isRaised: boolean } | 'silent';
  /** Tells the failure of the last evaluation. */
  tellFailure(): void;
  readFile(name: string): Uint8Array | undefined;
  /** Writes; a refusal is told as an exception later. */
  writeFile(name: string, data: Uint8Array, offset: number, size: number): void;
  /** Calls the listeners of E.on(event); false when there are none. */
  emit(event: string, value: unknown): boolean;
  /** A planted fault: refuse this packet. */
  isRefused(type: 'FILE_SEND' | 'DATA' | 'other'): boolean;
  /** So many bytes of a file of `size` were written. */
  onWritten(name: string, bytes: number, size: number): void;
}

/** The receiver of packets. */
export interface Packets {
  /** A packet is under way: every byte belongs to it. */
  isOpen(): boolean;
  /** DLE SOH was seen. */
  open(): void;
  /** The next byte of an open packet. */
  take(byte: number): void;
  /** World time of the next timeout, ms, or -1. */
  nextDueMs(): number;
  /** Timeouts that are due now. */
  runDue(): void;
  /** The board starts again: nothing is under way. */
  reset(): void;
}

interface FileUnderWay {
  name: string;
  size: number;
  offset: number;
  isPacked: boolean;
  dueMs: number;
}

interface Receiver {
  doors: PacketDoors;
  file: FileUnderWay | null;
  bytes: number[];
  /** -1 = no packet is open. */
  dueMs: number;
  line: { text: string; cursor: number };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function reply(screen: Screen, type: number, text: string): void {
  const head = (type | text.length) & 0xffff;
  const raw = String.fromCharCode(16, 1, head >> 8, head & 255);
  // The header goes out as it is, the text with CR before LF, uncounted.
  screen.raw(raw);
  screen.write(text);
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a packet; what is no JSON takes the input line away, as any exception does. */
function fieldsOf(text: string, screen: Screen): { [name: string]: unknown } | null {
  const value = parseLiberal(text);
  if (value === undefined) screen.removeLine();
  return isObject(value) ? value : null;
}

function evaluatePacket({ doors }: Receiver, text: string): void {
  const { screen } = doors;
  const result = doors.evaluate(text);
  if (result === 'silent') return;
  if ('value' in result) {
    screen.write(ACK);
    reply(screen, TYPE.response, literalOf(result.value, JS_STYLE));
    return;
  }
  if (result.isRaised) screen.removeLine();
  screen.write(NAK);
  doors.tellFailure();
}

function receiveFile({ doors }: Receiver, text: string): void {
  const { screen } = doors;
  const name = fieldsOf(text, screen)?.fn;
  const file = typeof name === 'string' ? doors.readFile(name) : undefined;
  if (!file) {
    screen.write(NAK);
    return;
  }
  screen.write(ACK);
  for (let at = 0; at < file.length; at += RECV_BYTES)
    reply(screen, TYPE.data, latin1(file.subarray(at, at + RECV_BYTES)));
  reply(screen, TYPE.data, '');
}

function beginFile(receiver: Receiver, text: string): void {
  const { doors } = receiver;
  receiver.file = null;
  const fields = fieldsOf(text, doors.screen);
  const size = Math.trunc(Number(fields?.s ?? 0)) || 0;
  if (!fields || typeof fields.fn !== 'string' || size === 0 || fields.fs) {
    doors.screen.write(NAK);
    return;
  }
  receiver.file = {
    name: fields.fn.slice(0, NAME_CHARACTERS_MAX),
    size,
    offset: Math.trunc(Number(fields.offs ?? 0)) || 0,
    isPacked: Boolean(fields.c),
    dueMs: doors.nowMs() + FILE_TIMEOUT_MS,
  };
  doors.screen.write(ACK);
}

function writeData(receiver: Receiver, data: Uint8Array): void {
  const { doors, file } = receiver;
  if (!file) {
    doors.screen.write(NAK);
    return;
  }
  const bytes = file.isPacked ? unpackHeatshrink(data) : data;
  doors.writeFile(file.name, bytes, file.offset, file.size);
  file.offset += bytes.length;
  file.dueMs = doors.nowMs() + FILE_TIMEOUT_MS;
  if (file.offset >= file.size) receiver.file = null;
  const told = { l: data.length, o: file.offset, s: file.size, fn: file.name };
  doors.emit('packetUpload', told);
  doors.screen.write(ACK);
  doors.onWritten(file.name, file.offset, file.size);
}

function process(receiver: Receiver, head: number, data: Uint8Array): void {
  const { doors } = receiver;
  const { screen } = doors;
  const type = head & TYPE_MASK;
  const text = latin1(data);
  const kind = type === TYPE.fileSend ? 'FILE_SEND' : type === TYPE.data ? 'DATA' : 'other';
  if (doors.isRefused(kind)) screen.write(NAK);
  else if (type === TYPE.eval) evaluatePacket(receiver, text);
  else if (type === TYPE.event) {
    const fields = fieldsOf(text, screen);
    screen.write(fields && doors.emit('packet', fields) ? ACK : NAK);
  } else if (type === TYPE.fileRecv) receiveFile(receiver, text);
  else if (type === TYPE.fileSend) beginFile(receiver, text);
  else if (type === TYPE.data) writeData(receiver, data);
  else screen.write(NAK);
}

function close(receiver: Receiver): void {
  receiver.dueMs = -1;
  receiver.bytes = [];
  receiver.doors.screen.text = receiver.line.text;
  receiver.doors.screen.cursor = receiver.line.cursor;
}

/** A receiver of packets at rest. */
export function createPackets(doors: PacketDoors): Packets {
  const line = { text: '', cursor: 0 };
  const receiver: Receiver = { doors, file: null, bytes: [], dueMs: -1, line };
  return {
    isOpen: () => receiver.dueMs >= 0,
    open: () => {
      receiver.line = { text: doors.screen.text, cursor: doors.screen.cursor };
      doors.screen.text = '';
      doors.screen.cursor = 0;
      receiver.bytes = [];
      receiver.dueMs = doors.nowMs() + PACKET_TIMEOUT_MS;
    },
    take: (byte) => {
      const { bytes } = receiver;
      if (bytes.length === 0) doors.screen.isLineSilent = false;
      bytes.push(byte);
      if (bytes.length < 2) return;
      const head = ((bytes[0] as number) << 8) | (bytes[1] as number);
      if (bytes.length < 2 + (head & LENGTH_MASK)) return;
      process(receiver, head, Uint8Array.from(bytes.slice(2)));
      close(receiver);
    },
    nextDueMs: () => {
      const fileMs = receiver.file?.dueMs ?? -1;
      if (receiver.dueMs < 0 || (fileMs >= 0 && fileMs < receiver.dueMs)) return fileMs;
      return receiver.dueMs;
    },
    runDue: () => {
      const nowMs = doors.nowMs();
      if (receiver.file && receiver.file.dueMs <= nowMs) receiver.file = null;
      if (receiver.dueMs < 0 || receiver.dueMs > nowMs) return;
      doors.screen.write(NAK);
      close(receiver);
    },
    reset: () => {
      receiver.file = null;
      receiver.dueMs = -1;
      receiver.bytes = [];
    },
  };
}
