/*
 * Says where every litre and every meal is, from outside what it judges.
 * From: the world's meters (drawn, open), the gateway's database (stored), the nodes' flash images (journaled).
 * To: summary.ts and the exit code. Source: design section 11.
 *
 * Nothing here is the rest of a subtraction but `lost`: drawn = whole pulses x µL of the world's meters; open = the
 * pulses after the end of the newest closed record in flash, and the remainder below one decilitre at that moment, both
 * from the meters; stored and journaled are summed bucket by bucket, each bucket once.
 */
import { toHex } from '../../shared/bytes';
import { RECORD_AAD } from '../../shared/cose';
import { decodeRecord, splitSigned, type TallyRecord, type UsageRecord } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';
import { type MeterHistory, meterTotal, meterTotalBefore } from './meter';
import { UL_PER_DL } from './summary';

/** A record's bytes: at the gateway payload || signature, in a journal the payload alone. */
export interface RecordBytes {
  epoch: number;
  sequence: number;
  bytes: Uint8Array;
}

/** One bucket the gateway holds: `startUptimeS` since the boot of its epoch, counts as in the record. */
export interface StoredBucket {
  epoch: number;
  startUptimeS: number;
  counts: number[];
}

/** All that is known of one node from outside. `bootMs[epoch - 1]` is when that epoch began, village ms. */
export interface NodeEvidence {
  site: string;
  kind: 'water-point' | 'canteen';
  publicKey: Uint8Array;
  bootMs: number[];
  /** Up to when each epoch that ended was saved, village ms. */
  savedMs: number[];
  /** What no node could know of, by meter: without power, or lost in a power cut. */
  uncounted: number[];
  /** Water point: one meter. Canteen: adults, children. */
  meters: MeterHistory[];
  journal: RecordBytes[];
  storedRecords: RecordBytes[];
  storedBuckets: StoredBucket[];
}

/** One node's account in the meters' own units: decilitres (µL for drawn and open) or meals. */
export interface NodeAccount {
  site: string;
  drawnUl: number;
  openUl: number;
  closedByMeter: number;
  /** Ran in an hour that a restart cut short, and was saved: told by the counters of every later record, in no bucket. */
  betweenBoots: number;
  uncountedUl: number;
  stored: number;
  journaled: number;
  lost: number;
  complaints: string[];
}

const HOUR_MS = 3_600_000;

/** Units that make one counted step of a record: µL a decilitre, or one meal. */
function unitOf(kind: NodeEvidence['kind']): number {
  return kind === 'water-point' ? UL_PER_DL : 1;
}

