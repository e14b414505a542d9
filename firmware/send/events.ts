/*
 * What: tells at once what cannot wait for the hour: a short signed record of its own, sent within the next minute.
 * From where to where: sensors and the battery -> a place for each event code -> record in the journal -> sender.
 * What comes too often waits: of each code the newest is kept and told when its time has come. Nothing is dropped
 * unsaid, for the last state of each code is always told. Espruino-safe.
 */
import { EVENT_CODE_MAX } from '../../shared/limits';
import { EVENT, encodeEventRecord, type UsageRecord } from '../../shared/record';
import { closeRecord } from '../keep/record-maker';
import {
  BATTERY_LOW_MV,
  BATTERY_RECOVERED_MV,
  EVENT_BURST_S,
  EVENT_GAP_S,
  EVENT_SHARE_S,
  STATUS_BATTERY_LOW,
  TICK_MS,
} from '../node-limits';
import type { Node } from '../node-parts';
import { recentOf, sendDue } from './sender';

const BROKEN_PRESSED = 3;
const FIXED_PRESSED = 4;
const BATTERY_LOW = 6;
const STARTED = 7;

interface Events {
  node: Node;
  /** [code, value], in the order they are told. */
  waiting: number[][];
  /** Uptime from which a place may tell again, s. "Fixed" shares the place of "broken": the later one is true. */
  clearS: Uint32Array;
  /** Uptime up to which the share of all events is used up, s. */
  usedUntilS: number;
  isBatteryLow: boolean;
  /** A record was made and has not left yet. */
  isUnsent: boolean;
}

function placeOf(code: number): number {
  return code === FIXED_PRESSED ? BROKEN_PRESSED : code;
}

function makeRecord(node: Node, uptimeS: number, code: number, value: number): void {
  closeRecord(node, uptimeS, (usage: UsageRecord) =>
    encodeEventRecord({
      kind: EVENT,
      keyId: usage.keyId,
      epoch: usage.epoch,
      sequence: usage.sequence,
      timeS: usage.timeS,
      uptimeS: uptimeS,
      counters: usage.counters,
      status: usage.status,
      calibrationId: usage.calibrationId,
      kept: usage.kept,
      eventCode: code,
      value: value,
    }),
  );
}

/** Makes the records whose time has come, and sends: again at each tick until the link has taken it. */
function tellWaiting(events: Events): void {
  const node = events.node;
  const uptimeS = Math.floor(node.board.uptimeMs() / 1000);
  const later: number[][] = [];
  for (let i = 0; i < events.waiting.length; i++) {
    const event = events.waiting[i];
    const place = placeOf(event[0]);
    if (events.clearS[place] > uptimeS || events.usedUntilS > uptimeS + EVENT_BURST_S) {
      later.push(event);
      continue;
    }
    events.clearS[place] = uptimeS + EVENT_GAP_S;
    events.usedUntilS = Math.max(events.usedUntilS, uptimeS) + EVENT_SHARE_S;
    makeRecord(node, uptimeS, event[0], event[1]);
    events.isUnsent = true;
  }
  events.waiting = later;
  if (events.isUnsent && sendDue(node)) events.isUnsent = false;
}

function raise(events: Events, code: number, value: number): void {
  for (let i = 0; i < events.waiting.length; i++) {
    if (placeOf(events.waiting[i][0]) !== placeOf(code)) continue;
    events.waiting.splice(i, 1);
    events.node.eventsHeldBack++;
  }
  events.waiting.push([code, value]);
}

function watchBattery(events: Events): void {
  const batteryMv = events.node.board.batteryMv();
  if (batteryMv === 0) return;
  const limitMv = BATTERY_LOW_MV + (events.isBatteryLow ? BATTERY_RECOVERED_MV : 0);
  const isLow = batteryMv < limitMv || (events.node.sense.flags & STATUS_BATTERY_LOW) > 0;
  if (isLow && !events.isBatteryLow) raise(events, BATTERY_LOW, batteryMv);
  events.isBatteryLow = isLow;
}

/**
 * A technician at the site wants to see a record arrive. The newest one of this boot that no bulletin covers goes out again, now;
 * where there is none, "started" is told: within a tick, and once in EVENT_GAP_S.
 */
function report(events: Events): boolean {
  const node = events.node;
  const index = node.journal.records;
  const newest = index.recordCount - 1;
  const recent = recentOf(node, newest);
  if (recent && index.covered[newest] === 0) {
    recent[0] = 0;
    node.attempts = 0;
    return sendDue(node);
  }
  raise(events, STARTED, 0);
  return false;
}

/** Makes `sense.raise` and `report` work, and tells of a low battery. A part for profiles that have events. */
export function startEvents(node: Node): void {
  const events: Events = {
    node: node,
    waiting: [],
    clearS: new Uint32Array(EVENT_CODE_MAX + 1),
    usedUntilS: 0,
    isBatteryLow: false,
    isUnsent: false,
  };
  node.sense.raise = (code, value) => raise(events, code, value);
  node.report = () => report(events);
  node.board.every(TICK_MS, () => {
    watchBattery(events);
    if (events.waiting.length > 0 || events.isUnsent) tellWaiting(events);
  });
}
