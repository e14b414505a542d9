/*
 * radio.ts: keeps one radio: connects, drives its session, connects again when it is lost.
 * Way: transport edge <-> pure session (core/radio-session.ts) -> packets to custody; bulletins out through a queue
 * (core/send-queue.ts).
 * When a parent keeps the clock, bytes wait until its barrier says how many of them have arrived.
 */
import { CHANNEL_NAME } from '../shared/limits';
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import type { OwnRadio } from './core/heard';
import { createHeldBytes, type HeldBytes } from './core/held-bytes';
import { setTimePacket } from './core/radio-admin';
import { radioProblems, radioWarnings } from './core/radio-checks';
import type { GpsOffer } from './core/radio-gps';
import {
  createRadioSession,
  type LostCause,
  type RadioSession,
  type SessionEvent,
  type SessionStep,
} from './core/radio-session';
import { lostWords, TAKEN_AWAY_WORDS } from './core/radio-words';
import { type Conclusion, createSendQueue, type SendQueue } from './core/send-queue';
import type { GatewayClock } from './edges/clock';
import type { Log } from './edges/log';
import { CLOSED_BY_RADIO, type Connection, type OpenTransport } from './edges/transport';
import {
  RADIO_BUFFER_BYTES_MAX,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  RETRY_PARENT_MS,
  SESSION_STEADY_MS,
  SET_TIME_MS,
} from './limits/radio';
import { createRadioFacts, type RadioFacts } from './radio-facts';
import { hasRoom, nonceOf, ownRadioOf, roomOf, waitingOf } from './radio-sending';
import { type RadioView, type SessionWord, viewOf } from './radio-view';

/** Ends of a connection soon after the handshake, in a row, that tell of another client. */
const TAKEN_AWAY_TIMES = 2;

/** What the radio's keeper works with. */
export interface RadioDoors {
  /** Its address, for people. */
  name: string;
  /** How the log calls it: "radio", or with its name where there are several. */
  label: string;
  open: OpenTransport;
  /** What should be done about the address itself, in words; null = nothing. */
  advice(): string | null;
  clock: GatewayClock;
  /** 0..1, for the jitter of the back-off. */
  random(): number;
  /** u32 from a good source, for nonces and packet ids. */
  randomU32(): number;
  log: Log;
  /** true: a parent keeps the clock, bytes wait for deliver(). */
  paced: boolean;
  onPacket(packet: MeshPacket, own: OwnRadio): void;
  /** A packet given to broadcast() was taken by the radio, or failed. */
  onConcluded(conclusion: Conclusion): void;
  /** The GPS of the radio tells the time. */
  onGpsTime(offer: GpsOffer): void;
  /** Bytes of the stream were newly passed over, because they belong to no frame. */
  onSkippedBytes(): void;
}

/** One radio, kept. */
export interface Radio {
  /** Begins to connect: once. */
  start(): void;
  session(): SessionWord;
  view(): RadioView;
  /** Would a packet go out at once? */
  hasRoom(): boolean;
  /** Broadcasts on our port and channel as soon as the radio has room; what becomes of it is told with its tag. @returns false: it cannot now. */
  broadcast(key: string, tag: number, payload: Uint8Array): boolean;
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
  queue: SendQueue;
  facts: RadioFacts;
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
  /** Why the connection is being closed by us; null = it is not. */
  lostWhy: string | null;
  /** Steady time of the last handshake on this connection, ms; null = none. */
  readyMs: number | null;
  /** About its address, asked at each handshake. */
  advice: string | null;
  /** Ends of the connection soon after a handshake, in a row. */
  takenAway: number;
  waiters: { bytes: number; resolve: () => void }[];
}

function wakeWaiters(keeper: Keeper): void {
  const { isOpen, held } = keeper;
  const ready = keeper.waiters.filter(({ bytes }) => !isOpen || held.bytesRead() >= bytes);
  keeper.waiters = keeper.waiters.filter((waiter) => !ready.includes(waiter));
  for (const { resolve } of ready) resolve();
}

