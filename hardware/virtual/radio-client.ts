/*
 * One client of a virtual radio: the session on its TCP connection or serial port.
 * From: the client's bytes; to: the radio (packets, heartbeats), and back: configuration, then the shared queue.
 * Source: Meshtastic 2.7.26: polled every 5 ms for 2 s after the last byte, else every 250 ms; ends 15 min after the
 * last valid message. Recordings of it (test/fixtures/meshtasticd).
 */
import { encodeFromRadio, type FromRadioToSend } from '../../shared/meshtastic/from-radio';
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import { encodeFrame } from '../../shared/meshtastic/stream';
import { decodeToRadio } from '../../shared/meshtastic/to-radio';
import type { ReadablePhoneQueue } from './phone-queue';
import { createStreamParser, type StreamParser } from './stream-parser';
import type { World, WorldTimer } from './world';

/** What a session needs from its radio. */
export interface SessionHost {
  world: World;
  phone: ReadablePhoneQueue;
  answerWantConfig(nonce: number): FromRadioToSend[];
  takePacket(packet: MeshPacket): void;
  broadcastNodeInfo(): void;
}

export interface SessionSettings {
  /** 'serial' outlives its cable: nobody tells the radio that the other end is gone. */
  kind: 'tcp' | 'serial';
  /** bit/s, 'serial' only. */
  baud: number;
  /** Bytes kept until the next poll; more are lost. */
  bufferBytes: number;
  /** The radio hangs up ('tcp' only). */
  onHangUp(): void;
}

export interface Session {
  /** Bytes from the client. */
  write(bytes: Uint8Array): void;
  /** Where bytes to the client go; undefined = nowhere (cable unplugged). */
  attach(onData: ((bytes: Uint8Array) => void) | undefined): void;
  /** The shared queue has something new. */
  wake(): void;
  /** Whether the client has asked for the configuration. */
  isReady(): boolean;
  /** Says `rebooted` whether asked or not. */
  sayRebooted(): void;
  /** Back to the beginning: nothing asked, nothing half read. */
  reset(): void;
}

const BUSY_POLL_MS = 5;
const IDLE_POLL_MS = 250;
const BUSY_FOR_MS = 2000;
const SESSION_MS = 15 * 60_000;
const BITS_PER_BYTE = 10;

interface SessionState {
  host: SessionHost;
  settings: SessionSettings;
  parser: StreamParser;
  onData: ((bytes: Uint8Array) => void) | undefined;
  unread: Uint8Array[];
  unreadBytes: number;
  configuration: FromRadioToSend[];
  ready: boolean;
  lastByteMs: number;
  lastMessageMs: number;
  pollTimer: WorldTimer | undefined;
  endTimer: WorldTimer | undefined;
  /** When the serial line is through with what was written, ms. */
  lineFreeMs: number;
}

function concatenate(chunks: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Writes a frame at the speed of the line; what is in the line when the cable goes is lost. */
function writeSerial(state: SessionState, frame: Uint8Array): void {
  const { world } = state.host;
  const { onData } = state;
  const durationMs = (frame.length * BITS_PER_BYTE * 1000) / state.settings.baud;
  state.lineFreeMs = Math.max(state.lineFreeMs, world.nowMs()) + durationMs;
  world.at(state.lineFreeMs, () => {
    if (onData !== undefined && state.onData === onData) onData(frame);
  });
}

function nextMessage(state: SessionState): FromRadioToSend | undefined {
  return state.configuration.shift() ?? state.host.phone.next();
}

function drain(state: SessionState): void {
  if (!state.ready) return;
  const frames: Uint8Array[] = [];
  for (let message = nextMessage(state); message !== undefined; message = nextMessage(state)) {
    frames.push(encodeFrame(encodeFromRadio(message)));
  }
  if (frames.length === 0) return;
  if (state.settings.kind === 'tcp') state.onData?.(concatenate(frames));
  else for (const frame of frames) writeSerial(state, frame);
}

function reset(state: SessionState): void {
  state.ready = false;
  state.unread = [];
  state.unreadBytes = 0;
  state.configuration = [];
  state.parser.reset();
  state.host.world.cancel(state.pollTimer);
  state.host.world.cancel(state.endTimer);
  state.pollTimer = undefined;
  state.endTimer = undefined;
}

function hangUp(state: SessionState): void {
  reset(state);
  if (state.settings.kind === 'tcp') state.settings.onHangUp();
}

function watchForSilence(state: SessionState): void {
  const { world } = state.host;
  if (state.endTimer !== undefined) return;
  state.endTimer = world.at(state.lastMessageMs + SESSION_MS, () => {
    state.endTimer = undefined;
    if (world.nowMs() - state.lastMessageMs >= SESSION_MS) hangUp(state);
    else watchForSilence(state);
  });
}

function takeBody(state: SessionState, body: Uint8Array): void {
  const message = decodeToRadio(body);
  if (typeof message === 'string') return;
  const { host } = state;
  state.lastMessageMs = host.world.nowMs();
  if (message.packet !== undefined) host.takePacket(message.packet);
  else if (message.wantConfigId !== undefined) {
    state.configuration = host.answerWantConfig(message.wantConfigId);
    state.ready = true;
  } else if (message.disconnect === true) hangUp(state);
  else if (message.heartbeat?.nonce === 1) host.broadcastNodeInfo();
  else if (message.heartbeat !== undefined) host.phone.putQueueStatus(0, 0);
  if (state.ready) watchForSilence(state);
}

function poll(state: SessionState): void {
  const chunks = state.unread;
  state.unread = [];
  state.unreadBytes = 0;
  for (const chunk of chunks) state.parser.push(chunk);
  drain(state);
}

function wake(state: SessionState): void {
  const { world } = state.host;
  if (state.pollTimer !== undefined) return;
  const now = world.nowMs();
  const busy = now - state.lastByteMs < BUSY_FOR_MS;
  const delayMs = busy ? BUSY_POLL_MS : IDLE_POLL_MS - (now % IDLE_POLL_MS);
  state.pollTimer = world.at(now + delayMs, () => {
    state.pollTimer = undefined;
    poll(state);
  });
}

function write(state: SessionState, bytes: Uint8Array): void {
  const room = state.settings.bufferBytes - state.unreadBytes;
  const kept = new Uint8Array(bytes.subarray(0, Math.max(0, room)));
  state.unread.push(kept);
  state.unreadBytes += kept.length;
  wake(state);
  state.lastByteMs = state.host.world.nowMs();
}

function sayRebooted(state: SessionState): void {
  const frame = encodeFrame(encodeFromRadio({ rebooted: true }));
  if (state.settings.kind === 'serial') writeSerial(state, frame);
}

/** A new session; nothing is sent before the client asks for the configuration. */
export function createSession(host: SessionHost, settings: SessionSettings): Session {
  const state: SessionState = {
    host,
    settings,
    parser: createStreamParser((body) => takeBody(state, body)),
    onData: undefined,
    unread: [],
    unreadBytes: 0,
    configuration: [],
    ready: false,
    lastByteMs: -BUSY_FOR_MS,
    lastMessageMs: 0,
    pollTimer: undefined,
    endTimer: undefined,
    lineFreeMs: 0,
  };
  return {
    write: (bytes) => write(state, bytes),
    attach: (onData) => {
      state.onData = onData;
    },
    wake: () => {
      if (state.ready) wake(state);
    },
    isReady: () => state.ready,
    sayRebooted: () => sayRebooted(state),
    reset: () => reset(state),
  };
}
