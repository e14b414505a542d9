/*
 * read-sites.ts: what is stored of a site: newest records, totals, today, completeness, hours and days.
 * Way: SQLite -> SiteReading -> core/messages.ts -> MQTT, JSON and the page. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { decodeRecord, type TallyRecord, type UsageRecord } from '../../../shared/record';
import { dateOf } from '../../core/dating';
import type { SiteReading } from '../../core/messages';
import { EVENT_BROKEN, EVENT_FIXED } from '../../core/site-state';
import { type PlacementRow, type PlacementsOf, placementsReader } from './placements';
import { completenessReader, type SiteCompleteness } from './read-completeness';
import { addInto, type SumRow, sumsReader } from './read-sums';

/** How far back the newest button press is looked for, events. */
const EVENTS_LOOKED_AT_MAX = 50;
/** Buckets of a record that are its own; earlier ones are carried again. */
const OWN_BUCKETS = 12;

/** The reads of this file, prepared once. */
export interface SiteReader {
  /** Names of all sites, sorted. */
  siteNames(): string[];
  /** @param dayStartS Unix time at which "today" begins (a full UTC hour), s. @returns null for an unknown site. */
  readSite(site: string, dayStartS: number): SiteReading | null;
  completeness(site: string): SiteCompleteness;
  /** Hours with anything counted, from..before these times, oldest first. */
  hours(site: string, fromS: number, beforeS: number): SumRow[];
  /** The same by UTC days. */
  days(site: string, fromS: number, beforeS: number): SumRow[];
}

interface SiteRow {
  id: number;
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  latitude: number | null;
  longitude: number | null;
}

interface StoredRecord {
  record: TallyRecord;
  receivedAtS: number;
  bootTimeS: number | null;
}

function storedRecord(row: unknown): StoredRecord | null {
  if (row === undefined) return null;
  const { payload, receivedAtS, bootTimeS } = row as {
    payload: Uint8Array;
    receivedAtS: number;
    bootTimeS: number | null;
  };
  const record = decodeRecord(payload);
  if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
  return { record, receivedAtS, bootTimeS };
}

function isNewer(a: StoredRecord, b: StoredRecord | null): boolean {
  return b === null || a.receivedAtS > b.receivedAtS;
}

function usedInOwnHour(record: UsageRecord): boolean {
  return record.buckets.slice(-OWN_BUCKETS).some((bucket) => bucket.some((value) => value > 0));
}

/** Records of a placement; `index`: without it SQLite looks through years of records for a few events. */
const recordSql = (index = '') =>
  `SELECT r.id, r.payload, r.received_at_s AS receivedAtS, e.boot_time_s AS bootTimeS
  FROM record r ${index} JOIN epoch e ON e.node_key_id = r.node_key_id AND e.epoch = r.epoch
  WHERE r.node_key_id = ? AND r.placement_id = ?`;

/** Reads that concern one placement: a key's time at a site. */
function placementReader(database: Database) {
  const newest = database.prepare(`${recordSql()} ORDER BY r.epoch DESC, r.sequence DESC LIMIT 1`);
  const newestUsage = database.prepare(
    `${recordSql()} AND r.kind < 3 ORDER BY r.epoch DESC, r.sequence DESC LIMIT 1`,
  );
  const events = database.prepare(
    `${recordSql('INDEXED BY record_event')} AND r.kind = 3 ORDER BY r.epoch DESC, r.sequence DESC LIMIT ${EVENTS_LOOKED_AT_MAX}`,
  );
  const before = database.prepare(
    `SELECT id, from_s AS fromS, node_key_id AS keyRowId FROM placement
     WHERE node_key_id = ? AND from_s < ? ORDER BY from_s DESC LIMIT 1`,
  );
  const newestOf = ({ keyRowId, id }: PlacementRow) => storedRecord(newest.get(keyRowId, id));
  return {
    newest: newestOf,
    newestUsage: ({ keyRowId, id }: PlacementRow) => storedRecord(newestUsage.get(keyRowId, id)),
    /** The newest press. */
    button({ keyRowId, id }: PlacementRow): Press | null {
      for (const row of events.all(keyRowId, id)) {
        const { record, bootTimeS, receivedAtS } = storedRecord(row) as StoredRecord;
        if (record.kind !== 3) continue;
        if (record.eventCode !== EVENT_BROKEN && record.eventCode !== EVENT_FIXED) continue;
        const atS = bootTimeS === null ? receivedAtS : bootTimeS + record.uptimeS;
        return { code: record.eventCode, atS, id: (row as { id: number }).id };
      }
      return null;
    },
    /** What the node's counters had reached before it came here. */
    countersBefore({ keyRowId, fromS }: PlacementRow): number[] {
      const earlier = before.get(keyRowId, fromS) as PlacementRow | undefined;
      if (earlier === undefined) return [];
      return newestOf(earlier)?.record.counters ?? this.countersBefore(earlier);
    },
  };
}

