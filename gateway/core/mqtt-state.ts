/*
 * mqtt-state.ts: everything the embedded broker must still know after a restart: sessions, retained messages, last wills.
 * Way: broker <-> here (in memory) -> changes() -> the store's group transaction -> written().
 * Retained messages are all told again at each start, so they are written once a day and at a graceful end only.
 * Pure: time is an argument. Source: MQTT 3.1.1 sections 3.1.2.5, 3.3.1.3, 4.1.
 */
import type { MqttPacket, Session } from './mqtt-session';
import {
  createSessions,
  type DropReason,
  type KeptSessions,
  type SessionChanges,
  type SessionLimits,
} from './mqtt-sessions';

/** A last will, and whose it is. */
export interface Will {
  clientId: string;
  packet: MqttPacket;
}

/** What the tables hold at a start. */
export interface KeptMqtt extends KeptSessions {
  retained: MqttPacket[];
  wills: Will[];
}

/** What is to be written with the next commit. */
export interface MqttChanges extends SessionChanges {
  retained: { put: MqttPacket[]; drop: string[] };
  wills: { put: Will[]; drop: string[] };
  /** Notices for bridge/event. */
  notices: { atS: number; body: object }[];
}

/** What the store asks at each commit. */
export interface MqttKeeping {
  /** Is there something that should not wait for a commit made for another reason? */
  isUrgent(): boolean;
  changes(): MqttChanges;
  /** They are durable now. */
  written(changes: MqttChanges): void;
}

/** What the state works with. */
export interface MqttStateDoors {
  limits: SessionLimits;
  /** Time between two savings of what changes often, ms. */
  saveMs: number;
  /** Any steady clock, ms. */
  steadyMs(): number;
  /** Unix time, ms. */
  nowMs(): number;
  /** A session was given up. */
  onDropped(session: Session, reason: DropReason): void;
}

/** Keeps values by name and knows which of them the table does not have yet. */
function createKeptMap<T>(kept: [string, T][]) {
  const values = new Map(kept);
  const saved = new Map(kept);
  return {
    values,
    changes() {
      const put = [...values].filter(([name, value]) => saved.get(name) !== value);
      const drop = [...saved.keys()].filter((name) => !values.has(name));
      return { put, drop };
    },
    written(put: [string, T][], drop: string[]): void {
      for (const [name, value] of put) saved.set(name, value);
      for (const name of drop) saved.delete(name);
    },
  };
}

/** Retained messages by topic. One that was not told again until the first saving after a start is forgotten. */
function createRetained(kept: MqttPacket[]) {
  const map = createKeptMap(kept.map((packet) => [packet.topic, packet]));
  const old = new Set(map.values.keys());
  return {
    ...map,
    put(packet: MqttPacket): void {
      old.delete(packet.topic);
      if (packet.payload.length === 0) map.values.delete(packet.topic);
      else map.values.set(packet.topic, packet);
    },
    forgetOld(): void {
      for (const topic of old) map.values.delete(topic);
      old.clear();
    },
  };
}

/** All of it. */
export type MqttState = ReturnType<typeof createMqttState>;

/** Takes over what the tables hold. */
export function createMqttState(kept: KeptMqtt, doors: MqttStateDoors) {
  const notices: MqttChanges['notices'] = [];
  const retained = createRetained(kept.retained);
  const wills = createKeptMap(kept.wills.map((will) => [will.clientId, will]));
  let isUrgent = false;
  let savedMs = doors.steadyMs();
  for (const session of kept.sessions) session.seenMs = savedMs;
  let isLast = false;
  let isSaving = false;
  const sessions = createSessions(doors.limits, kept, (session, reason) => {
    const atS = Math.floor(doors.nowMs() / 1000);
    // Of an account's only: a stranger makes as many as he likes, and would fill the notices.
    if (session.owner !== '')
      notices.push({ atS, body: { notice: 'session-dropped', client: session.clientId, reason } });
    isUrgent = true;
    doors.onDropped(session, reason);
  });
  const none: MqttChanges['retained'] = { put: [], drop: [] };
  const keeping: MqttKeeping = {
    isUrgent: () => isUrgent,
    changes() {
      isSaving = isLast || doors.steadyMs() - savedMs >= doors.saveMs;
      if (isSaving) {
        sessions.age(doors.steadyMs());
        retained.forgetOld();
      }
      const told = isSaving ? retained.changes() : null;
      const willChanges = wills.changes();
      return {
        ...sessions.changes(),
        retained: told ? { put: told.put.map(([, packet]) => packet), drop: told.drop } : none,
        wills: { put: willChanges.put.map(([, will]) => will), drop: willChanges.drop },
        notices: [...notices],
      };
    },
    written(changes) {
      sessions.written(changes);
      wills.written(
        changes.wills.put.map((will) => [will.clientId, will]),
        changes.wills.drop,
      );
      retained.written(
        changes.retained.put.map((packet) => [packet.topic, packet]),
        changes.retained.drop,
      );
      notices.splice(0, changes.notices.length);
      if (isSaving) savedMs = doors.steadyMs();
      isUrgent = false;
    },
  };
  return {
    sessions,
    retained: { values: retained.values, put: retained.put },
    wills: wills.values,
    keeping,
    /** Something changed that a client relies on from now on. */
    hurry(): void {
      isUrgent = true;
    },
    /** The next commit is the last: everything goes with it. */
    close(): void {
      isLast = true;
      isUrgent = true;
    },
  };
}
