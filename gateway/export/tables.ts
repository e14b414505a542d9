/*
 * tables.ts: the columns of the tables: records and days.
 * Way: facts -> cells of csv.ts. Every row says where its numbers come from and how complete they are. Pure.
 * Described in docs/exports.md. HXL tags: HXL 1.1 hashtag dictionary; #x_ are our own.
 */
import { toHex } from '../../shared/bytes';
import type { EventRecord, UsageRecord } from '../../shared/record';
import { eventName } from '../core/messages';
import { batteryMv, flagNames } from '../core/site-state';
import type { Cell, Column } from './csv';
import type { DayFact, RecordFact } from './facts';
import { celsius, isoDate, isoTime, litres, thousandths, uncertaintyS } from './units';

/** Minutes of a day. */
export const DAY_MINUTES = 1440;

/** Where the time of a record comes from. */
export function timeSource({ record, timeS }: RecordFact): string {
  if (timeS === null) return 'none';
  return record.timeS === 0 ? 'dated-later' : 'node-clock';
}

const isWater = (kind: string) => kind === 'water-point';

/** A counter of the kind of site it belongs to; null elsewhere. */
function counter(kind: string, water: boolean, counters: readonly number[], at: number) {
  return isWater(kind) === water ? (counters[at] ?? null) : null;
}

function volume(kind: string, counters: readonly number[]): number | null {
  const volumeDl = counter(kind, true, counters, 0);
  return volumeDl === null ? null : litres(volumeDl);
}

function usage<T>({ record }: RecordFact, of: (record: UsageRecord) => T): T | null {
  return record.kind === 3 ? null : of(record);
}

function happened<T>({ record }: RecordFact, of: (record: EventRecord) => T): T | null {
  return record.kind === 3 ? of(record) : null;
}

/** A reading by its id (docs/wire.md), in its unit; null = not read. */
function reading(fact: RecordFact, id: number, inUnit: (value: number) => number): Cell {
  const found = usage(fact, ({ readings }) => readings.find(([which]) => which === id));
  return found ? inUnit(found[1]) : null;
}

const RECORD_KINDS = ['', 'water-point', 'canteen', 'event'];

/** Signed records, one a row. Counters are totals since the node was commissioned. */
export const RECORD_COLUMNS: readonly Column<RecordFact>[] = [
  { name: 'record_id', tag: '#meta+id', of: ({ id }) => id },
  { name: 'site', tag: '#loc+id', of: ({ site }) => site },
  { name: 'site_name', tag: '#loc+name', of: ({ siteName }) => siteName },
  { name: 'kind', tag: '#meta+kind', of: ({ record }) => RECORD_KINDS[record.kind] },
  { name: 'time_utc', tag: '#date+reported', of: ({ timeS }) => isoTime(timeS) },
  { name: 'time_source', tag: '#meta+time_source', of: timeSource },
  {
    name: 'time_uncertainty_s',
    tag: '#meta+time_uncertainty+s+num',
    of: ({ timeS, uncertainty }) => (timeS === null ? null : uncertaintyS(uncertainty)),
  },
  {
    name: 'volume_total_l',
    tag: '#indicator+water+litres+total+num',
    of: (fact) => volume(fact.siteKind, fact.record.counters),
  },
  {
    name: 'draws_total',
    tag: '#indicator+draws+total+num',
    of: (fact) => counter(fact.siteKind, true, fact.record.counters, 1),
  },
  {
    name: 'strokes_total',
    tag: '#indicator+strokes+total+num',
    of: (fact) => counter(fact.siteKind, true, fact.record.counters, 2),
  },
  {
    name: 'adult_meals_total',
    tag: '#reached+meals+adults+total+num',
    of: (fact) => counter(fact.siteKind, false, fact.record.counters, 0),
  },
  {
    name: 'child_meals_total',
    tag: '#reached+meals+children+total+num',
    of: (fact) => counter(fact.siteKind, false, fact.record.counters, 1),
  },
  { name: 'level_m', tag: '#indicator+level+m+num', of: (fact) => reading(fact, 1, thousandths) },
  {
    name: 'weight_kg',
    tag: '#indicator+weight+kg+num',
    of: (fact) => reading(fact, 2, thousandths),
  },
  {
    name: 'temperature_c',
    tag: '#indicator+temperature+c+num',
    of: (fact) => reading(fact, 3, celsius),
  },
  {
    name: 'hot_holding_c',
    tag: '#indicator+hot_holding+c+num',
    of: (fact) => reading(fact, 4, celsius),
  },
  {
    name: 'event',
    tag: '#event+type',
    of: (fact) => happened(fact, ({ eventCode }) => eventName(eventCode)),
  },
  {
    name: 'event_value',
    tag: '#event+value+num',
    of: (fact) => happened(fact, ({ value }) => value),
  },
  {
    name: 'battery_v',
    tag: '#meta+battery+v+num',
    of: ({ record }) => {
      const mv = batteryMv(record.status);
      return mv === null ? null : thousandths(mv);
    },
  },
  { name: 'flags', tag: '#meta+flags', of: ({ record }) => flagNames(record.status).join(' ') },
  { name: 'received_utc', tag: '#date+received', of: ({ receivedAtS }) => isoTime(receivedAtS) },
  { name: 'gateway_clock', tag: '#meta+gateway_clock', of: ({ clockState }) => clockState },
  { name: 'late', tag: '#meta+late', of: ({ historical }) => historical === 1 },
  { name: 'key', tag: '#meta+key', of: ({ record }) => toHex(record.keyId) },
  { name: 'epoch', tag: '#meta+epoch+num', of: ({ record }) => record.epoch },
  { name: 'sequence', tag: '#meta+sequence+num', of: ({ record }) => record.sequence },
  { name: 'calibration_id', tag: '#meta+calibration', of: ({ record }) => record.calibrationId },
  { name: 'signature_verified', tag: '#meta+verified', of: () => true },
];

