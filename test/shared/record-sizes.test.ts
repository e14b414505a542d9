/*
 * What: how many bytes a record has on the air, and that each stays under its limit.
 * From where to where: the standpipe's day, canteens and extremes -> encodeRecord -> a table on the screen.
 */
import { expect, test } from 'vitest';
import { airtimeMs, LONG_FAST } from '../../shared/meshtastic/airtime';
import { encodeData } from '../../shared/meshtastic/data';
import {
  decodeRecord,
  encodeRecord,
  type TallyRecord,
  type UsageRecord,
} from '../../shared/record';
import { STANDPIPE_5_MIN_BUCKETS, STANDPIPE_BUCKETS, standpipe, tamperEvent } from './samples';

const ON_AIR_HEADER_BYTES = 16;
/** The busiest twelve in a row. */
const twelve = STANDPIPE_5_MIN_BUCKETS.slice(9, 21);

function canteen(buckets: number[][], readings: number[][]): UsageRecord {
  return { ...standpipe(5, buckets), kind: 2, counters: [412345, 1298765], readings };
}

/** 500 pulses a second at 10,000 µL: 15,000 dL in 5 minutes; a draw every 3 s. */
const torrent = Array.from({ length: 12 }, (_, i) => [15000 - (i % 2), 100 - (i % 3)]);
/** A sensor gone mad: each volume takes the escape of 44 bits. */
const mad = Array.from({ length: 12 }, () => [350_000_000, 999]);
const full = { counters: [4294967295, 4294967295], epoch: 65535, sequence: 65535, status: 524287 };
const fullest = { ...full, calibrationId: 65535, kept: 65535, uptimeS: 4294967295 };

const rows: [string, TallyRecord, number][] = [
  [
    'standpipe 12 x 5 min, idle',
    standpipe(
      5,
      twelve.map(() => [0, 0]),
    ),
    130,
  ],
  ['standpipe 12 x 5 min', standpipe(5, twelve), 130],
  ['standpipe 12 x 5 min, a reading', { ...standpipe(5, twelve), readings: [[1, 1840]] }, 200],
  ['standpipe 24 x 5 min, 12 carried', standpipe(5, STANDPIPE_5_MIN_BUCKETS), 171],
  [
    'standpipe 48 x 5 min, 36 carried',
    standpipe(5, [...STANDPIPE_5_MIN_BUCKETS, ...STANDPIPE_5_MIN_BUCKETS]),
    200,
  ],
  ['standpipe 24 x 1 h', standpipe(60, STANDPIPE_BUCKETS), 171],
  ['an hour like that every 5 min', standpipe(5, STANDPIPE_BUCKETS.slice(9, 21)), 200],
  [
    'canteen 12 x 5 min, rush',
    canteen(
      STANDPIPE_BUCKETS.slice(9, 21).map(([a, b]) => [b, a / 10]),
      [],
    ),
    200,
  ],
  [
    'canteen with 3 readings',
    canteen(twelve, [
      [1, 1840],
      [2, 25300],
      [3, -1850],
    ]),
    200,
  ],
  ['500 pulses/s of 10,000 uL, 1 h', { ...standpipe(5, torrent), ...fullest }, 200],
  ['escape in every volume', { ...standpipe(5, mad), ...fullest }, 200],
  ['event', tamperEvent(), 200],
  ['event, all fields at their largest', { ...tamperEvent(), ...fullest, value: -2147483648 }, 130],
];

test.each(rows)('%s fits', (name, record, bytesMax) => {
  const payload = encodeRecord(record);
  expect(decodeRecord(payload)).toEqual(record);
  const packet = new Uint8Array(payload.length + 64);
  const frame =
    ON_AIR_HEADER_BYTES + encodeData({ portnum: 287, payload: packet, bitfield: 1 }).length;
  console.log(
    `${name.padEnd(36)} payload ${payload.length} + 64 = ${packet.length} (max ${bytesMax}), LongFast ${airtimeMs(LONG_FAST, frame)} ms`,
  );
  expect(packet.length).toBeLessThanOrEqual(bytesMax);
});