function becomeReady(keeper: Keeper): void {
  const { clock, log, label } = keeper.doors;
  const info = keeper.session.info();
  keeper.why = null;
  keeper.readyMs = clock.steadyMs();
  keeper.setTimeAtMs = keeper.readyMs;
  keeper.facts.onReady();
  keeper.advice = keeper.doors.advice();
  const settings = [...radioProblems(info, CHANNEL_NAME), ...radioWarnings(info, CHANNEL_NAME)];
  const words = keeper.advice === null ? settings : [...settings, keeper.advice];
  log(`${label} ready${words.length > 0 ? `, but ${words.join('; ')}` : ''}`);
}

function giveUp(keeper: Keeper, cause: LostCause): void {
  const facts = { bytesRead: keeper.held.bytesRead(), bytesSkipped: keeper.bytesSkipped };
  keeper.lostWhy = lostWords(cause, facts);
  keeper.connection?.close();
}

function happen(keeper: Keeper, event: SessionEvent): void {
  const { doors, facts, queue, session } = keeper;
  if (event.type === 'packet') {
    facts.onPacket(event.packet);
    doors.onPacket(event.packet, ownRadioOf(session));
  } else if (event.type === 'own-packet') {
    const offer = facts.onOwnPacket(event.packet, session.info());
    if (offer !== null) doors.onGpsTime(offer);
  } else if (event.type === 'ready') becomeReady(keeper);
  else if (event.type === 'sent') {
    queue.onSent(event.sent, event.outcome, event.final, doors.clock.steadyMs());
  } else if (event.type === 'rebooted') {
    facts.onRestarted();
    queue.onLost();
    doors.log(`${doors.label} restarted`);
  } else if (event.type === 'notification') {
    doors.log(`${doors.label} says: ${event.notification.message}`);
  } else if (event.type === 'lost') giveUp(keeper, event.cause);
}

function write(keeper: Keeper, step: SessionStep): void {
  for (const bytes of step.write) {
    keeper.connection?.write(bytes);
    keeper.bytesWritten += bytes.length;
  }
}

function carryOut(keeper: Keeper, step: SessionStep): void {
  write(keeper, step);
  // Counted before the events: a session that is given up says what came.
  const skipped = keeper.session.skippedBytes();
  if (skipped > keeper.bytesSkipped) keeper.doors.onSkippedBytes();
  keeper.bytesSkipped = skipped;
  for (const event of step.events) happen(keeper, event);
  const becameReady = step.events.some(({ type }) => type === 'ready');
  // How much room the radio has it tells with its answer to this.
  if (becameReady) write(keeper, keeper.session.probe(keeper.doors.clock.steadyMs()));
}

/** Gives the radio what waits and may go, and tells what became of what went. */
function sendWaiting(keeper: Keeper): void {
  const { session, queue, doors } = keeper;
  const nowMs = doors.clock.steadyMs();
  queue.tick(nowMs);
  while (session.state() === 'ready') {
    const waiting = queue.next(nowMs, roomOf(session));
    if (waiting === null) break;
    const id = doors.randomU32() || 1;
    queue.given(waiting, id, nowMs);
    carryOut(keeper, session.send({ ...waiting.packet, id }, nowMs));
  }
  if (session.state() === 'ready' && queue.wantsProbe(nowMs, roomOf(session))) {
    write(keeper, session.probe(nowMs));
  }
  for (const conclusion of queue.takeConclusions()) doors.onConcluded(conclusion);
}

/** Tells the radio the time after each handshake and then regularly. */
function setTimeWhenDue(keeper: Keeper): void {
  const { clock } = keeper.doors;
  if (keeper.session.state() !== 'ready' || clock.state() === 'unknown') return;
  if (clock.steadyMs() < keeper.setTimeAtMs) return;
  keeper.setTimeAtMs = clock.steadyMs() + SET_TIME_MS;
  keeper.facts.onTimeSet();
  const packet = setTimePacket(keeper.session.info().myNodeNum, Math.floor(clock.nowMs() / 1000));
  carryOut(keeper, keeper.session.send(packet, clock.steadyMs()));
}

