/*
 * facts.ts: what exports are made from: sites, keys, signed records, daily sums.
 * Way: edges/store/read-export.ts -> the writers of this folder. Everything is handed over piece by piece, so that
 * millions of records need no memory.
 */
import type { TallyRecord } from '../../shared/record';

/** A site of the register. */
export interface ExportSite {
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  /** Decimal degrees, WGS 84; null = nobody has written them down. */
  latitude: number | null;
  longitude: number | null;
}

/** A key and where it stood. */
export interface ExportKey {
  site: string;
  /** 32 bytes, Ed25519. */
  publicKey: Uint8Array;
  /** First 4 bytes of SHA-256 of the public key. */
  keyId: Uint8Array;
  /** Unix time from which it stood there, s. */
  fromS: number;
  /** Unix time until which; null = it stands there. */
  toS: number | null;
}

/** An accepted record: its signature was verified when it came. */
export interface RecordFact {
  /** Order of acceptance, from 1. */
  id: number;
  site: string;
  siteName: string;
  siteKind: 'water-point' | 'canteen';
  payload: Uint8Array;
  signature: Uint8Array;
  record: TallyRecord;
  /** Unix time of the record by the surest clock of its epoch, s; null = nothing dates the epoch yet. */
  timeS: number | null;
  /** How sure that time is: ceil(log2(seconds)), 15 = unknown. */
  uncertainty: number;
  /** Unix time of the reception by the gateway's clock, s. */
  receivedAtS: number;
  /** How sure that clock was: trusted, held, unknown. */
  clockState: string;
  /** 1 = late on arrival. */
  historical: number;
  /** dBm; 0 = not told. */
  rssiDbm: number;
  /** -1 = not told. */
  hops: number;
}

/** What a site counted in one UTC day. */
export interface DayFact {
  site: string;
  siteName: string;
  siteKind: 'water-point' | 'canteen';
  latitude: number | null;
  longitude: number | null;
  /** Unix time at which the day begins, s. */
  dayS: number;
  /** How much of it was counted at all, minutes. 0 = nothing is known of the day: then there are no counters. */
  minutes: number;
  /** In the order of the record's counters; [] = not known. */
  counters: number[];
}

/** What is asked for. */
export interface ExportRange {
  /** Names of sites; null = all. */
  sites: readonly string[] | null;
  /** Unix time, s. A record without time counts by its reception. */
  fromS: number;
  /** Everything before this Unix time, s. */
  beforeS: number;
}

/** What the writers read. Each iterable can be gone through once, and reads as it goes. */
export interface ExportFacts {
  pod: string;
  /** Sorted by name. */
  sites(range: ExportRange): ExportSite[];
  keys(range: ExportRange): ExportKey[];
  /** In order of acceptance. null now and then: nothing found yet, and others may have their turn. */
  records(range: ExportRange): Iterable<RecordFact | null>;
  /** By site, then by day, without holes: a day of which nothing is known is there, and says so. */
  days(range: ExportRange): Iterable<DayFact>;
  /**
   * Newest record of a site, in the range, in which something was drawn or served; null = none among its newest
   * EXPORT_LAST_USE_ROWS_MAX records.
   */
  lastUse(site: string, range: ExportRange): RecordFact | null;
  /** Gateway time of the newest record, Unix s; 0 = none. */
  lastReceivedS(): number;
  /** Share of all records that was looked through, 0..1, for whoever watches. */
  share(): number;
}

/** Latest Unix time an export speaks of, s: the end of the year 9999. */
export const EXPORT_END_S = 253_402_300_800;
