/*
 * Tests of gateway/core/judge.ts: one table row per reason, then mutations of good packets.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type JudgeLookups,
  judge,
  type KnownKey,
  placementAt,
  tripleName,
} from '../../../gateway/core/judge';
import { encodeBulletin } from '../../../shared/bulletin';
import { toHex } from '../../../shared/bytes';
import { encodeGatewayKeyNotice } from '../../../shared/gateway-key';
import { decodeRecord, encodeRecord } from '../../../shared/record';
import { verifySigned } from '../../../shared/verify';
import { BOOT_S, happening, packetOf, signedBy, testNode, usage } from '../support/nodes';

const NODE = testNode(1);
const STRANGER = testNode(2);
const RETIRED = testNode(3);

function keyOf(node: typeof NODE, rowId: number, retiredAtS: number | null): KnownKey {
  return {
    rowId,
    publicKey: node.publicKey,
    keyId: node.keyId,
    slot: 0,
    placements: [{ rowId, site: 'wp-01', fromS: 0, toS: retiredAtS }],
  };
}

function lookups(stored: Record<string, Uint8Array> = {}): JudgeLookups {
  const keys = [keyOf(NODE, 1, null), keyOf(RETIRED, 2, BOOT_S + 7200)];
  return {
    keyOf: (keyId) => keys.find((key) => toHex(key.keyId) === toHex(keyId)),
    storedPacket: (rowId, epoch, sequence) => stored[`${rowId}/${epoch}/${sequence}`],
    verify: verifySigned,
  };
}

const GOOD = packetOf(NODE, usage(NODE, 1));

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] ^= 1;
  return copy;
}

/** The payload of GOOD with its epoch (1, one byte) written in two bytes: same value, another form. */
function longEpoch(): Uint8Array {
  const payload = encodeRecord(usage(NODE, 1));
  const at = 1 + 1 + 1 + 5;
  expect(payload[at]).toBe(1);
  return signedBy(
    NODE,
    new Uint8Array([...payload.slice(0, at), 0x18, 1, ...payload.slice(at + 1)]),
  );
}

/** An hour without use, its buckets packed with a parameter that is not the lowest of equals: deterministic CBOR, yet not the one form. */
function otherPacking(): Uint8Array {
  const payload = encodeRecord(usage(NODE, 1, { buckets: [[0, 0]] }));
  expect([...payload.slice(-3)]).toEqual([0x42, 0, 0]);
  payload[payload.length - 2] = 0x01;
  return signedBy(NODE, payload);
}

function bulletin(): Uint8Array {
  const payload = encodeBulletin({
    gatewayKeyId: NODE.keyId,
    sequence: 1,
    timeS: 0,
    clockUncertainty: 15,
    group: 0,
    entries: [],
  });
  return new Uint8Array([...payload, ...NODE.sign('tallywell-bulletin-v1', payload)]);
}

function keyNotice(): Uint8Array {
  const notice = { sequence: 1, validFromS: 0, publicKey: STRANGER.publicKey };
  const payload = encodeGatewayKeyNotice(notice);
  return new Uint8Array([...payload, ...NODE.sign('tallywell-gateway-key-v1', payload)]);
}

const withVersion2 = changed(changed(encodeRecord(usage(NODE, 1)), 1), 1);
withVersion2[1] = 2;

test.each<[string, string, Uint8Array]>([
  ['nothing', 'too-short', new Uint8Array(0)],
  ['a signature without payload', 'too-short', GOOD.slice(-64)],
  ['more than 200 bytes', 'too-long', new Uint8Array(201)],
  ['a record cut at its end', 'malformed', GOOD.slice(0, -1)],
  ['random bytes', 'malformed', new Uint8Array(100).fill(0x55)],
  ['another version', 'unknown-version', signedBy(NODE, withVersion2)],
  ['a longer form of the same values', 'not-canonical', longEpoch()],
  ['the same buckets, packed otherwise', 'not-canonical', otherPacking()],
  ['a bulletin', 'not-addressed', bulletin()],
  ["a new gateway key's announcement", 'not-addressed', keyNotice()],
  ['an unregistered key', 'unknown-key', packetOf(STRANGER, usage(STRANGER, 1))],
  ['a changed counter', 'bad-signature', changed(GOOD, 24)],
  ['a changed signature', 'bad-signature', changed(GOOD, GOOD.length - 1)],
  ["another node's signature", 'bad-signature', packetOf(STRANGER, usage(NODE, 1))],
  ['a record after retirement', 'retired-key', packetOf(RETIRED, usage(RETIRED, 3))],
  [
    'an undated record of a retired key',
    'retired-key',
    packetOf(RETIRED, usage(RETIRED, 1, { timeS: 0 })),
  ],
])('%s is refused: %s', (_what, reason, packet) => {
  const verdict = judge(packet, lookups());
  // A cut or changed packet may fail in more than one way; what counts is the closed list.
  expect(verdict.outcome).toBe('refused');
  if (verdict.outcome !== 'refused') return;
  if (reason === 'malformed')
    expect(['malformed', 'too-short', 'unknown-version']).toContain(verdict.reason);
  else expect(verdict.reason).toBe(reason);
});