function armTick(keeper: Keeper): void {
  const { clock } = keeper.doors;
  keeper.cancelTick();
  const { session, queue } = keeper;
  const queueDueMs = queue.nextDueMs(clock.steadyMs(), roomOf(session));
  const dueMs = Math.min(session.nextDueMs(), queueDueMs);
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
  sendWaiting(keeper);
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
  keeper.lostWhy = null;
  keeper.readyMs = null;
  keeper.isOpen = true;
  proceed(keeper, keeper.session.start(keeper.doors.clock.steadyMs()));
}

function onReceived(keeper: Keeper, chunk: Uint8Array): void {
  keeper.held.add(chunk);
  if (!keeper.doors.paced) feed(keeper, keeper.held.bytesRead());
  else if (keeper.held.bytesHeld() > RADIO_BUFFER_BYTES_MAX) keeper.connection?.close();
  wakeWaiters(keeper);
}

/** How long the session stood decides how soon it is tried again, and what is said. */
function judgeEnd(keeper: Keeper, why: string): string {
  const { readyMs, doors } = keeper;
  const stoodMs = readyMs === null ? -1 : doors.clock.steadyMs() - readyMs;
  if (stoodMs >= SESSION_STEADY_MS) keeper.retryMs = RETRY_MS_MIN;
  if (stoodMs < 0 || keeper.lostWhy !== null) return keeper.lostWhy ?? why;
  keeper.takenAway = stoodMs < SESSION_STEADY_MS ? keeper.takenAway + 1 : 0;
  const isTaken = keeper.takenAway >= TAKEN_AWAY_TIMES && why === CLOSED_BY_RADIO;
  return isTaken ? TAKEN_AWAY_WORDS : why;
}

function onClosed(keeper: Keeper, closedWhy: string): void {
  const { doors } = keeper;
  if (keeper.isOpen) feed(keeper, keeper.held.bytesRead());
  const why = keeper.isOpen ? judgeEnd(keeper, closedWhy) : closedWhy;
  if (keeper.why !== why && !keeper.stopped) doors.log(`${doors.label}: ${why}`);
  if (keeper.isOpen) keeper.facts.onLost();
  keeper.why = why;
  keeper.connection = null;
  keeper.isOpen = false;
  keeper.readyMs = null;
  keeper.queue.onLost();
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

function broadcast(keeper: Keeper, key: string, tag: number, payload: Uint8Array): boolean {
  const { session, queue, doors } = keeper;
  const waiting = waitingOf(session, key, tag, payload);
  if (session.state() !== 'ready' || waiting === null) return false;
  queue.put(waiting, doors.clock.steadyMs());
  sendWaiting(keeper);
  armTick(keeper);
  return true;
}

function newKeeper(doors: RadioDoors): Keeper {
  return {
    doors,
    session: createRadioSession({
      nonce: () => nonceOf(doors.randomU32),
      packetId: doors.randomU32,
    }),
    queue: createSendQueue(),
    facts: createRadioFacts(doors.clock),
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
    lostWhy: null,
    readyMs: null,
    advice: null,
    takenAway: 0,
    waiters: [],
  };
}

/** Makes the keeper of one radio. It does nothing before start(). */
export function keepRadio(doors: RadioDoors): Radio {
  const keeper = newKeeper(doors);
  const { session, queue } = keeper;
  const sessionWord = (): SessionWord => {
    const state = session.state();
    return state === 'lost' ? 'closed' : state;
  };
  return {
    start: () => connect(keeper),
    session: sessionWord,
    view: () => viewOf(keeper, sessionWord()),
    hasRoom: () => hasRoom(session, queue, doors.clock.steadyMs()),
    broadcast: (key, tag, payload) => broadcast(keeper, key, tag, payload),
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
