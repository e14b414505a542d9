/*
 * engine.ts: the core of a running gateway: everything between the radio and the store, and when.
 * Way: radio -> custody -> store -> commit -> tellers; schedule -> bulletins -> radio.
 */
import { randomBytes } from 'node:crypto';
import { keyIdOf } from '../shared/verify';
import { makeBulletin } from './bulletins';
import { type BulletinSchedule, createBulletinSchedule } from './core/bulletin-schedule';
import type { Outcome, SentPacket } from './core/radio-sent';
import { groupOf, type SequenceState } from './core/sequences';
import { createCustody } from './custody';
import type { GatewayClock } from './edges/clock';
import { stderrLog } from './edges/log';
import type { Store } from './edges/store/store';
import { createVerifier } from './edges/verify';
import { COUNTS_COMMIT_MS, GROUP_COMMIT_MS, HEALTH_MS, TICK_MS } from './limits';
import type { Base, GatewayOptions } from './opening';
import { keepRadio } from './radio';
import type { Teller } from './tell';

/** Sends due bulletins, and hears what the radio said of those sent. */
function createBulletinSender(base: Base, clock: GatewayClock, schedule: BulletinSchedule) {
  const gatewayKeyId = keyIdOf(base.key.publicKey);
  const groupOfPacket = new Map<number, number>();
  const counts = { sent: 0, refused: 0 };
  return {
    counts,
    sendDue(states: SequenceState[], broadcast: (bytes: Uint8Array) => number | null) {
      for (const group of schedule.due(clock.nowMs())) {
        const doors = { store: base.store, clock, key: base.key, gatewayKeyId };
        const id = broadcast(makeBulletin(doors, group, states));
        if (id === null) return schedule.failed(group, clock.nowMs());
        schedule.sent(group, clock.nowMs());
        groupOfPacket.set(id, group);
        counts.sent += 1;
      }
    },
    onSent(sent: SentPacket, outcome: Outcome, final: boolean) {
      const group = groupOfPacket.get(sent.id);
      if (group === undefined) return;
      const refused = outcome.startsWith('refused_') || outcome.startsWith('nak_');
      if (refused) {
        schedule.failed(group, clock.nowMs());
        counts.refused += 1;
      }
      if (refused || final) groupOfPacket.delete(sent.id);
    },
  };
}

/** Commits when it is time, and lets the tellers know. A paced gateway commits at its barriers. */
function createCommitter(
  store: Store,
  clock: GatewayClock,
  paced: boolean,
  afterCommit: (counted: boolean) => void,
) {
  let cancel: (() => void) | null = null;
  let atMs = 0;
  const commit = () => {
    cancel?.();
    cancel = null;
    if (store.pending() === 'nothing') return;
    const counted = store.uncommittedCounts().size > 0;
    store.commit();
    afterCommit(counted);
  };
  return {
    commit,
    within(ms: number) {
      if (paced || store.pending() === 'nothing') return;
      if (cancel !== null && atMs <= clock.steadyMs() + ms) return;
      cancel?.();
      atMs = clock.steadyMs() + ms;
      cancel = clock.at(clock.nowMs() + ms, commit);
    },
  };
}

/** Runs what time alone makes due: bulletins and states. */
function createTicker(clock: GatewayClock, sendBulletins: () => void, tellByTime: () => void) {
  let cancel = () => {};
  let tellAtMs = 0;
  const tick = () => {
    sendBulletins();
    if (clock.steadyMs() >= tellAtMs) {
      tellAtMs = clock.steadyMs() + HEALTH_MS;
      tellByTime();
    }
    cancel = clock.at(clock.nowMs() + TICK_MS, tick);
  };
  return { start: tick, stop: () => cancel() };
}

/** Puts the core together. It does nothing before begin(). */
export function createEngine(options: GatewayOptions, base: Base, clock: GatewayClock) {
  const paced = options.clock === 'parent';
  const { store } = base;
  const schedule = createBulletinSchedule();
  const custody = createCustody({ store, clock, schedule, verify: createVerifier() });
  const sender = createBulletinSender(base, clock, schedule);
  let teller: Teller | null = null;
  const { commit, within } = createCommitter(store, clock, paced, (counted) => {
    teller?.afterCommit(custody.takeChangedSites());
    if (counted) teller?.tellHealth();
  });
  const radio = keepRadio({
    open: base.openRadio,
    clock,
    random: Math.random,
    randomU32: () => randomBytes(4).readUInt32LE(),
    log: options.log ?? stderrLog,
    paced,
    onPacket(packet, own) {
      const isEvent = custody.hear(packet, own);
      const waitMs = store.pending() === 'records' ? GROUP_COMMIT_MS : COUNTS_COMMIT_MS;
      within(isEvent ? 0 : waitMs);
    },
    onSent: sender.onSent,
    onSkippedBytes() {
      store.countRefusal('bad-frame');
      within(COUNTS_COMMIT_MS);
    },
  });
  const sendBulletins = () => {
    if (radio.session() !== 'ready' || schedule.due(clock.nowMs()).length === 0) return;
    commit();
    sender.sendDue(custody.states(), radio.broadcast);
  };
  const ticker = createTicker(clock, sendBulletins, () => teller?.tellByTime());
  return {
    radio,
    bulletinCounts: sender.counts,
    commit,
    /** Begins to hear and to send. The clock must stand right: a paced gateway begins at its first barrier. */
    begin(to: Teller) {
      teller = to;
      const inUse = store.keys().filter((key) => key.retiredAtS === null);
      schedule.setGroups([...new Set(inUse.map((key) => groupOf(key.slot)))], clock.nowMs());
      radio.start();
      ticker.start();
    },
    end() {
      radio.stop();
      ticker.stop();
      commit();
    },
  };
}

/** The core of a running gateway. */
export type Engine = ReturnType<typeof createEngine>;
