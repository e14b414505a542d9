/*
 * radios.ts: all radios of the pod as one: what any of them hears goes the same way, what is sent goes out over each.
 * Way: keepers of single radios (radio.ts) <-> engine.
 */
import { toHex } from '../shared/bytes';
import { PORTNUM } from '../shared/limits';
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import type { OwnRadio } from './core/heard';
import type { GpsOffer } from './core/radio-gps';
import type { GatewayClock } from './edges/clock';
import type { Log } from './edges/log';
import type { OpenTransport } from './edges/transport';
import { OWN_BROADCASTS_MAX } from './limits/radio';
import { keepRadio, type Radio } from './radio';
import { type RadioView, SESSION_WORDS, type SessionWord } from './radio-view';

/** A radio to keep. */
export interface RadioAddress {
  name: string;
  open: OpenTransport;
  /** What should be done about the address itself, in words; null = nothing. */
  advice?(): string | null;
}

/** What keeping them works with; see RadioDoors. */
export interface RadiosDoors {
  radios: RadioAddress[];
  clock: GatewayClock;
  random(): number;
  randomU32(): number;
  log: Log;
  paced: boolean;
  onPacket(packet: MeshPacket, own: OwnRadio): void;
  /** A radio took the packet with this tag, for the first time. */
  onTaken(tag: number): void;
  /** No radio took the packet with this tag, and none will. */
  onFailed(tag: number): void;
  onGpsTime(offer: GpsOffer): void;
  onSkippedBytes(): void;
}

/** All radios. */
export interface Radios {
  /** The first one: a parent that keeps the clock has only this. */
  first: Radio;
  start(): void;
  /** The best any of them has. */
  session(): SessionWord;
  views(): RadioView[];
  /** Is there one that would send at once? */
  hasRoom(): boolean;
  /**
   * Broadcasts over every radio that is ready. A newer packet with the same key takes the place of one that waits.
   * @returns its tag; null when none is ready: nothing was begun then.
   */
  broadcast(key: string, payload: Uint8Array): number | null;
  stop(): void;
}

/** What became of one packet at the radios it was given to. */
interface Broadcast {
  open: number;
  isTaken: boolean;
}

/** Packets we sent, to know them when another of our radios hears them over the air. */
function createOwnBroadcasts() {
  const sent = new Set<string>();
  return {
    add(payload: Uint8Array) {
      sent.add(toHex(payload));
      if (sent.size > OWN_BROADCASTS_MAX) sent.delete([...sent][0]);
    },
    has: ({ decoded }: MeshPacket) =>
      sent.size > 0 && decoded?.portnum === PORTNUM && sent.has(toHex(decoded.payload)),
  };
}

/** Of two addresses that lead to one radio the second is a mistake: it takes packets away from the first. */
function withTwins(views: RadioView[]): RadioView[] {
  return views.map((view, at) => {
    const isSame = (other: RadioView) =>
      other.session === 'ready' && other.myNodeNum === view.myNodeNum;
    const twin = view.session === 'ready' ? views.slice(0, at).find(isSame) : undefined;
    if (twin === undefined) return view;
    const words = `it is the same radio as ${twin.name}: remove one of the two addresses`;
    return { ...view, problem: view.problem === null ? words : `${view.problem}; ${words}` };
  });
}

/** Makes the keepers. They do nothing before start(). */
export function keepRadios(doors: RadiosDoors): Radios {
  const { radios: addresses, onTaken, onFailed, onPacket, ...common } = doors;
  const own = createOwnBroadcasts();
  const broadcasts = new Map<number, Broadcast>();
  let lastTag = 0;
  const conclude = (tag: number, verdict: 'taken' | 'failed') => {
    const broadcast = broadcasts.get(tag);
    if (broadcast === undefined) return;
    broadcast.open -= 1;
    if (verdict === 'taken' && !broadcast.isTaken) {
      broadcast.isTaken = true;
      onTaken(tag);
    }
    if (broadcast.open > 0) return;
    broadcasts.delete(tag);
    if (!broadcast.isTaken) onFailed(tag);
  };
  const radios = addresses.map(({ name, open, advice = () => null }) =>
    keepRadio({
      ...{ ...common, name, open, advice },
      label: addresses.length === 1 ? 'radio' : `radio ${name}`,
      onPacket(packet, ownRadio) {
        if (!own.has(packet)) onPacket(packet, ownRadio);
      },
      onConcluded: ({ tag, verdict }) => conclude(tag, verdict),
    }),
  );
  return {
    first: radios[0],
    start() {
      for (const radio of radios) radio.start();
    },
    session: () =>
      SESSION_WORDS.find((word) => radios.some((radio) => radio.session() === word)) ?? 'closed',
    views: () => withTwins(radios.map((radio) => radio.view())),
    hasRoom: () => radios.some((radio) => radio.hasRoom()),
    broadcast(key, payload) {
      if (!radios.some((radio) => radio.session() === 'ready')) return null;
      own.add(payload);
      lastTag += 1;
      const tag = lastTag;
      broadcasts.set(tag, { open: radios.length, isTaken: false });
      for (const radio of radios) {
        if (!radio.broadcast(key, tag, payload)) conclude(tag, 'failed');
      }
      return tag;
    },
    stop() {
      for (const radio of radios) radio.stop();
    },
  };
}
