/*
 * recent.ts: what happened at a site of late: events and changes that the newest records tell, and since when a temperature is
 * out of its range.
 * Way: newest records of each stay (edges/store/read-recent.ts) -> RecentFacts -> page. Pure.
 */
import { FRIDGE_CENTIC_MAX, HOT_HOLDING_CENTIC_MIN } from '../../limits/facts';
import { eventName } from '../messages';
import { flagNames } from '../site-state';
import type { ByRecord } from './site-facts';

const HOUR_S = 3600;
const EVENT_STARTED = 7;
const FLAG_POWER = 'power-was-cut';

/** One of the newest records of a node, as far as this file looks at it. */
export interface RecentRecord {
  because: ByRecord;
  status: number;
  /** null = a usage record. */
  event: { code: number; value: number } | null;
  /** [id, value] at the end of its hour; [] of an event. */
  readings: number[][];
}

/** The newest records of one stay. */
export interface RecentStay {
  /** Newest first, without gaps in what is stored. */
  records: RecentRecord[];
  /** Events that are older than those, newest first. */
  olderEvents: RecentRecord[];
}

/** Something that happened. */
export interface Happening {
  /** Unix s: by the node's clock where it knew the time, else when it came. */
  atS: number;
  /** Name of an event, or of a flag that was not set in the record before. */
  name: string;
  /** What belongs to an event: mm of a dry point, 0.01 °C of a temperature, 1 = the lid is open; 0 of others. */
  value: number;
  because: ByRecord;
}

/** How long a temperature has been where it should not be, by readings at the end of each hour. */
export interface OutOfRange {
  name: 'temperatureCentiC' | 'hotHoldingCentiC';
  /** First reading outside since the last one inside, Unix s; null = the newest one is inside. */
  sinceS: number | null;
  /** From that one to the newest, s. It may have been longer: nobody looked in between. */
  lastedS: number;
  /** Readings looked at, and those outside. */
  readings: number;
  outside: number;
  /** When the oldest of them was read, Unix s. */
  fromS: number;
}

/** What a site's page tells of the newest records. */
export interface RecentFacts {
  /** Newest first. */
  happenings: Happening[];
  outOfRange: OutOfRange[];
}

function timeOf({ t, received }: ByRecord): number {
  return t ?? received;
}

/** What one record tells that the one before it did not. @param before the record before it; null = the oldest one looked at */
function happeningsOf(record: RecentRecord, before: RecentRecord | null): Happening[] {
  const { because, event, status } = record;
  const atS = timeOf(because);
  const told: Happening[] = [];
  // A start is told by the flags of its first record, where it was one that nobody asked for.
  if (event !== null && event.code !== EVENT_STARTED) {
    const { code, value } = event;
    told.push({ atS, name: eventName(code), value, because });
  }
  if (before === null) return told;
  // Of two power cuts in a row the second is news, too: the flag is in the first record after each.
  const was = flagNames(before.status).filter((name) => name !== FLAG_POWER);
  const known = [...was, ...told.map(({ name }) => name)];
  for (const name of flagNames(status)) {
    if (!known.includes(name)) told.push({ atS, name, value: 0, because });
  }
  return told;
}

const RANGES = [
  { name: 'temperatureCentiC', id: 3, isOutside: (value: number) => value > FRIDGE_CENTIC_MAX },
  { name: 'hotHoldingCentiC', id: 4, isOutside: (value: number) => value < HOT_HOLDING_CENTIC_MIN },
] as const;

/** @param records of one site, newest first */
function outOfRangeOf(records: RecentRecord[]): OutOfRange[] {
  return RANGES.flatMap(({ name, id, isOutside }) => {
    const read = records.flatMap(({ because, readings }) => {
      const value = readings.find(([one]) => one === id)?.[1];
      return value === undefined ? [] : { atS: timeOf(because), isOut: isOutside(value) };
    });
    if (read.length === 0) return [];
    const firstInside = read.findIndex(({ isOut }) => !isOut);
    const run = firstInside === -1 ? read : read.slice(0, firstInside);
    const sinceS = run.length === 0 ? null : run[run.length - 1].atS;
    return {
      ...{ name, sinceS, lastedS: sinceS === null ? 0 : read[0].atS - sinceS },
      ...{ readings: read.length, outside: read.filter(({ isOut }) => isOut).length },
      fromS: read[read.length - 1].atS - HOUR_S,
    };
  });
}

/** @param most happenings at most */
export function recentFactsOf(stays: RecentStay[], most: number): RecentFacts {
  const happenings = stays.flatMap(({ records, olderEvents }) => [
    ...records.flatMap((record, at) => happeningsOf(record, records[at + 1] ?? null)),
    ...olderEvents.flatMap((record) => happeningsOf(record, null)),
  ]);
  const newestFirst = (a: RecentRecord, b: RecentRecord) => timeOf(b.because) - timeOf(a.because);
  return {
    happenings: happenings.sort((a, b) => b.atS - a.atS).slice(0, most),
    outOfRange: outOfRangeOf(stays.flatMap(({ records }) => records).sort(newestFirst)),
  };
}