/** How much of a day was counted, %: at most 100, also where two nodes counted the same day. */
export function completePercent(minutes: number): number {
  return Math.min(100, Math.floor((minutes * 1000) / DAY_MINUTES) / 10);
}

/** Daily sums, one site and day a row. Cells are empty where nothing is known: that is not zero. */
export const DAY_COLUMNS: readonly Column<DayFact>[] = [
  { name: 'date_utc', tag: '#date+occurred', of: ({ dayS }) => isoDate(dayS) },
  { name: 'site', tag: '#loc+id', of: ({ site }) => site },
  { name: 'site_name', tag: '#loc+name', of: ({ siteName }) => siteName },
  { name: 'site_kind', tag: '#loc+type', of: ({ siteKind }) => siteKind },
  { name: 'latitude', tag: '#geo+lat', of: ({ latitude }) => latitude },
  { name: 'longitude', tag: '#geo+lon', of: ({ longitude }) => longitude },
  {
    name: 'volume_l',
    tag: '#indicator+water+litres+num',
    of: (day) => volume(day.siteKind, day.counters),
  },
  {
    name: 'draws',
    tag: '#indicator+draws+num',
    of: (day) => counter(day.siteKind, true, day.counters, 1),
  },
  {
    name: 'strokes',
    tag: '#indicator+strokes+num',
    of: (day) => counter(day.siteKind, true, day.counters, 2),
  },
  {
    name: 'adult_meals',
    tag: '#reached+meals+adults+num',
    of: (day) => counter(day.siteKind, false, day.counters, 0),
  },
  {
    name: 'child_meals',
    tag: '#reached+meals+children+num',
    of: (day) => counter(day.siteKind, false, day.counters, 1),
  },
  { name: 'minutes_counted', tag: '#meta+minutes_counted+num', of: ({ minutes }) => minutes },
  { name: 'minutes_of_day', tag: '#meta+minutes_of_day+num', of: () => DAY_MINUTES },
  {
    name: 'complete_percent',
    tag: '#meta+complete+pct+num',
    of: ({ minutes }) => completePercent(minutes),
  },
  {
    name: 'provenance',
    tag: '#meta+source',
    of: ({ minutes }) => (minutes === 0 ? 'none' : 'signed-records'),
  },
];
