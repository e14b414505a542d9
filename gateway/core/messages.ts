/*
 * messages.ts: what is told, in words and numbers: the JSON of MQTT messages and of the API.
 * Way: stored rows and readings -> plain objects -> MQTT, HTTP. Repeats of a message are identical,
 * because everything in it was fixed when the record was accepted.
 * Pure. JSON Schemas of these forms: gateway/schemas/. Source: design section 9.
 */
import { toHex } from '../../shared/bytes';
import { coseSign1 } from '../../shared/cose';
import { nodeIdOf } from '../../shared/meshtastic/node-id';
import { decodeRecord, type TallyRecord } from '../../shared/record';
import { clockUncertaintyOf } from './dating';
import { batteryMv, flagNames, SITE_WORD_MEANING, siteState } from './site-state';

/** What is stored of a site. Counters are in the record's order. */
export interface SiteReading {
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  latitude: number | null;
  longitude: number | null;
  /** Unix time by the gateway's clock, s; null = never. */
  lastHeardS: number | null;
  /** Newest record by (epoch, sequence) of the node heard last. timeS null = not dated yet. */
  newest: { epoch: number; sequence: number; timeS: number | null; kept: number } | null;
  /** Cumulative counters, all nodes of the site together. Empty = never heard. */
  totals: number[];
  /** Sums of the buckets that began today. */
  today: number[];
  /** Status word of the newest record, 0 = none. */
  status: number;
  /** What sensors read at the end of the newest usage record, by id of the reading. */
  readings: number[][];
  usedInNewest: boolean;
  /** What people said last, at the button or on a phone: EVENT_BROKEN or EVENT_FIXED; 0 = nothing. */
  buttonCode: number;
}

/** A stored record as the outbox and the API read it. */
export interface StoredRecord {
  id: number;
  site: string;
  siteKind: string;
  payload: Uint8Array;
  signature: Uint8Array;
  receivedAtS: number;
  clockState: string;
  historical: number;
  fromRadio: number;
  rssiDbm: number;
  hops: number;
}

const COUNTER_NAMES: Record<string, readonly string[]> = {
  'water-point': ['volumeDl', 'draws', 'strokes'],
  canteen: ['adultMeals', 'childMeals'],
};

const READING_NAMES: Record<number, string> = {
  1: 'levelMm',
  2: 'weightG',
  3: 'temperatureCentiC',
  4: 'hotHoldingCentiC',
};

const EVENT_NAMES: Record<number, string> = {
  1: 'tamper',
  2: 'dry',
  3: 'broken-pressed',
  4: 'fixed-pressed',
  5: 'temperature-out-of-range',
  6: 'battery-low',
  7: 'started',
};

/** Names the counters of a kind of site: {"volumeDl":..,"draws":..}, with a hand pump "strokes", or {"adultMeals":..,"childMeals":..}. */
export function namedCounters(kind: string, values: number[]): Record<string, number> {
  const names = COUNTER_NAMES[kind] ?? [];
  return Object.fromEntries(values.map((value, at) => [names[at] ?? `counter${at}`, value]));
}

/** Name of an event's code: 'tamper', 'broken-pressed' and so on; 'event-99' for one nobody has named. */
export function eventName(code: number): string {
  return EVENT_NAMES[code] ?? `event-${code}`;
}

/** Kind of a record as the last level of its topic. */
export function recordKindName(record: TallyRecord): 'water-point' | 'canteen' | 'event' {
  if (record.kind === 3) return 'event';
  return record.kind === 1 ? 'water-point' : 'canteen';
}

function toBase64(bytes: Uint8Array): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    text += letters[group >> 18] + letters[(group >> 12) & 63];
    text += left > 1 ? letters[(group >> 6) & 63] : '=';
    text += left > 2 ? letters[group & 63] : '=';
  }
  return text;
}

/** Names readings: {"levelMm":..,"temperatureCentiC":..}. */
export function namedReadings(readings: number[][]): Record<string, number> {
  return Object.fromEntries(
    readings.map(([id, value]) => [READING_NAMES[id] ?? `reading${id}`, value]),
  );
}

