/*
 * What: the bytes and the airtime of a typical hour of ours beside what Meshtastic's own telemetry takes for the same
 * readings (volume of each five minutes, battery, uptime).
 * From where to where: shared/record.ts, and the official protobuf definitions -> a table on stdout.
 * Source of the intervals: Meshtastic sends what it measures at an interval; 5 minutes to be as fine as ours, 30 minutes
 * as its default. Its packets are not signed, and a lost one is lost.
 */
import { create, toBinary } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import { Telemetry } from '@meshtastic/protobufs';
import { SIGNATURE_BYTES } from '../../shared/limits';
import { airtimeUs, LONG_FAST } from '../../shared/meshtastic/airtime';
import { encodeData } from '../../shared/meshtastic/data';
import { encodeRecord } from '../../shared/record';

const HEADER_BYTES = 16;
const TELEMETRY_APP = 67;
const RECORD_BYTES_MAX = 130;

/** A standpipe's busy hour: 40 to 90 litres in five minutes. */
const BUCKETS = [
  [612, 4],
  [588, 4],
  [720, 5],
  [655, 5],
  [540, 4],
  [480, 3],
  [702, 5],
  [834, 6],
  [910, 6],
  [640, 4],
  [555, 4],
  [423, 3],
];

function recordBytes(): number {
  const payload = encodeRecord({
    kind: 1,
    keyId: new Uint8Array([1, 2, 3, 4]),
    epoch: 3,
    sequence: 412,
    timeS: 1_790_000_000,
    uptimeS: 412 * 3600,
    counters: [1_834_213, 12_408],
    status: 165,
    calibrationId: 1,
    kept: 412,
    bucketMinutes: 5,
    buckets: BUCKETS,
    readings: [],
  });
  return payload.length + SIGNATURE_BYTES;
}

/** A Telemetry message by the official definitions, bytes. */
function telemetryBytes(variant: { case: string; value: object }): number {
  const message = create(Telemetry.TelemetrySchema, { time: 1_790_000_000, variant });
  return toBinary(Telemetry.TelemetrySchema, message).length;
}

function frameBytes(portnum: number, payloadBytes: number): number {
  const payload = new Uint8Array(payloadBytes);
  return HEADER_BYTES + encodeData({ portnum, payload, bitfield: 0 }).length;
}

interface Row {
  what: string;
  packets: number;
  bytes: number;
  airS: number;
}

function rowOf(what: string, packets: [count: number, frame: number][]): Row {
  return {
    what,
    packets: packets.reduce((all, [count]) => all + count, 0),
    bytes: packets.reduce((all, [count, frame]) => all + count * frame, 0),
    airS: packets.reduce(
      (all, [count, frame]) => all + (count * airtimeUs(LONG_FAST, frame)) / 1e6,
      0,
    ),
  };
}

/** Prints the table. Gives whether our record keeps its limit. */
export async function bench(): Promise<boolean> {
  const device = telemetryBytes({
    case: 'deviceMetrics',
    value: {
      batteryLevel: 87,
      voltage: 3.9,
      channelUtilization: 4.2,
      airUtilTx: 0.3,
      uptimeSeconds: 1_483_200,
    },
  });
  // There is no field for water that flowed: rain of the last hour is the nearest, one number of the same size.
  const environment = telemetryBytes({ case: 'environmentMetrics', value: { rainfall1h: 61.2 } });
  const bytes = recordBytes();
  const deviceFrame = frameBytes(TELEMETRY_APP, device);
  const environmentFrame = frameBytes(TELEMETRY_APP, environment);
  const ours = rowOf('our record, signed', [[1, frameBytes(287, bytes)]]);
  const rows = [
    ours,
    rowOf('telemetry as fine (12 + 2)', [[12, environmentFrame], [2, deviceFrame]]), // biome-ignore format: a row
    rowOf('telemetry by default (2 + 2)', [[2, environmentFrame], [2, deviceFrame]]), // biome-ignore format: a row
  ];
  console.log('a typical hour, LongFast          packets  bytes on air  seconds on air   to ours');
  for (const row of rows) {
    const ratio = (row.airS / ours.airS).toFixed(2);
    console.log(
      `${row.what.padEnd(33)} ${String(row.packets).padStart(7)} ${String(row.bytes).padStart(13)} ${row.airS.toFixed(2).padStart(15)} ${ratio.padStart(9)}`,
    );
  }
  const holds = bytes <= RECORD_BYTES_MAX;
  console.log(
    `our record: ${bytes} bytes with its signature, ${holds ? 'at most' : 'MORE THAN'} ${RECORD_BYTES_MAX}`,
  );
  return holds;
}
