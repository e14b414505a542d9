/*
 * fuzz-gateway.ts: the gateway's own engine and database in this process, fed byte by byte, beside a second session of the
 * radio that hears the same bytes and counts what the first one must have been given.
 * Way: chunks -> engine (framer, session, custody, store) and shadow session -> counts of both.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRadioSession, type SessionStep } from '../../../gateway/core/radio-session';
import { parentClock } from '../../../gateway/edges/clock';
import type { TransportEvents } from '../../../gateway/edges/transport';
import { createEngine } from '../../../gateway/engine';
import { openBase } from '../../../gateway/opening';
import { concat, toHex } from '../../../shared/bytes';
import { PORTNUM } from '../../../shared/limits';
import { encodeFromRadio, type FromRadioToSend } from '../../../shared/meshtastic/from-radio';
import { createFramer, encodeFrame } from '../../../shared/meshtastic/stream';
import { decodeToRadio } from '../../../shared/meshtastic/to-radio';
import { BOOT_S } from '../support/nodes';
import { registerJson } from '../support/places';
import { OWN_NUMBER } from './frame-mutations';

/** Ports of ordinary traffic of the mesh, which is passed over and not counted. */
const HOUSEKEEPING = [3, 4, 5, 6, 67, 70, 71, 73];

/** What the radio tells of itself. */
export function ownWords(): FromRadioToSend[] {
  const settings = { name: 'serial', psk: new Uint8Array(32).fill(7) };
  return [
    { myInfo: { myNodeNum: OWN_NUMBER } },
    { metadata: { firmwareVersion: '2.7.26', role: 0 } },
    { channel: { index: 1, role: 0 } },
    { channel: { index: 0, role: 1, settings } },
    { config: { lora: { usePreset: true, region: 3, txEnabled: true, hopLimit: 3 } } },
  ];
}

function frames(messages: FromRadioToSend[]): Uint8Array {
  return concat(messages.map((message) => encodeFrame(encodeFromRadio(message))));
}

/** The radio has room. */
function status(meshPacketId: number): Uint8Array {
  return frames([{ queueStatus: { res: 0, free: 16, maxlen: 16, meshPacketId } }]);
}

/** Counts of the shadow. */
export interface Expected {
  /** Packets that had to be judged. */
  delivered: number;
  /** Chunks in which bytes belonged to no frame. */
  badChunks: number;
}

/** Everything the gateway broadcast: what comes back of it is known and not judged. */
function createOwn() {
  const own = new Set<string>();
  return {
    add: (payload: Uint8Array) => void own.add(toHex(payload)),
    /** Must this packet be judged? */
    isJudged(portnum?: number, payload?: Uint8Array): boolean {
      if (portnum === PORTNUM && payload !== undefined && own.has(toHex(payload))) return false;
      return portnum === undefined || !HOUSEKEEPING.includes(portnum);
    },
  };
}

