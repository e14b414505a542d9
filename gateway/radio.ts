/*
 * radio.ts: keeps one radio: connects, drives its session, connects again when it is lost.
 * Way: transport edge <-> pure session (core/radio-session.ts) -> packets to custody; bulletins out.
 * When a parent keeps the clock, bytes wait until its barrier says how many of them have arrived.
 */
import { CHANNEL_NAME, HOP_LIMIT, PORTNUM } from '../shared/limits';
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import { BROADCAST } from '../shared/meshtastic/port-num';
import type { OwnRadio } from './core/heard';
import { createHeldBytes, type HeldBytes } from './core/held-bytes';
import { setTimePacket } from './core/radio-admin';
import { radioProblems } from './core/radio-checks';
import { channelIndexOf } from './core/radio-info';
import type { Outcome, SentPacket } from './core/radio-sent';
import {
  createRadioSession,
  type RadioSession,
  type SessionEvent,
  type SessionStep,
} from './core/radio-session';
import type { GatewayClock } from './edges/clock';
import type { Log } from './edges/log';
import type { Connection, OpenTransport } from './edges/transport';
import {
  RADIO_BUFFER_BYTES_MAX,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  RETRY_PARENT_MS,
  SET_TIME_MS,
} from './limits';
import type { SessionWord } from './status';

/** What the radio's keeper works with. */
export interface RadioDoors {
  open: OpenTransport;
  clock: GatewayClock;
  /** 0..1, for the jitter of the back-off. */
  random(): number;
  /** u32 from a good source, for nonces and packet ids. */
  randomU32(): number;
  log: Log;
  /** true: a parent keeps the clock, bytes wait for deliver(). */
  paced: boolean;
  onPacket(packet: MeshPacket, own: OwnRadio): void;
  /** A packet of ours has a new answer. `final`: no further one is waited for. */
  onSent(sent: SentPacket, outcome: Outcome, final: boolean): void;
  /** Bytes of the stream were newly passed over, because they belong to no frame. */
  onSkippedBytes(): void;
}

/** One radio, kept. */
export interface Radio {
  /** Begins to connect: once. */
  start(): void;
  session(): SessionWord;
  /** Number in the mesh; null = not known yet. */
  myNodeNum(): number | null;
  /** What is wrong with it, in words for people; null = nothing. */
  problem(): string | null;
  /** Broadcasts on our port and channel. @returns the packet's id, or null when it cannot now. */
  broadcast(payload: Uint8Array): number | null;
  /** Resolves when this many bytes of the current connection were read, or there is none. */
  waitFor(bytes: number): Promise<void>;
  /** Passes on bytes read so far, up to this many of the current connection. */
  deliver(bytes: number): void;
  /** Bytes written on the current connection. */
  bytesWritten(): number;
  flushed(): Promise<void>;
  stop(): void;
}

interface Keeper {
  doors: RadioDoors;
  session: RadioSession;
  held: HeldBytes;
  connection: Connection | null;
  isOpen: boolean;
  stopped: boolean;
  bytesWritten: number;
  bytesSkipped: number;
  retryMs: number;
  retryTimer: NodeJS.Timeout | undefined;
  cancelTick: () => void;
  setTimeAtMs: number;
  /** Why there is no session, for people. */
  why: string | null;
  waiters: { bytes: number; resolve: () => void }[];
}

function ownRadio({ session }: Keeper): OwnRadio {
  const info = session.info();
  return { channelIndex: channelIndexOf(info, CHANNEL_NAME) };
}

function wakeWaiters(keeper: Keeper): void {
  const { isOpen, held } = keeper;
  const ready = keeper.waiters.filter(({ bytes }) => !isOpen || held.bytesRead() >= bytes);
  keeper.waiters = keeper.waiters.filter((waiter) => !ready.includes(waiter));
  for (const { resolve } of ready) resolve();
}

function becomeReady(keeper: Keeper): void {
  keeper.retryMs = RETRY_MS_MIN;
  keeper.why = null;
  keeper.setTimeAtMs = keeper.doors.clock.steadyMs();
  const problems = radioProblems(keeper.session.info(), CHANNEL_NAME);
  keeper.doors.log(`radio ready${problems.length > 0 ? `, but ${problems.join('; ')}` : ''}`);
}

function happen(keeper: Keeper, event: SessionEvent): void {
  const { doors } = keeper;
  if (event.type === 'packet') doors.onPacket(event.packet, ownRadio(keeper));
  else if (event.type === 'ready') becomeReady(keeper);
  else if (event.type === 'sent') doors.onSent(event.sent, event.outcome, event.final);
  else if (event.type === 'rebooted') doors.log('radio rebooted');
  else if (event.type === 'notification') doors.log(`radio says: ${event.notification.message}`);
  else if (event.type === 'lost') {
    doors.log(`radio lost: ${event.cause}`);
    keeper.connection?.close();
  }
}

function carryOut(keeper: Keeper, step: SessionStep): void {
  for (const bytes of step.write) {
    keeper.connection?.write(bytes);
    keeper.bytesWritten += bytes.length;
  }
  for (const event of step.events) happen(keeper, event);
  const skipped = keeper.session.skippedBytes();
  if (skipped > keeper.bytesSkipped) keeper.doors.onSkippedBytes();
  keeper.bytesSkipped = skipped;
}