/** How many of a record's first counters are judged: a water point's second one counts draws. */
function judgedCounters(kind: NodeEvidence['kind']): number {
  return kind === 'water-point' ? 1 : 2;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** Where a record was found: a journal holds payloads, the store packets with signatures. */
type Where = 'journal' | 'store';

/** The payload of an entry; in words what is wrong with it. */
function payloadIn(node: NodeEvidence, entry: RecordBytes, where: Where): Uint8Array | string {
  if (where === 'journal') return entry.bytes;
  const parts = splitSigned(entry.bytes);
  if (typeof parts === 'string') return `not a record (${parts})`;
  const isSigned = verifySigned(RECORD_AAD, parts.payload, parts.signature, node.publicKey);
  return isSigned ? parts.payload : 'the signature is not of this node';
}

/** The records that are well-formed, verify and say what they are filed under; complaints for the rest. */
function readable(
  node: NodeEvidence,
  entries: RecordBytes[],
  where: Where,
  complaints: string[],
): TallyRecord[] {
  const records: TallyRecord[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const name = `${node.site} ${where} ${entry.epoch}/${entry.sequence}`;
    const payload = payloadIn(node, entry, where);
    const record = typeof payload === 'string' ? payload : decodeRecord(payload);
    if (typeof payload === 'string') {
      complaints.push(`${name}: ${payload}`);
    } else if (typeof record === 'string') {
      complaints.push(`${name}: not a record (${record})`);
    } else if (record.epoch !== entry.epoch || record.sequence !== entry.sequence) {
      complaints.push(`${name}: filed under another epoch or sequence`);
    } else if (toHex(record.keyId) !== toHex(keyIdOf(node.publicKey))) {
      complaints.push(`${name}: of another key`);
    } else if (seen.has(`${entry.epoch}/${entry.sequence}`)) {
      complaints.push(`${name}: there twice`);
    } else {
      seen.add(`${entry.epoch}/${entry.sequence}`);
      records.push(record);
    }
  }
  return records;
}

/** Complains where store and flash hold other bytes under the same epoch and sequence. */
function compareBytes(node: NodeEvidence, complaints: string[]): void {
  const inFlash = new Map<string, string>();
  for (const { epoch, sequence, bytes } of node.journal) {
    inFlash.set(`${epoch}/${sequence}`, toHex(bytes));
  }
  for (const { epoch, sequence, bytes } of node.storedRecords) {
    const payload = inFlash.get(`${epoch}/${sequence}`);
    if (payload === undefined || toHex(bytes).startsWith(payload)) continue;
    complaints.push(`${node.site} ${epoch}/${sequence}: store and flash differ`);
  }
}

function isUsage(record: TallyRecord): record is UsageRecord {
  return record.kind !== 3;
}

/** A record's own buckets (the last 12): start uptime and counts of each. */
export function ownBuckets(record: UsageRecord): { startUptimeS: number; counts: number[] }[] {
  const own = Math.min(12, record.buckets.length);
  const lengthS = record.bucketMinutes * 60;
  return record.buckets.slice(-own).map((counts, index) => ({
    startUptimeS: record.uptimeS - (own - index) * lengthS,
    counts,
  }));
}

/** The meters' own reading of a moment, in a record's steps: whole decilitres, or meals by counter. */
function meterSteps(node: NodeEvidence, atMs: number): number[] {
  return node.meters.map((meter) =>
    Math.floor((meterTotalBefore(meter, atMs) * meter.unitUl) / unitOf(node.kind)),
  );
}

/** Complains about every usage record whose signed counters are not what the meters read at its end. */
function compareCounters(
  node: NodeEvidence,
  records: TallyRecord[],
  where: string,
  complaints: string[],
): void {
  for (const record of records) {
    if (!isUsage(record)) continue;
    const bootMs = node.bootMs[record.epoch - 1];
    if (bootMs === undefined) {
      complaints.push(`${node.site} ${where}: epoch ${record.epoch} never began`);
      continue;
    }
    const read = meterSteps(node, bootMs + record.uptimeS * 1000);
    const told = record.counters.slice(0, judgedCounters(node.kind));
    if (told.join() === read.join()) continue;
    complaints.push(
      `${node.site} ${where} ${record.epoch}/${record.sequence}: counters say ${told.join('+')}, the meters ${read.join('+')}`,
    );
  }
}

/** When the newest closed record in flash ends, village ms, and its epoch; zeros when none has closed yet. */
function newestEnd(node: NodeEvidence, journal: TallyRecord[]): { ms: number; epoch: number } {
  let newest: UsageRecord | undefined;
  for (const record of journal.filter(isUsage)) {
    const later =
      newest === undefined ||
      record.epoch > newest.epoch ||
      (record.epoch === newest.epoch && record.sequence > newest.sequence);
    if (later) newest = record;
  }
  if (newest === undefined) return { ms: 0, epoch: 0 };
  return { ms: node.bootMs[newest.epoch - 1] + newest.uptimeS * 1000, epoch: newest.epoch };
}

/** Steps that were saved in the hours that restarts cut short, of epochs that ended before `epoch`. By the meters. */
function stepsBetweenBoots(node: NodeEvidence, epoch: number): number {
  let steps = 0;
  for (let i = 0; i < epoch - 1; i++) {
    const savedMs = node.savedMs[i];
    const lastHourMs = savedMs - ((savedMs - node.bootMs[i]) % HOUR_MS);
    steps += sum(meterSteps(node, savedMs)) - sum(meterSteps(node, lastHourMs));
  }
  return steps;
}

/** A record closes each hour; one that is later than this is a fault, ms. */
const OPEN_MS_MAX = HOUR_MS + 60_000;

/**
 * Accounts for one node at `endMs`, village time. Complaints are faults beyond sums: bad signatures, doubles, counters
 * that lie, a node that closes no records any more (or else a dead node's water would all count as open).
 */
export function judgeNode(node: NodeEvidence, endMs: number): NodeAccount {
  const complaints: string[] = [];
  const journal = readable(node, node.journal, 'journal', complaints);
  const stored = readable(node, node.storedRecords, 'store', complaints);
  compareBytes(node, complaints);
  compareCounters(node, journal, 'journal', complaints);
  compareCounters(node, stored, 'store', complaints);
  const judged = judgedCounters(node.kind);
  const storedStarts = new Set<string>();
  let storedSteps = 0;
  for (const bucket of node.storedBuckets) {
    const start = `${bucket.epoch}/${bucket.startUptimeS}`;
    if (storedStarts.has(start)) complaints.push(`${node.site} store: bucket ${start} there twice`);
    storedStarts.add(start);
    storedSteps += sum(bucket.counts.slice(0, judged));
  }
  let journaledSteps = 0;
  for (const record of journal.filter(isUsage)) {
    for (const bucket of ownBuckets(record)) {
      if (storedStarts.has(`${record.epoch}/${bucket.startUptimeS}`)) continue;
      journaledSteps += sum(bucket.counts.slice(0, judged));
    }
  }
  const drawnUl = sum(node.meters.map((meter) => meterTotal(meter) * meter.unitUl));
  const newest = newestEnd(node, journal);
  const closedMs = newest.ms;
  const betweenBoots = stepsBetweenBoots(node, newest.epoch);
  const uncountedUl = sum(node.meters.map((meter, i) => node.uncounted[i] * meter.unitUl));
  const closedByMeter = sum(meterSteps(node, closedMs));
  const openSinceMs = Math.max(closedMs, node.bootMs[0]);
  if (endMs - openSinceMs > OPEN_MS_MAX) {
    const hours = ((endMs - openSinceMs) / 3_600_000).toFixed(1);
    complaints.push(`${node.site}: has closed no record for ${hours} h`);
  }
  return {
    site: node.site,
    drawnUl: drawnUl + uncountedUl,
    openUl: drawnUl - closedByMeter * unitOf(node.kind),
    closedByMeter,
    betweenBoots,
    uncountedUl,
    stored: storedSteps,
    journaled: journaledSteps,
    lost: closedByMeter - betweenBoots - storedSteps - journaledSteps,
    complaints,
  };
}

/**
 * How many of a node's records that closed at least an hour before `endMs` there are, and how many of those the
 * gateway holds. Records are numbered from 1 in each epoch, so the newest such number tells how many there were.
 */
export function deliveredOf(node: NodeEvidence, endMs: number): { closed: number; stored: number } {
  const ageMs = 3_600_000;
  const newest = new Map<number, number>();
  const payloads = node.storedRecords.map(({ bytes }) => splitSigned(bytes));
  const records = [
    ...node.journal.map(({ bytes }) => decodeRecord(bytes)),
    ...payloads.map((parts) => (typeof parts === 'string' ? parts : decodeRecord(parts.payload))),
  ];
  for (const record of records) {
    if (typeof record === 'string') continue;
    const closedMs = (node.bootMs[record.epoch - 1] ?? 0) + record.uptimeS * 1000;
    if (closedMs > endMs - ageMs) continue;
    newest.set(record.epoch, Math.max(newest.get(record.epoch) ?? 0, record.sequence));
  }
  const isOld = (entry: RecordBytes): boolean => entry.sequence <= (newest.get(entry.epoch) ?? 0);
  return { closed: sum([...newest.values()]), stored: node.storedRecords.filter(isOld).length };
}