/** A radio of which the gateway's session and a shadow of it hear the same. */
function createTap(nowMs: () => number) {
  const expected: Expected = { delivered: 0, badChunks: 0 };
  const nonces: number[] = [];
  const broadcasts: Uint8Array[] = [];
  const own = createOwn();
  let events: TransportEvents | null = null;
  let answers: Uint8Array[] = [];
  let said = 0;
  let skipped = 0;
  const shadow = createRadioSession({ nonce: () => nonces.shift() ?? 1, packetId: () => 1 });
  const note = ({ events: happened }: SessionStep) => {
    for (const event of happened) {
      if (event.type !== 'packet') continue;
      const { portnum, payload } = event.packet.decoded ?? {};
      if (own.isJudged(portnum, payload)) expected.delivered += 1;
    }
    if (shadow.skippedBytes() > skipped) expected.badChunks += 1;
    skipped = shadow.skippedBytes();
  };
  const answer = (body: Uint8Array): boolean => {
    const message = decodeToRadio(body);
    if (typeof message === 'string') return false;
    if (message.wantConfigId !== undefined) {
      nonces.push(message.wantConfigId);
      answers.push(frames([...ownWords(), { configCompleteId: message.wantConfigId }]));
    } else if (message.heartbeat) answers.push(status(0));
    else if (message.packet) {
      if (message.packet.to === 0xffffffff && message.packet.decoded) {
        broadcasts.push(message.packet.decoded.payload);
        own.add(message.packet.decoded.payload);
      }
      answers.push(status(message.packet.id));
    }
    return true;
  };
  return {
    expected,
    broadcasts,
    shadow,
    /** What a connection opens. */
    open(to: TransportEvents) {
      const framer = createFramer(answer);
      queueMicrotask(() => {
        events = to;
        [said, skipped, answers] = [0, 0, []];
        nonces.length = 0;
        to.opened();
        note(shadow.start(nowMs()));
      });
      return {
        write: (bytes: Uint8Array) => framer.push(bytes),
        flushed: async () => {},
        close() {
          if (events !== to) return;
          events = null;
          queueMicrotask(() => {
            to.closed('lost');
            note(shadow.closed(nowMs()));
          });
        },
      };
    },
    /** Says a chunk. @returns false while there is no connection */
    say(chunk: Uint8Array, deliver: (bytes: number) => void): boolean {
      for (const bytes of [...answers.splice(0), chunk]) {
        if (events === null) return false;
        said += bytes.length;
        events.received(bytes);
        deliver(said);
        note(shadow.feed(bytes, nowMs()));
      }
      return true;
    },
    tick: () => note(shadow.tick(nowMs())),
  };
}

/** The gateway under test. */
export interface FuzzGateway {
  expected: Expected;
  broadcasts: Uint8Array[];
  /** Says a chunk. Waits where there is no connection just now. */
  say(chunk: Uint8Array): Promise<void>;
  /** Time passes, ms: what is due runs. */
  pass(ms: number): void;
  commit(): void;
  isReady(): boolean;
  /** A committed look into the database. */
  rows<T>(sql: string): T[];
  close(): void;
}

/** Nodes 1, 2, 3; the third was retired after two days. */
function registerWithRetired(made: string): string {
  const register = registerJson([1, 2, 3]);
  Object.assign(register.sites[2].nodes[0], { retiredAt: BOOT_S + 48 * 3600 });
  const path = join(made, 'register.json');
  writeFileSync(path, JSON.stringify(register));
  return path;
}

/** Starts it in a new folder inside `made`, with a register of nodes 1, 2, 3; the third was retired. */
export async function startFuzzGateway(made: string): Promise<FuzzGateway> {
  const dataDir = join(made, 'data');
  mkdirSync(dataDir);
  const clock = parentClock();
  let timeMs = BOOT_S * 1000;
  clock.set(timeMs);
  const tap = createTap(clock.steadyMs);
  const options = {
    ...{ dataDir, radios: ['tcp://127.0.0.1:1'], registerFile: registerWithRetired(made) },
    ...{ clock: 'parent' as const, log: () => {} },
  };
  const base = { ...openBase(options, clock), radios: [{ name: 'tap', open: tap.open }] };
  const engine = createEngine(options, base, clock);
  engine.begin({
    ...{ afterCommit() {}, tellAll() {}, tellHealth() {}, tellByTime() {} },
    ...{ lag: () => 0, drain: async () => true, goodbye: async () => {} },
  });
  const reader = base.store.openReader();
  const oneTurn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    expected: tap.expected,
    broadcasts: tap.broadcasts,
    async say(chunk) {
      while (!tap.say(chunk, engine.radios.first.deliver)) await oneTurn();
    },
    pass(ms) {
      timeMs += ms;
      clock.set(timeMs);
      clock.runDue();
      tap.tick();
    },
    commit: engine.commit,
    isReady: () => engine.radios.first.session() === 'ready' && tap.shadow.state() === 'ready',
    rows: <T>(sql: string) => reader.prepare(sql).all() as T[],
    close() {
      engine.end();
      reader.close();
      base.store.close();
    },
  };
}
