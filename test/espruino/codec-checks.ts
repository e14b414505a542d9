/*
 * What the shared codecs do on nasty input, told as lines: the same source runs in Node and in the
 * real interpreter, and the lines must be the same.
 * From: fixed values. To: codecs.test.ts. Espruino-safe.
 */
import { decodeBulletin, encodeBulletin, entryCovers, isBulletin } from '../../shared/bulletin';
import { fromHex, toHex } from '../../shared/bytes';
import { BULLETIN_AAD, RECORD_AAD, sigStructure } from '../../shared/cose';
import { channelHash, cryptChannel, expandPsk } from '../../shared/meshtastic/channel';
import { decodeNodeFromRadio } from '../../shared/meshtastic/node-from-radio';
import {
  encodeNodeHeartbeat,
  encodeNodePacket,
  encodeNodeWantConfig,
} from '../../shared/meshtastic/node-to-radio';
import { createFramer, encodeFrame } from '../../shared/meshtastic/stream';
import { decodeRecord, encodeRecord, isCanonical, type TallyRecord } from '../../shared/record';
import { encryptBlocks } from './aes-es5';

type Tell = (line: string) => void;

const KEY_ID = fromHex('0123abcd');

/** A usage record whose buckets come from a short formula with idle, small and extreme values. */
function usageRecord(kind: 1 | 2, count: number, extreme: number): TallyRecord {
  const buckets: number[][] = [];
  for (let i = 0; i < count; i++) {
    const volume = i % 5 === 0 ? 0 : (i * 7919) % 300;
    buckets.push([i === 3 ? extreme : volume, (i * 3) % 11]);
  }
  return {
    kind,
    keyId: KEY_ID,
    epoch: 65535,
    sequence: 256,
    timeS: 1790000000,
    uptimeS: 4294967295,
    counters: [4294967295, 12345678],
    status: 524287,
    calibrationId: 24,
    kept: 23,
    bucketMinutes: 5,
    buckets,
    readings:
      kind === 1
        ? []
        : [
            [1, -2147483648],
            [3, 2147483647],
          ],
  };
}

function eventRecord(): TallyRecord {
  const record = usageRecord(1, 12, 0);
  return {
    kind: 3,
    keyId: KEY_ID,
    epoch: 1,
    sequence: 1,
    timeS: 0,
    uptimeS: 1,
    counters: record.counters,
    status: 180,
    calibrationId: 0,
    kept: 1,
    eventCode: 7,
    value: -1,
  };
}

/** An object's fields in one line; numbers, lists and bytes only. */
function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return toHex(value);
  const all = value as { [name: string]: unknown };
  let text = '{';
  for (const name in all) if (all[name] !== undefined) text += `${name}:${describe(all[name])} `;
  return `${text}}`;
}

function checkRecords(tell: Tell): void {
  const records = [
    usageRecord(1, 12, 4095),
    usageRecord(1, 24, 1500000),
    usageRecord(2, 12, 4294967295),
    eventRecord(),
  ];
  for (let i = 0; i < records.length; i++) {
    const payload = encodeRecord(records[i]);
    tell(`record ${i} ${payload.length} ${toHex(payload)}`);
    tell(`decoded ${describe(decodeRecord(payload))}`);
    tell(`signed ${toHex(sigStructure(RECORD_AAD, payload))}`);
    let reasons = '';
    for (let cut = 0; cut < payload.length; cut += 3) {
      reasons += `${String(decodeRecord(payload.subarray(0, cut)))} `;
    }
    tell(`prefixes ${reasons}`);
    let verdicts = '';
    for (let at = 0; at < payload.length; at += 2) {
      const other = new Uint8Array(payload);
      other[at] = other[at] ^ 0x21;
      const verdict = decodeRecord(other);
      verdicts += typeof verdict === 'string' ? `${verdict} ` : `${isCanonical(other)} `;
    }
    tell(`flips ${verdicts}`);
  }
}