test('a good record is accepted with its exact bytes', () => {
  const verdict = judge(GOOD, lookups());
  expect(verdict).toMatchObject({ outcome: 'accepted', record: { epoch: 1, sequence: 1 } });
  if (verdict.outcome !== 'accepted') return;
  expect([...verdict.payload, ...verdict.signature]).toEqual([...GOOD]);
  expect(tripleName(verdict.record)).toBe(`${toHex(NODE.keyId)}/1/1`);
});

test('an event is accepted, and what a retired node counted before still is', () => {
  expect(judge(packetOf(NODE, happening(NODE, 2)), lookups()).outcome).toBe('accepted');
  expect(judge(packetOf(RETIRED, usage(RETIRED, 2)), lookups()).outcome).toBe('accepted');
});

test('the same triple again: same bytes are a duplicate, other bytes a conflict', () => {
  expect(judge(GOOD, lookups({ '1/1/1': GOOD })).outcome).toBe('duplicate');
  const other = packetOf(NODE, usage(NODE, 1, { counters: [61, 12] }));
  expect(judge(other, lookups({ '1/1/1': GOOD })).outcome).toBe('conflict');
});

test('the same payload with another signature that holds is a conflict, too: other bytes', () => {
  // A node that signs as RFC 8032 says makes one signature only; whoever has its key could make others.
  const other = new Uint8Array([...GOOD.slice(0, -64), ...new Uint8Array(64).fill(7)]);
  const world = { ...lookups({ '1/1/1': GOOD }), verify: () => true };
  expect(judge(other, world).outcome).toBe('conflict');
});

test('a record counts where its node stood at that time', () => {
  const stays = (...times: [number, number | null][]) => ({
    ...keyOf(NODE, 1, null),
    placements: times.map(([fromS, toS], at) => ({ rowId: at, site: `wp-0${at}`, fromS, toS })),
  });
  const at = (key: KnownKey, timeS: number) => placementAt(key, timeS)?.site ?? null;
  const gone = stays([100, 200], [300, 400], [400, 500]);
  expect([1, 100, 200].map((timeS) => at(gone, timeS))).toEqual(['wp-00', 'wp-00', 'wp-00']);
  // Between two places it is on its way to the next; where one ends as the next begins, it is there.
  expect([201, 299, 300, 399].map((timeS) => at(gone, timeS))).toEqual(new Array(4).fill('wp-01'));
  expect([400, 500].map((timeS) => at(gone, timeS))).toEqual(['wp-02', 'wp-02']);
  expect(at(gone, 501)).toBeNull();
  expect(at(stays([100, null]), 2 ** 32 - 1)).toBe('wp-00');
});

test('no mutation of a good packet is accepted', () => {
  const runs = 300 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
  const mutation = fc.array(fc.record({ at: fc.nat(GOOD.length - 1), byte: fc.nat(255) }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(mutation, fc.nat(GOOD.length), (changes, length) => {
      const packet = new Uint8Array(GOOD);
      for (const { at, byte } of changes) packet[at] = byte;
      const cut = length % 3 === 0 ? packet.slice(0, length) : packet;
      fc.pre(toHex(cut) !== toHex(GOOD));
      expect(judge(cut, lookups()).outcome).toBe('refused');
    }),
    { numRuns: runs, seed: 4 },
  );
});

test('what the judge reads is what the node wrote', () => {
  const record = usage(NODE, 7, { readings: [[1, 350]] });
  expect(decodeRecord(encodeRecord(record))).toEqual(record);
});
