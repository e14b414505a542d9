/*
 * behind.ts: the signed records behind a figure, judged and added up by whoever asks: the browser of a phone, a command, the gateway.
 * Way: COSE_Sign1 and public keys -> which are good, and what the good ones come to. Pure: how to verify is an argument.
 * Buckets count as in the gateway's own sums (buckets-of.ts): each once, in the hour in which it begins.
 */
import { toHex } from '../../shared/bytes';
import { parseCoseSign1, RECORD_AAD } from '../../shared/cose';
import { decodeRecord, type TallyRecord } from '../../shared/record';
import { bucketsOfEpoch, type PlacedRecord } from './buckets-of';

/** Figures that can be checked. A year is too much for a phone: for that there are the exports. */
export const BEHIND_PERIODS = ['today', 'yesterday', 'week', 'month', 'ever'] as const;
export type BehindPeriod = (typeof BEHIND_PERIODS)[number];

/** A date that the gateway gives an epoch may differ so much from what a record of it says, s. */
const DATE_S_MAX = 3600;

/** A record as it is handed out. */
export interface BehindRecord {
  /** Order of acceptance. */
  id: number;
  /** Unix s at uptime 0 of its epoch, as the gateway dates it; null = it cannot. */
  bootTimeS: number | null;
  /** Of "ever": 1, the counters are added; -1, taken away, for they were reached elsewhere. Else 1. */
  by: number;
  /** COSE_Sign1. */
  cose: Uint8Array;
}

/** A figure and what it stands on. */
export interface Behind {
  period: BehindPeriod;
  /** Unix s. */
  from: number;
  before: number;
  /** Public keys, 32 bytes. */
  keys: Uint8Array[];
  records: BehindRecord[];
}

/** Why a record is not good. form: no COSE_Sign1 of ours; date: the gateway's date is not what the record says. */
export const BAD_RECORD_REASONS = ['form', 'unknown-key', 'signature', 'record', 'date'] as const;
export type BadRecordReason = (typeof BAD_RECORD_REASONS)[number];

/** What became of a record. */
export type JudgedRecord =
  | { id: number; reason: null; record: TallyRecord; bootTimeS: number | null; by: number }
  | { id: number; reason: BadRecordReason };

/** How records are verified. */
export interface BehindVerify {
  verify(aad: string, payload: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  keyIdOf(publicKey: Uint8Array): Uint8Array;
}

function datesAgree({ timeS, uptimeS }: TallyRecord, bootTimeS: number | null): boolean {
  if (timeS === 0 || bootTimeS === null) return true;
  return Math.abs(bootTimeS + uptimeS - timeS) <= DATE_S_MAX;
}

/** Judges one record. Never throws. */
export function judgeRecord(
  { id, cose, bootTimeS, by }: BehindRecord,
  keys: readonly Uint8Array[],
  { verify, keyIdOf }: BehindVerify,
): JudgedRecord {
  const parts = parseCoseSign1(cose);
  if (typeof parts === 'string') return { id, reason: 'form' };
  const record = decodeRecord(parts.payload);
  const fits = (key: Uint8Array) => verify(RECORD_AAD, parts.payload, parts.signature, key);
  if (typeof record === 'string') return { id, reason: keys.some(fits) ? 'record' : 'signature' };
  const wanted = toHex(record.keyId);
  const key = keys.find((one) => toHex(keyIdOf(one)) === wanted);
  if (key === undefined) return { id, reason: 'unknown-key' };
  if (!fits(key)) return { id, reason: 'signature' };
  if (!datesAgree(record, bootTimeS)) return { id, reason: 'date' };
  return { id, reason: null, record, bootTimeS, by };
}

type Good = Extract<JudgedRecord, { reason: null }>;

function byEpoch(good: Good[]): Map<string, Good[]> {
  const epochs = new Map<string, Good[]>();
  for (const one of good) {
    const name = `${toHex(one.record.keyId)}/${one.record.epoch}`;
    const others = epochs.get(name);
    if (others === undefined) epochs.set(name, [one]);
    else others.push(one);
  }
  return epochs;
}

function addInto(sums: number[], values: readonly number[], by: number): void {
  for (let at = 0; at < values.length; at++) sums[at] = (sums[at] ?? 0) + by * values[at];
}

/** What the good records come to, in the order of the record's counters. */
export function sumOfGood(
  { period, from, before }: Pick<Behind, 'period' | 'from' | 'before'>,
  judged: readonly JudgedRecord[],
): number[] {
  const good = judged.filter((one): one is Good => one.reason === null);
  const sums: number[] = [];
  if (period === 'ever') {
    for (const { record, by } of good) addInto(sums, record.counters, by);
    return sums;
  }
  for (const records of byEpoch(good).values()) {
    const placed: PlacedRecord[] = records
      .map(({ id, record }) => ({ id, placementId: 0, record }))
      .sort((a, b) => a.record.sequence - b.record.sequence);
    const bootTimeS = records[0].bootTimeS;
    if (bootTimeS === null) continue;
    for (const { bucket } of bucketsOfEpoch(placed)) {
      const atS = bootTimeS + bucket.startS;
      if (atS >= from && atS < before) addInto(sums, bucket.counts, 1);
    }
  }
  return sums;
}

/** The number that pages show of counters: 0.1 L of a water point, meals of a canteen. */
export function shownCount(kind: 'water-point' | 'canteen', counters: readonly number[]): number {
  const [first = 0, second = 0] = counters;
  return kind === 'water-point' ? first : first + second;
}