function readingOf(site: SiteRow): SiteReading {
  return {
    site: site.site,
    name: site.name,
    kind: site.kind,
    latitude: site.latitude,
    longitude: site.longitude,
    lastHeardS: null,
    newest: null,
    totals: [],
    today: [],
    status: 0,
    readings: [],
    usedInNewest: false,
    buttonCode: 0,
  };
}

/** A press of the button. atS: by the node's clock, else when it came, Unix s; id: row of its record. */
interface Press {
  code: number;
  atS: number;
  id: number;
}

/** What was said on a phone; code 0 = nothing. afterRecord: the record accepted last before it. */
interface Said {
  code: number;
  atS: number;
  clockState?: string;
  afterRecord?: number;
}

/** Was the button pressed after that was said? Where the clock was not known, what came first decides. */
function isAfter(button: Press, { atS, clockState, afterRecord = 0 }: Said): boolean {
  return clockState === 'unknown' ? button.id > afterRecord : button.atS >= atS;
}

/** What somebody last said on a phone. */
function phoneReader(database: Database) {
  const newest = database.prepare(
    `SELECT t.value, t.at_s AS atS, t.clock_state AS clockState, t.after_record AS afterRecord FROM statement t JOIN site s ON s.id = t.site_id
     WHERE s.site = ? AND t.about = 'works' ORDER BY t.id DESC LIMIT 1`,
  );
  return (site: string): Said => {
    const row = newest.get(site) as (Said & { value: string }) | undefined;
    if (row === undefined) return { code: 0, atS: 0 };
    return { ...row, code: row.value === 'broken' ? EVENT_BROKEN : EVENT_FIXED };
  };
}

function readingReader(database: Database, placementsOf: PlacementsOf) {
  const ofPlacement = placementReader(database);
  const saidOnPhone = phoneReader(database);
  return (reading: SiteReading) => {
    let latest: StoredRecord | null = null;
    let said: Said = saidOnPhone(reading.site);
    for (const place of placementsOf(reading.site)) {
      const newest = ofPlacement.newest(place);
      if (newest === null) continue;
      const before = ofPlacement.countersBefore(place);
      addInto(
        reading.totals,
        newest.record.counters.map((value, at) => value - (before[at] ?? 0)),
      );
      reading.lastHeardS = Math.max(reading.lastHeardS ?? 0, newest.receivedAtS);
      const usage = ofPlacement.newestUsage(place)?.record;
      const isUsage = usage !== undefined && usage.kind !== 3;
      if (isUsage && usedInOwnHour(usage)) reading.usedInNewest = true;
      const button = ofPlacement.button(place);
      if (button !== null && isAfter(button, said)) said = button;
      if (!isNewer(newest, latest)) continue;
      latest = newest;
      reading.readings = isUsage ? usage.readings : [];
    }
    reading.buttonCode = said.code;
    return latest;
  };
}

/** Prepares the reads on an open database. */
export function createSiteReader(database: Database): SiteReader {
  const names = database.prepare('SELECT site FROM site ORDER BY site').pluck();
  const bySite = database.prepare('SELECT * FROM site WHERE site = ?');
  const placementsOf = placementsReader(database);
  const sums = sumsReader(database, placementsOf);
  const fill = readingReader(database, placementsOf);
  return {
    siteNames: () => names.all() as string[],
    readSite(site, dayStartS) {
      const row = bySite.get(site) as SiteRow | undefined;
      if (row === undefined) return null;
      const reading = readingOf(row);
      const latest = fill(reading);
      for (const { counters } of sums.hours(site, dayStartS, dayStartS + 86_400)) {
        addInto(reading.today, counters);
      }
      if (latest === null) return reading;
      const { record, bootTimeS } = latest;
      const clock = bootTimeS === null ? null : { bootTimeS, uncertainty: 15, sequence: 0 };
      reading.status = record.status;
      reading.newest = {
        epoch: record.epoch,
        sequence: record.sequence,
        timeS: dateOf(clock, record.uptimeS),
        kept: record.kept,
      };
      return reading;
    },
    completeness: completenessReader(database, placementsOf, sums.all),
    hours: sums.hours,
    days: sums.days,
  };
}
