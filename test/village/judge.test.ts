/*
 * The judge by itself, on evidence made by hand: what fits is accounted for to the pulse, what was taken away is lost.
 */
import { expect, test } from 'vitest';
import {
  deliveredOf,
  judgeNode,
  type NodeEvidence,
  ownBuckets,
  type RecordBytes,
} from '../../scripts/village/judge';
import { nodeKeyOf } from '../../scripts/village/keys';
import { addToMeter, createMeter } from '../../scripts/village/meter';
import { encodeRecord, type UsageRecord } from '../../shared/record';
import { keyIdOf } from '../../shared/verify';
import { signRecord } from './sign-record';

const key = nodeKeyOf(1, 1, 'wp-01');
const BOOT_MS = 10_000;
const HOUR_MS = 3_600_000;
/** µL; 10.67 pulses a decilitre. */
const PULSE_UL = 9375;

function signed(record: UsageRecord): RecordBytes {
  const payload = encodeRecord(record);
  const signature = signRecord(key, payload);
  return {
    epoch: record.epoch,
    sequence: record.sequence,
    bytes: new Uint8Array([...payload, ...signature]),
  };
}

function unsigned(record: UsageRecord): RecordBytes {
  return { epoch: record.epoch, sequence: record.sequence, bytes: encodeRecord(record) };
}

/** The record of one hour whose every bucket holds `perBucketDl`. */
function hour(
  sequence: number,
  perBucketDl: number,
  changes: Partial<UsageRecord> = {},
): UsageRecord {
  return {
    kind: 1,
    keyId: keyIdOf(key.publicKey),
    epoch: 1,
    sequence,
    timeS: 0,
    uptimeS: sequence * 3600,
    counters: [sequence * 12 * perBucketDl, 0],
    status: 0,
    calibrationId: 1,
    kept: 1,
    bucketMinutes: 5,
    buckets: Array.from({ length: 12 }, () => [perBucketDl, 0]),
    readings: [],
    ...changes,
  };
}

/** Three hours of 3 dL a bucket (32 pulses), then 5 pulses: two hours stored, the third only in flash. */
function evidence(): NodeEvidence {
  const records = [1, 2, 3].map((sequence) => hour(sequence, 3));
  const meter = createMeter(PULSE_UL);
  for (let bucket = 0; bucket < 36; bucket++)
    addToMeter(meter, BOOT_MS + bucket * 300_000 + 5_000, 32);
  addToMeter(meter, BOOT_MS + 3 * HOUR_MS + 5_000, 5);
  return {
    site: 'wp-01',
    kind: 'water-point',
    publicKey: key.publicKey,
    bootMs: [BOOT_MS],
    savedMs: [],
    uncounted: [0, 0],
    meters: [meter],
    journal: records.map(unsigned),
    storedRecords: records.slice(0, 2).map(signed),
    storedBuckets: records
      .slice(0, 2)
      .flatMap((record) => ownBuckets(record).map((bucket) => ({ epoch: 1, ...bucket }))),
  };
}

const END_MS = BOOT_MS + 3.5 * HOUR_MS;

test('what fits is accounted for: stored, journaled, open to the pulse, nothing lost', () => {
  expect(judgeNode(evidence(), END_MS)).toEqual({
    site: 'wp-01',
    drawnUl: (36 * 32 + 5) * PULSE_UL,
    uncountedUl: 0,
    closedByMeter: 108,
    betweenBoots: 0,
    stored: 72,
    journaled: 36,
    openUl: 5 * PULSE_UL,
    lost: 0,
    complaints: [],
  });
});

test('the remainder below a decilitre is open, not lost', () => {
  const node = evidence();
  node.meters[0].total = node.meters[0].total.map((total) => total + 3);
  const account = judgeNode(node, END_MS);
  expect(account.lost).toBe(0);
  expect(account.openUl).toBe(8 * PULSE_UL);
});

test('pulses that the node never counted are lost, and its counters complained of', () => {
  const node = evidence();
  node.meters[0].total = node.meters[0].total.map((total, at) => (at < 5 ? total : total + 64));
  const account = judgeNode(node, END_MS);
  expect(account.lost).toBe(6);
  expect(account.complaints.join('\n')).toMatch(/counters say 36, the meters 42/);
});

