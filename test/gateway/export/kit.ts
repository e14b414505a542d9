/*
 * kit.ts: a gateway's folder with known records, for the tests of exports.
 * Way: nodes of support/nodes.ts -> judge -> store -> DIR/gateway.sqlite; and what was put in, to compare with.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { judge } from '../../../gateway/core/judge';
import { readRegister } from '../../../gateway/core/register';
import { createExportReader } from '../../../gateway/edges/store/read-export';
import { openStore } from '../../../gateway/edges/store/store';
import { createVerifier } from '../../../gateway/edges/verify';
import { EXPORT_END_S, type ExportFacts, type ExportRange } from '../../../gateway/export/facts';
import { toHex } from '../../../shared/bytes';
import { splitSigned, type UsageRecord } from '../../../shared/record';
import { keyIdOf } from '../../../shared/verify';
import { BOOT_S, happening, packetOf, testNode, usage } from '../support/nodes';
import { testFolder } from '../support/places';

export const EVERYTHING: ExportRange = { sites: null, fromS: 0, beforeS: EXPORT_END_S };
/** A name as an attacker would write it. */
export const EVIL_NAME = '=HYPERLINK("http://x","a"),\r\n"b"';
export const DAY_S = 86_400;

/** Sites: a tap with an evil name, a tap without place, a canteen; nodes 1, 2, 3. */
export function registerOf() {
  const site = (number: number, site: string, name: string, kind: string) => ({
    ...{ site, name, kind },
    ...(number === 2 ? {} : { latitude: -1.25, longitude: 36.5 + number }),
    nodes: [
      {
        publicKey: toHex(testNode(number).publicKey),
        slot: number,
        calibration: { id: 1, volumePerPulseUl: 2222 },
        placedAt: 1_700_000_000,
      },
    ],
  });
  return {
    pod: 'testpod',
    sites: [
      site(1, 'wp-01', EVIL_NAME, 'water-point'),
      site(2, 'wp-02', 'Point d’eau nº 2', 'water-point'),
      site(3, 'canteen-01', 'Ecole', 'canteen'),
    ],
  };
}

const meals = (sequence: number, more: Partial<UsageRecord>) => {
  const buckets = Array.from({ length: 12 }, (_, at) => [at === 0 ? 1 : 0, at === 0 ? 7 : 0]);
  return usage(testNode(3), sequence, {
    ...{ kind: 2, counters: [sequence, sequence * 7], buckets },
    readings: [
      [3, -450],
      [4, 6150],
    ],
    ...more,
  });
};

/** What is heard, in this order: 30 hours of wp-01, 3 without time of wp-02, 5 of the canteen, "broken" of wp-01. */
export function packets(): Uint8Array[] {
  const [one, two, three] = [1, 2, 3].map(testNode);
  const level: Partial<UsageRecord> = { readings: [[1, 1620]] };
  return [
    ...Array.from({ length: 30 }, (_, at) =>
      packetOf(one, usage(one, at + 1, at === 4 ? level : {})),
    ),
    ...[1, 2, 3].map((sequence) => packetOf(two, usage(two, sequence, { timeS: 0 }))),
    ...[1, 2, 3, 4, 5].map((sequence) => packetOf(three, meals(sequence, {}))),
    packetOf(one, happening(one, 31)),
  ];
}

/** Writes them through the gateway's own judge and store. @returns the folder */
export function exportFolder(): string {
  const folder = testFolder();
  const store = openStore(join(folder, 'gateway.sqlite'));
  store.importRegister(readRegister(registerOf()), keyIdOf, 0);
  store.setMeta('pod', 'testpod');
  store.commit();
  const keys = store.keys();
  const verify = createVerifier();
  packets().forEach((packet, at) => {
    const verdict = judge(packet, {
      keyOf: (keyId) => keys.find((key) => Buffer.compare(key.keyId, keyId) === 0),
      storedPacket: store.storedPacket,
      verify,
    });
    if (verdict.outcome !== 'accepted') throw new Error(JSON.stringify(verdict));
    store.addRecord(verdict, {
      ...{ atS: BOOT_S + 40 * 3600 + at, clockState: 'trusted', historical: at === 3 },
      ...{ fromRadio: 1, rssiDbm: -70, hops: at === 0 ? -1 : 2 },
    });
  });
  store.close();
  return folder;
}

/** The same as facts. */
export function exportFacts(): ExportFacts {
  const store = openStore(join(exportFolder(), 'gateway.sqlite'));
  return createExportReader(store.openReader(), 'testpod');
}

/** Payload and signature of a packet. */
export function signedOf(packet: Uint8Array) {
  const parts = splitSigned(packet);
  if (typeof parts === 'string') throw new Error(parts);
  return parts;
}

/** All pieces in one. */
export function allOf(pieces: Iterable<string | Uint8Array>): Buffer {
  return Buffer.concat([...pieces].map((piece) => Buffer.from(piece as Uint8Array)));
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