/** Tells the radio the time after each handshake and then regularly. */
function setTimeWhenDue(keeper: Keeper): void {
  const { clock } = keeper.doors;
  if (keeper.session.state() !== 'ready' || clock.state() === 'unknown') return;
  if (clock.steadyMs() < keeper.setTimeAtMs) return;
  keeper.setTimeAtMs = clock.steadyMs() + SET_TIME_MS;
  const packet = setTimePacket(keeper.session.info().myNodeNum, Math.floor(clock.nowMs() / 1000));
  carryOut(keeper, keeper.session.send(packet, clock.steadyMs()));
}

function armTick(keeper: Keeper): void {
  const { clock } = keeper.doors;
  keeper.cancelTick();
  const dueMs = keeper.session.nextDueMs();
  if (keeper.stopped || dueMs === Number.POSITIVE_INFINITY) return;
  // What is overdue runs at once: a paced gateway arms anew at every barrier, before its timers run.
  const waitMs = Math.max(0, dueMs - clock.steadyMs());
  keeper.cancelTick = clock.at(clock.nowMs() + waitMs, () =>
    proceed(keeper, keeper.session.tick(clock.steadyMs())),
  );
}

function proceed(keeper: Keeper, step: SessionStep): void {
  carryOut(keeper, step);
  setTimeWhenDue(keeper);
  armTick(keeper);
}

function feed(keeper: Keeper, upTo: number): void {
  for (const chunk of keeper.held.take(upTo)) {
    proceed(keeper, keeper.session.feed(chunk, keeper.doors.clock.steadyMs()));
  }
}

function onOpened(keeper: Keeper): void {
  keeper.held = createHeldBytes();
  keeper.bytesWritten = 0;
  keeper.bytesSkipped = 0;
  keeper.isOpen = true;
  proceed(keeper, keeper.session.start(keeper.doors.clock.steadyMs()));
}

function onReceived(keeper: Keeper, chunk: Uint8Array): void {
  keeper.held.add(chunk);
  if (!keeper.doors.paced) feed(keeper, keeper.held.bytesRead());
  else if (keeper.held.bytesHeld() > RADIO_BUFFER_BYTES_MAX) keeper.connection?.close();
  wakeWaiters(keeper);
}

function onClosed(keeper: Keeper, why: string): void {
  const { doors } = keeper;
  if (keeper.isOpen) feed(keeper, keeper.held.bytesRead());
  if (keeper.why !== why && !keeper.stopped) doors.log(`radio: ${why}`);
  keeper.why = why;
  keeper.connection = null;
  keeper.isOpen = false;
  proceed(keeper, keeper.session.closed(doors.clock.steadyMs()));
  wakeWaiters(keeper);
  if (keeper.stopped) return;
  const waitMs = doors.paced ? RETRY_PARENT_MS : keeper.retryMs * (0.5 + doors.random() / 2);
  keeper.retryMs = Math.min(keeper.retryMs * 2, RETRY_MS_MAX);
  keeper.retryTimer = setTimeout(() => connect(keeper), waitMs);
}

function connect(keeper: Keeper): void {
  keeper.connection = keeper.doors.open({
    opened: () => onOpened(keeper),
    received: (chunk) => onReceived(keeper, chunk),
    closed: (why) => onClosed(keeper, why),
  });
}

/** Firmware 2.8 wants a bitfield even where it is 0. */
function broadcast(keeper: Keeper, payload: Uint8Array): number | null {
  const { channelIndex } = ownRadio(keeper);
  if (keeper.session.state() !== 'ready' || channelIndex < 0) return null;
  const id = keeper.doors.randomU32() || 1;
  const packet = {
    id,
    to: BROADCAST,
    channel: channelIndex,
    hopLimit: HOP_LIMIT,
    wantAck: false,
    decoded: { portnum: PORTNUM, payload, wantResponse: false, bitfield: 0 },
  };
  proceed(keeper, keeper.session.send(packet, keeper.doors.clock.steadyMs()));
  return id;
}

function newKeeper(doors: RadioDoors): Keeper {
  return {
    doors,
    session: createRadioSession({ nonce: doors.randomU32, packetId: doors.randomU32 }),
    held: createHeldBytes(),
    connection: null,
    isOpen: false,
    stopped: false,
    bytesWritten: 0,
    bytesSkipped: 0,
    retryMs: RETRY_MS_MIN,
    retryTimer: undefined,
    cancelTick: () => {},
    setTimeAtMs: 0,
    why: null,
    waiters: [],
  };
}

/** Makes the keeper of one radio. It does nothing before start(). */
export function keepRadio(doors: RadioDoors): Radio {
  const keeper = newKeeper(doors);
  const { session } = keeper;
  return {
    start: () => connect(keeper),
    session() {
      const state = session.state();
      return state === 'lost' ? 'closed' : state;
    },
    myNodeNum: () => session.info().myNodeNum || null,
    problem() {
      if (session.state() !== 'ready') return keeper.why;
      return radioProblems(session.info(), CHANNEL_NAME).join('; ') || null;
    },
    broadcast: (payload) => broadcast(keeper, payload),
    waitFor: (bytes) =>
      new Promise((resolve) => {
        keeper.waiters.push({ bytes, resolve });
        wakeWaiters(keeper);
      }),
    deliver: (bytes) => feed(keeper, bytes),
    bytesWritten: () => (keeper.isOpen ? keeper.bytesWritten : 0),
    flushed: async () => keeper.connection?.flushed(),
    stop() {
      keeper.stopped = true;
      clearTimeout(keeper.retryTimer);
      keeper.cancelTick();
      keeper.connection?.close();
    },
  };
}