test('a record that is neither stored nor in flash is lost water', () => {
  const node = evidence();
  node.storedRecords.splice(0, 1);
  node.storedBuckets.splice(0, 12);
  node.journal.splice(0, 1);
  expect(judgeNode(node, END_MS).lost).toBe(36);
});

test('a bucket that only a later record carried again counts as stored, once', () => {
  const node = evidence();
  const carried = ownBuckets(hour(3, 3)).map((bucket) => ({ epoch: 1, ...bucket }));
  node.storedBuckets.push(...carried);
  expect(judgeNode(node, END_MS)).toMatchObject({
    stored: 108,
    journaled: 0,
    lost: 0,
    complaints: [],
  });
  node.storedBuckets.push(carried[0]);
  expect(judgeNode(node, END_MS).complaints).toEqual(['wp-01 store: bucket 1/7200 there twice']);
});

test('a bad signature, a foreign key, a record filed wrongly or twice are complained of', () => {
  const forged = evidence();
  forged.storedRecords[0].bytes[20] ^= 1;
  expect(judgeNode(forged, END_MS).complaints[0]).toMatch(/store 1\/1: /);
  const foreign = { ...evidence(), publicKey: nodeKeyOf(2, 1, 'wp-01').publicKey };
  expect(judgeNode(foreign, END_MS).complaints).toHaveLength(6);
  const filed = evidence();
  filed.storedRecords[1].sequence = 7;
  expect(judgeNode(filed, END_MS).complaints[0]).toMatch(/filed under another/);
  const twice = evidence();
  twice.storedRecords.push(twice.storedRecords[0]);
  expect(judgeNode(twice, END_MS).complaints[0]).toMatch(/there twice/);
});

test('store and flash that hold other bytes for the same record are complained of', () => {
  const node = evidence();
  node.journal[0] = unsigned(hour(1, 3, { status: 1 }));
  expect(judgeNode(node, END_MS).complaints).toEqual(['wp-01 1/1: store and flash differ']);
});

test('a node that closes no records is complained of, though all its water counts as open', () => {
  const node = { ...evidence(), journal: [], storedRecords: [], storedBuckets: [] };
  const account = judgeNode(node, END_MS);
  expect(account.lost).toBe(0);
  expect(account.complaints).toEqual(['wp-01: has closed no record for 3.5 h']);
});

test('delivered: of the records that closed an hour before the end', () => {
  expect(deliveredOf(evidence(), BOOT_MS + 3.5 * HOUR_MS)).toEqual({ closed: 2, stored: 2 });
  expect(deliveredOf(evidence(), BOOT_MS + 4 * HOUR_MS)).toEqual({ closed: 3, stored: 2 });
  expect(deliveredOf(evidence(), BOOT_MS + HOUR_MS)).toEqual({ closed: 0, stored: 0 });
});

test('an hour that a restart cut short is between boots; what was not saved is uncounted', () => {
  const first = hour(1, 3);
  const second = hour(1, 2, { epoch: 2, counters: [36 + 10 + 24, 0] });
  const cut = BOOT_MS + 1.5 * HOUR_MS;
  const meter = createMeter(100_000);
  addToMeter(meter, BOOT_MS + 1, 36);
  addToMeter(meter, BOOT_MS + HOUR_MS + 1, 10);
  addToMeter(meter, cut + 60_001, 24);
  const account = judgeNode(
    {
      ...evidence(),
      bootMs: [BOOT_MS, cut + 60_000],
      savedMs: [cut],
      uncounted: [7],
      meters: [meter],
      journal: [unsigned(first), unsigned(second)],
      storedRecords: [],
      storedBuckets: [],
    },
    cut + 60_000 + HOUR_MS,
  );
  expect(account).toMatchObject({ complaints: [], betweenBoots: 10, journaled: 60, lost: 0 });
  expect([account.uncountedUl, account.drawnUl]).toEqual([700_000, 7_700_000]);
});
