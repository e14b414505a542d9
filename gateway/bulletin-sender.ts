/*
 * bulletin-sender.ts: sends the bulletins that are due, over all radios, and hears what became of them.
 * Way: schedule -> bulletin made and signed -> radios; a radio's answer -> schedule and counts.
 * A bulletin tells the time: it is made only when a radio would send it at once.
 */
import { keyIdOf } from '../shared/verify';
import type { Announcing } from './announcing';
import { createBulletinSequence, makeBulletin } from './bulletins';
import type { BulletinSchedule } from './core/bulletin-schedule';
import type { SequenceState } from './core/sequences';
import type { GatewayClock } from './edges/clock';
import type { Base } from './opening';

/** Where packets go. */
export interface SenderDoors {
  hasRoom(): boolean;
  /** @returns the packet's tag; null = no radio is ready. */
  broadcast(key: string, payload: Uint8Array): number | null;
}

/** sent: a radio took it. refused: none did. */
export interface BulletinCounts {
  sent: number;
  refused: number;
}

/** Sends due bulletins. */
export interface BulletinSender {
  counts: BulletinCounts;
  sendDue(states: SequenceState[], radios: SenderDoors): void;
  onTaken(tag: number): void;
  onFailed(tag: number): void;
}

/** Makes the sender. */
export function createBulletinSender(
  base: Base,
  clock: GatewayClock,
  schedule: BulletinSchedule,
  announcing: Announcing,
): BulletinSender {
  const gatewayKeyId = keyIdOf(base.key.publicKey);
  const nextSequence = createBulletinSequence(base.store, clock);
  const groupOfTag = new Map<number, number>();
  const counts = { sent: 0, refused: 0 };
  return {
    counts,
    sendDue(states, radios) {
      for (const group of schedule.due(clock.nowMs(), clock.steadyMs())) {
        if (!radios.hasRoom()) return;
        const doors = { store: base.store, clock, key: base.key, gatewayKeyId, nextSequence };
        const announcement = announcing.before(group);
        if (announcement !== null) radios.broadcast('announcement', announcement);
        // First of all it counts as sent: a radio may refuse it at once.
        const bulletin = makeBulletin(doors, group, states);
        schedule.sent(group, clock.nowMs(), clock.steadyMs());
        const tag = radios.broadcast(`bulletin-${group}`, bulletin);
        if (tag === null) return schedule.failed(group, clock.nowMs(), clock.steadyMs());
        groupOfTag.set(tag, group);
      }
    },
    onTaken(tag) {
      if (groupOfTag.delete(tag)) counts.sent += 1;
    },
    onFailed(tag) {
      const group = groupOfTag.get(tag);
      if (group === undefined) return;
      groupOfTag.delete(tag);
      counts.refused += 1;
      schedule.failed(group, clock.nowMs(), clock.steadyMs());
    },
  };
}
