/*
 * Tests of the records behind a figure: judged as node:crypto judges them, with every bit of a record turned once; and added up as the
 * gateway's own sums, with records lost, carried, late and moved.
 */
import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BehindRecord,
  type BehindVerify,
  judgeRecord,
  shownCount,
  sumOfGood,
} from '../../../gateway/core/behind';
import { coseSign1, sigStructure } from '../../../shared/cose';
import { encodeRecord, type UsageRecord } from '../../../shared/record';
import { keyIdOf, verifySigned } from '../../../shared/verify';
import { BOOT_S, testNode, usage } from '../support/nodes';

const NODE = testNode(1);
const NOBLE: BehindVerify = { verify: verifySigned, keyIdOf };

function signed(record: UsageRecord, id = record.sequence, bootTimeS = BOOT_S): BehindRecord {
  const payload = encodeRecord(record);
  const cose = coseSign1(payload, NODE.sign('tallywell-record-v1', payload));
  return { id, by: 1, bootTimeS, cose };
}

/** OpenSSL's word, from the standard's own structure: the form of the bytes is fixed, so they are cut by place. */
function openSslSaysGood(cose: Uint8Array): boolean {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(NODE.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const good = signed(usage(NODE, 3)).cose;
  const head = 9;
  const sameFrame = [...good.keys()].every((at) => {
    const isPayload = at >= head && at < good.length - 66;
    const isSignature = at >= good.length - 64;
    return isPayload || isSignature || cose[at] === good[at];
  });
  const payload = cose.subarray(head, cose.length - 66);
  return (
    sameFrame &&
    verify(null, sigStructure('tallywell-record-v1', payload), key, cose.subarray(cose.length - 64))
  );
}

test('a record with any one bit turned is not good, as OpenSSL says; each has a reason', () => {
  const record = signed(usage(NODE, 3));
  expect(openSslSaysGood(record.cose)).toBe(true);
  expect(judgeRecord(record, [NODE.publicKey], NOBLE).reason).toBeNull();
  const reasons = new Map<string, number>();
  for (let bit = 0; bit < record.cose.length * 8; bit++) {
    const cose = Uint8Array.from(record.cose);
    cose[bit >> 3] ^= 1 << (bit & 7);
    expect(openSslSaysGood(cose)).toBe(false);
    const { reason } = judgeRecord({ ...record, cose }, [NODE.publicKey], NOBLE);
    expect(reason, `bit ${bit}`).not.toBeNull();
    reasons.set(String(reason), (reasons.get(String(reason)) ?? 0) + 1);
  }
  expect([...reasons.keys()].sort()).toEqual(['form', 'signature', 'unknown-key']);
});

test('another key, no key, no bytes, a date that the record does not have', () => {
  const record = signed(usage(NODE, 3));
  const reasonOf = (other: Partial<BehindRecord>, keys = [NODE.publicKey]) =>
    judgeRecord({ ...record, ...other }, keys, NOBLE).reason;
  expect(reasonOf({}, [testNode(2).publicKey])).toBe('unknown-key');
  expect(reasonOf({}, [])).toBe('unknown-key');
  expect(reasonOf({ cose: new Uint8Array() })).toBe('form');
  expect(reasonOf({ bootTimeS: BOOT_S + 86_400 })).toBe('date');
  expect(reasonOf({ bootTimeS: BOOT_S + 60 })).toBeNull();
  const junk = new Uint8Array([1, 2, 3]);
  const wrong = coseSign1(junk, NODE.sign('tallywell-record-v1', junk));
  expect(reasonOf({ cose: wrong })).toBe('record');
});

test('any bytes are judged and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 250 }), (cose) => {
      const record = { id: 1, by: 1, bootTimeS: null, cose };
      expect(judgeRecord(record, [NODE.publicKey], NOBLE).reason).not.toBeNull();
    }),
  );
});

test('sums: each bucket once, in its period, whichever of the records that bring it are lost', () => {
  const hour = fc.array(fc.nat(40), { minLength: 12, maxLength: 12 });
  const hours = fc.array(hour, { minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(hours, fc.nat(7), fc.nat(9), fc.nat(9), (counts, lost, a, b) => {
      const flat = counts.flat();
      const [from, before] = [Math.min(a, b), Math.max(a, b)].map((at) => BOOT_S + at * 3600);
      // Each record carries the hour before, so that one lost record loses nothing.
      const records = counts.map((_, at) => {
        const sequence = at + 1;
        const buckets = flat.slice(Math.max(0, (at - 1) * 12), sequence * 12).map((dl) => [dl, 1]);
        const sum = flat.slice(0, sequence * 12).reduce((so, dl) => so + dl, 0);
        return usage(NODE, sequence, { buckets, counters: [sum, sequence * 12] });
      });
      const kept = records.filter(
        (_, at) => at !== lost % records.length || at === records.length - 1,
      );
      const judged = kept.map((one) =>
        judgeRecord(signed(one), [NODE.publicKey], { ...NOBLE, verify: () => true }),
      );
      const expected = flat.filter((_, at) => {
        const startS = BOOT_S + at * 300;
        return startS >= from && startS < before;
      });
      const sums = sumOfGood({ period: 'today', from, before }, judged);
      expect(shownCount('water-point', sums)).toBe(expected.reduce((so, dl) => so + dl, 0));
    }),
  );
});

test('ever: the counters, without what the node had counted elsewhere', () => {
  const last = judgeRecord(signed(usage(NODE, 9)), [NODE.publicKey], NOBLE);
  const before = judgeRecord({ ...signed(usage(NODE, 4)), by: -1 }, [NODE.publicKey], NOBLE);
  const ever = { period: 'ever' as const, from: 0, before: 0 };
  expect(sumOfGood(ever, [last, before])).toEqual([5 * 60, 5 * 12]);
  expect(shownCount('canteen', [3, 4])).toBe(7);
});