function checkBulletins(tell: Tell): void {
  const entries = [];
  for (let i = 0; i < 16; i++) {
    entries.push({
      slotInGroup: i,
      keyCheck: 15 - i,
      epoch: i + 1,
      contiguous: i * 4096,
      stored: 5,
    });
  }
  const payload = encodeBulletin({
    gatewayKeyId: KEY_ID,
    sequence: 4294967295,
    timeS: 1790000000,
    clockUncertainty: 3,
    group: 15,
    entries,
  });
  tell(
    `bulletin ${toHex(payload)} ${isBulletin(payload)} ${isBulletin(encodeRecord(eventRecord()))}`,
  );
  tell(toHex(sigStructure(BULLETIN_AAD, payload)));
  const decoded = decodeBulletin(payload);
  tell(describe(decoded));
  if (typeof decoded === 'string') return;
  let covers = '';
  for (let sequence = 4090; sequence < 4120; sequence++) {
    covers += entryCovers(decoded.entries[1], 2, sequence) ? '1' : '0';
  }
  tell(`covers ${covers}`);
  for (let cut = 0; cut < payload.length; cut += 9)
    tell(String(decodeBulletin(payload.subarray(0, cut))));
}

function pushAll(push: (chunk: Uint8Array) => void, bytes: Uint8Array, pieceBytes: number): void {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    push(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length)));
  }
}

function checkFramer(tell: Tell): void {
  const good = encodeFrame(fromHex('94c30001aa94c3ffff94'));
  const empty = encodeFrame(new Uint8Array(0));
  const text = fromHex('9494c3030094e28094c3');
  const stream = new Uint8Array(2 * good.length + empty.length + text.length + 5);
  stream.set(text, 0);
  stream.set(good, text.length);
  stream.set(empty, text.length + good.length);
  stream.set(good, text.length + good.length + empty.length);
  stream.set([0x94, 0xc3, 0x00, 0x40, 0x01], stream.length - 5);
  for (let pieceBytes = 1; pieceBytes < 40; pieceBytes += 5) {
    let bodies = '';
    const framer = createFramer((body) => {
      bodies += `${toHex(body)}/`;
      return body.length > 0;
    });
    pushAll(framer.push, stream, pieceBytes);
    tell(`framer ${pieceBytes} ${bodies} ${framer.buffered()} ${framer.skippedBytes()}`);
    framer.idle();
    tell(`idle ${framer.buffered()} ${framer.skippedBytes()}`);
  }
}

function checkChannel(tell: Tell, payload: Uint8Array): void {
  const keys = [fromHex('01'), new Uint8Array(32)];
  for (let i = 0; i < 32; i++) keys[1][i] = i * 7;
  for (let i = 0; i < keys.length; i++) {
    const key = expandPsk(keys[i]);
    const closed = cryptChannel(encryptBlocks, key, 0xfffffff1, 0x89abcdef, payload);
    const opened = cryptChannel(encryptBlocks, key, 0xfffffff1, 0x89abcdef, closed);
    tell(
      `channel ${channelHash('serial', key)} ${toHex(closed)} ${toHex(opened) === toHex(payload)}`,
    );
  }
}

/** fromRadio: messages of a radio as hex, made by the host's encoder. */
function checkMeshtastic(tell: Tell, fromRadio: string[]): void {
  const payload = new Uint8Array(150);
  for (let i = 0; i < 150; i++) payload[i] = (i * 37) & 255;
  const packet = {
    to: 0xfedcba98,
    channel: 1,
    id: 0xffffffff,
    hopLimit: 3,
    wantAck: true,
    portnum: 287,
    payload,
  };
  tell(`toRadio ${toHex(encodeNodePacket(packet))}`);
  tell(`${toHex(encodeNodeWantConfig(69420))} ${toHex(encodeNodeHeartbeat())}`);
  for (let i = 0; i < fromRadio.length; i++) {
    const bytes = fromHex(fromRadio[i]);
    tell(`fromRadio ${describe(decodeNodeFromRadio(bytes))}`);
    for (let cut = 0; cut < bytes.length; cut += 3) {
      tell(describe(decodeNodeFromRadio(bytes.subarray(0, cut))));
    }
  }
  checkChannel(tell, payload);
}

/** Runs all checks and tells their results line by line. */
export function checkCodecs(tell: Tell, fromRadio: string[]): void {
  checkRecords(tell);
  checkBulletins(tell);
  checkFramer(tell);
  checkMeshtastic(tell, fromRadio);
}
