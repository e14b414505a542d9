/*
 * What: honest records for the tests, fixed ones and random ones.
 * From where to where: fast-check's seeded randomness and the numbers of a real-looking standpipe -> TallyRecord.
 * Source: the day of the village standpipe is made up once and kept: litres and draws of 24 hours.
 */
import fc from 'fast-check';
import type { EventRecord, TallyRecord, UsageRecord } from '../../shared/record';

/** Runs of a property; more with the environment variable TALLYWELL_TEST_RUNS. */
export const RUNS = Number(process.env.TALLYWELL_TEST_RUNS ?? 200);

export const SEED = 20260801;

const LITRES = [
  25, 16, 24, 0, 17, 155, 156, 425, 347, 186, 181, 217, 238, 266, 207, 86, 312, 495, 525, 493, 183,
  117, 120, 104,
];
const DRAWS = [1, 1, 1, 0, 1, 8, 10, 20, 17, 9, 10, 10, 10, 14, 10, 4, 15, 25, 26, 22, 8, 5, 6, 5];

/** The standpipe's 24 hours: volume in dL and draws. */
export const STANDPIPE_BUCKETS = LITRES.map((litres, i) => [litres * 10, DRAWS[i]]);

/** 24 times 5 minutes of the same standpipe, each a tenth of one of its hours (a twelfth would be the mean). */
export const STANDPIPE_5_MIN_BUCKETS = LITRES.map((litres, i) => [
  litres,
  Math.ceil(DRAWS[i] / 10),
]);

/** A standpipe after years in the field, every required field filled. */
export function standpipe(bucketMinutes: number, buckets: number[][]): UsageRecord {
  return {
    kind: 1,
    keyId: new Uint8Array([0x3c, 0xe6, 0x95, 0xc4]),
    epoch: 37,
    sequence: 412,
    timeS: 1767225600,
    uptimeS: 2592000,
    counters: [18432070, 91733],
    status: (5 << 12) | 195,
    calibrationId: 3,
    kept: 26,
    bucketMinutes,
    buckets,
    readings: [],
  };
}

/** The event "tamper opened" of the same node. */
export function tamperEvent(): EventRecord {
  const { keyId, epoch, sequence, timeS, uptimeS, counters, status, calibrationId, kept } =
    standpipe(5, []);
  const head = {
    keyId,
    epoch,
    sequence,
    timeS,
    uptimeS,
    counters,
    status,
    calibrationId,
    kept,
  };
  return { kind: 3, ...head, eventCode: 1, value: 0 };
}

const u32 = () => fc.oneof(fc.nat(300), fc.nat(70000), fc.integer({ min: 0, max: 0xffffffff }));
const u16 = () => fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 65535 }));
const int32 = () => fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer());
const keyId = () => fc.uint8Array({ minLength: 4, maxLength: 4 });

/** Highest bucket value for which so many values surely fit: 50 bytes of Rice codes. */
function valueMax(values: number): number {
  if (values * 44 <= 400) return 0xffffffff;
  return 2 ** Math.max(0, Math.min(18, Math.floor(400 / values) - 5)) - 1;
}

const shape = () =>
  fc.record({
    counters: fc.integer({ min: 1, max: 4 }),
    bucketCount: fc.integer({ min: 1, max: 48 }),
  });

/** Random buckets with the number of counters they have. */
export const anyBuckets = () =>
  shape().chain(({ counters, bucketCount }) => {
    const max = valueMax(counters * bucketCount);
    const value = fc.oneof(fc.constant(0), fc.nat(Math.min(max, 20)), fc.nat(max));
    const bucket = fc.array(value, { minLength: counters, maxLength: counters });
    return fc.array(bucket, { minLength: bucketCount, maxLength: bucketCount });
  });

/** The sum of the buckets of each counter. */
function sums(buckets: number[][]): number[] {
  return buckets[0].map((_, c) => buckets.reduce((sum, bucket) => sum + bucket[c], 0));
}

const readings = () =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 2 })
    .chain((ids) =>
      fc.tuple(...ids.sort((a, b) => a - b).map((id) => fc.tuple(fc.constant(id), int32()))),
    )
    .map((pairs) => pairs.map(([id, value]) => [id, value]));

const headFields = () => ({
  keyId: keyId(),
  epoch: u16(),
  sequence: u16(),
  timeS: u32(),
  status: fc.nat(0x7ffff),
  calibrationId: u32(),
  kept: u16(),
});

/** A random honest usage record. */
export const anyUsage = (): fc.Arbitrary<UsageRecord> =>
  fc
    .record({
      ...headFields(),
      kind: fc.constantFrom(1 as const, 2 as const),
      buckets: anyBuckets().filter((buckets) => sums(buckets).every((sum) => sum <= 0xffffffff)),
      bucketMinutes: fc.constantFrom(5, 60),
      readings: readings(),
      earlier: fc.nat(5000),
      upBefore: fc.nat(3_000_000_000),
    })
    .map(({ earlier, upBefore, ...fields }) => ({
      ...fields,
      kept: Math.min(fields.kept, fields.sequence),
      uptimeS: upBefore + fields.buckets.length * fields.bucketMinutes * 60,
      counters: sums(fields.buckets).map((sum) => Math.min(0xffffffff, sum + earlier)),
    }));

/** A random honest event. */
export const anyEvent = (): fc.Arbitrary<EventRecord> =>
  fc
    .record({
      ...headFields(),
      kind: fc.constant(3 as const),
      uptimeS: u32(),
      counters: fc.array(u32(), { minLength: 1, maxLength: 4 }),
      eventCode: fc.integer({ min: 1, max: 7 }),
      value: int32(),
    })
    .map((fields) => ({ ...fields, kept: Math.min(fields.kept, fields.sequence) }));

export const anyRecord = (): fc.Arbitrary<TallyRecord> => fc.oneof(anyUsage(), anyEvent());
