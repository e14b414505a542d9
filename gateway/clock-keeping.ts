/*
 * clock-keeping.ts: what the gateway does about its clock: remembers it over restarts, hears the nodes, notes corrections.
 * Way: store -> clock at the start; fresh records, technician -> clock; corrections and the time itself -> store.
 */

import type { TallyRecord } from '../shared/record';
import { type ClockReading, type OfferVerdict, readSavedClock } from './core/clock-keeper';
import { clockUncertaintyOf } from './core/dating';
import type { KnownKey } from './core/judge';
import { isInUse } from './core/judge';
import { createNodesTime } from './core/nodes-time';
import type { GpsOffer } from './core/radio-gps';
import type { GatewayClock } from './edges/clock';
import type { Store } from './edges/store/store';
import { CLOCK_SAVE_MS, TECHNICIAN_UNCERTAINTY_S } from './limits/clock';

/** Where the time is kept, for a restart of the process on a machine that ran on. */
export const META_CLOCK = 'clock';

/** Lets a clock go on where the store left it, and forbids it to be before what is stored. */
export function recallClock(
  clock: GatewayClock,
  store: Pick<Store, 'meta' | 'lastReceivedS'>,
): void {
  const text = store.meta(META_CLOCK);
  const saved = typeof text === 'string' ? readSavedClock(text) : null;
  clock.raiseFloor(Math.max(store.lastReceivedS() * 1000, saved?.timeMs ?? 0));
  if (saved !== null) clock.restore(saved);
}

/** A clock that somebody set, in the form of POST /api/v1/clock. */
export interface ClockSetting {
  verdict: OfferVerdict;
  clock: ClockView;
}

/** The clock as status and API show it. */
export interface ClockView {
  state: string;
  /** s; null = unknown. */
  uncertaintyS: number | null;
  source: string | null;
  /** Since when state and source are these, Unix s; null while unknown. */
  since: number | null;
}

/** The clock for people and programs. */
export function clockView({ state, uncertaintyS, source, sinceMs }: ClockReading): ClockView {
  return {
    state,
    uncertaintyS: uncertaintyS === null ? null : Math.ceil(uncertaintyS),
    source,
    since: state === 'unknown' ? null : Math.floor(sinceMs / 1000),
  };
}

/** What keeping works with. */
export interface ClockKeepingDoors {
  clock: GatewayClock;
  store: Store;
  /** Shortest delay of a key's records, s; null = not measured. */
  delayS(keyRowId: number): number | null;
  log(line: string): void;
  /** Commits what waits. */
  commit(): void;
}

/** Keeps the clock. */
export interface ClockKeeping {
  /** A record that was never stored before, newer than all of its key. */
  heardFresh(key: KnownKey, record: TallyRecord): void;
  /** The GPS of one of our own radios tells the time. */
  heardGps(offer: GpsOffer): void;
  /** Now and then: notes corrections, and the time for a restart. */
  tick(): void;
  /** A technician says what time it is now, Unix ms. `uncertaintyS`: how wrong that may be. */
  setByHand(timeMs: number, uncertaintyS?: number): ClockSetting;
}

const VERDICT_WORDS: Record<OfferVerdict, string> = {
  taken: 'taken',
  'less-sure': 'the clock is surer than that already',
  implausible: 'that cannot be: before 2026, or 20 years after the newest record',
  backward: 'only a time server or a technician may turn the clock back',
};

/** Words for a person who set the clock. */
export function verdictWords(verdict: OfferVerdict): string {
  return VERDICT_WORDS[verdict];
}

/** An answer to POST /api/v1/clock. */
export interface ClockAnswer {
  status: number;
  body: object;
}

/** Reads the body of POST /api/v1/clock ({timeMs, uncertaintyS?}), sets the clock, and answers. */
export function setClockFrom(keeping: ClockKeeping, body: unknown): ClockAnswer {
  const { timeMs, uncertaintyS } = (body ?? {}) as { timeMs?: unknown; uncertaintyS?: unknown };
  const isRange =
    uncertaintyS === undefined || (Number.isFinite(uncertaintyS) && Number(uncertaintyS) >= 0);
  if (!Number.isSafeInteger(timeMs) || !isRange) {
    const error =
      'write {"timeMs": Unix time in ms, "uncertaintyS": how wrong it may be, or nothing}';
    return { status: 400, body: { error } };
  }
  const { verdict, clock } = keeping.setByHand(Number(timeMs), uncertaintyS as number | undefined);
  const words = verdictWords(verdict);
  if (verdict === 'taken') return { status: 200, body: { words, clock } };
  return { status: 409, body: { error: words, clock } };
}

/** Makes the keeping of a clock that was recalled. */
export function createClockKeeping(doors: ClockKeepingDoors): ClockKeeping {
  const { clock, store, log } = doors;
  const nodes = createNodesTime();
  let savedWhat = '';
  let saveAtMs = 0;
  let loggedWhat = '';
  const keysInUse = () => store.keys().filter(isInUse).length;
  const noteSteps = () => {
    const atS = Math.floor(clock.nowMs() / 1000);
    for (const { source, fromMs, toMs } of clock.takeSteps()) {
      const [from, to] = [Math.floor(fromMs / 1000), Math.floor(toMs / 1000)];
      store.addNotice(atS, { notice: 'clock-step', source, from, to });
      const [was, is] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
      log(`clock: corrected by ${source} from ${was} to ${is}`);
    }
  };
  const tell = () => {
    const { state, source } = clock.reading();
    const what = source === null ? state : `${state}, from ${source}`;
    if (what === loggedWhat) return;
    loggedWhat = what;
    log(`clock: ${what}${state === 'unknown' ? '; nodes get no time until it is set' : ''}`);
  };
  const save = () => {
    const saved = clock.save();
    const what = `${saved?.source} ${saved?.bootId}`;
    if (saved === null || (what === savedWhat && clock.steadyMs() < saveAtMs)) return;
    savedWhat = what;
    saveAtMs = clock.steadyMs() + CLOCK_SAVE_MS;
    store.setMetaLater(META_CLOCK, JSON.stringify(saved));
  };
  const tick = () => {
    noteSteps();
    tell();
    save();
  };
  return {
    heardFresh(key, record) {
      if (record.timeS === 0 || clock.state() === 'trusted' || !isInUse(key)) return;
      const offer = nodes.hear(
        {
          keyRowId: key.rowId,
          timeS: record.timeS,
          uncertainty: clockUncertaintyOf(record.status),
          delayS: doors.delayS(key.rowId),
        },
        keysInUse(),
        clock.steadyMs(),
      );
      if (offer === null) return;
      const verdict = clock.offer(offer.source, offer.timeMs, offer.uncertaintyS);
      if (verdict === 'taken') tick();
    },
    heardGps({ timeMs, uncertaintyS }) {
      if (clock.offer('radio-gps', timeMs, uncertaintyS) === 'taken') tick();
    },
    tick,
    setByHand(timeMs, uncertaintyS = TECHNICIAN_UNCERTAINTY_S) {
      const verdict = clock.offer('technician', timeMs, uncertaintyS);
      if (verdict === 'taken') {
        savedWhat = '';
        tick();
        const atS = Math.floor(clock.nowMs() / 1000);
        store.addNotice(atS, { notice: 'clock-set', source: 'technician', to: atS });
        doors.commit();
      }
      return { verdict, clock: clockView(clock.reading()) };
    },
  };
}