function bodyOf(record: TallyRecord): object {
  if (record.kind === 3) {
    return {
      event: eventName(record.eventCode),
      eventCode: record.eventCode,
      value: record.value,
    };
  }
  return {
    buckets: {
      minutes: record.bucketMinutes,
      startUptimeS: record.uptimeS - record.buckets.length * record.bucketMinutes * 60,
      values: record.buckets,
    },
    readings: namedReadings(record.readings),
  };
}

/** A stored record as one JSON object: decoded beside the signed bytes (COSE_Sign1, base64). */
export function recordMessage(row: StoredRecord): { kind: string; body: object } {
  const record = decodeRecord(row.payload);
  if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
  const uncertainty = clockUncertaintyOf(record.status);
  const kind = recordKindName(record);
  const body = {
    site: row.site,
    kind,
    key: toHex(record.keyId),
    epoch: record.epoch,
    seq: record.sequence,
    t: record.timeS === 0 ? null : record.timeS,
    clock: record.timeS === 0 ? 'never-set' : 'set',
    clockUncertaintyS: record.timeS === 0 || uncertainty === 15 ? null : 2 ** uncertainty,
    uptimeS: record.uptimeS,
    historical: row.historical === 1,
    verified: true,
    counters: namedCounters(row.siteKind, record.counters),
    ...bodyOf(record),
    batteryMv: batteryMv(record.status),
    flags: flagNames(record.status),
    calibrationId: record.calibrationId,
    kept: record.kept,
    received: {
      t: row.receivedAtS,
      clock: row.clockState,
      radio: nodeIdOf(row.fromRadio),
      rssiDbm: row.rssiDbm === 0 ? null : row.rssiDbm,
      hops: row.hops < 0 ? null : row.hops,
    },
    cose: toBase64(coseSign1(row.payload, row.signature)),
  };
  return { kind, body };
}

/** The state of a site as one JSON object. @param nowS Unix time by the gateway's clock, s. */
export function siteMessage(reading: SiteReading, nowS: number): object {
  const state = siteState(reading, nowS);
  return {
    site: reading.site,
    name: reading.name,
    kind: reading.kind,
    latitude: reading.latitude,
    longitude: reading.longitude,
    state: state.word,
    meaning: SITE_WORD_MEANING[state.word],
    flags: state.flags,
    batteryMv: batteryMv(reading.status),
    lastHeard: reading.lastHeardS,
    newest: reading.newest && {
      epoch: reading.newest.epoch,
      seq: reading.newest.sequence,
      t: reading.newest.timeS,
      kept: reading.newest.kept,
    },
    total: namedCounters(reading.kind, reading.totals),
    today: namedCounters(
      reading.kind,
      reading.totals.map((_, at) => reading.today[at] ?? 0),
    ),
    readings: namedReadings(reading.readings),
  };
}

/** Availability in Homie's words: init = never heard, ready, lost = no news (which is not "broken"). */
export function availabilityMessage(reading: SiteReading, nowS: number): { state: string } {
  const { word } = siteState(reading, nowS);
  if (word === 'never-heard') return { state: 'init' };
  return { state: word === 'no-news' ? 'lost' : 'ready' };
}

/** Topics of a pod (design section 9). Pod and site are checked words: no '+', '#' or '/'. */
export function topics(pod: string) {
  const base = `tallywell/${pod}`;
  return {
    bridge: (what: 'state' | 'info' | 'health' | 'event') => `${base}/bridge/${what}`,
    siteState: (site: string) => `${base}/site/${site}/state`,
    siteAvailability: (site: string) => `${base}/site/${site}/availability`,
    request: (verb: string) => `${base}/bridge/request/${verb}`,
    response: (verb: string) => `${base}/bridge/response/${verb}`,
    record: (site: string, kind: string) => `${base}/site/${site}/record/${kind}`,
  };
}
