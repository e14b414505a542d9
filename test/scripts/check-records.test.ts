/*
 * Tests of `tallywell check-records`: records signed by node:crypto, files as exports write them; good, forged, cut off,
 * and with the keys of somebody else.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { signedKeys } from '../../gateway/export/signed';
import { keyWordsOf } from '../../gateway/web/key-words';
import { itemsOf, registerCheckRecordsCommand } from '../../scripts/check-records';
import { toHex } from '../../shared/bytes';
import { coseSign1 } from '../../shared/cose';
import { encodeRecord } from '../../shared/record';
import { BOOT_S, testNode, usage } from '../gateway/support/nodes';
import { testFolder } from '../gateway/support/places';

const NODE = testNode(1);
const HEX = toHex(NODE.publicKey);

function cose(sequence: number): Uint8Array {
  // The first does not know the time: the others date it.
  const payload = encodeRecord(usage(NODE, sequence, sequence === 1 ? { timeS: 0 } : {}));
  return coseSign1(payload, NODE.sign('tallywell-record-v1', payload));
}

function files(records: Uint8Array[]) {
  const folder = testFolder();
  const [file, keys] = ['records.cborseq', 'keys.json'].map((name) => join(folder, name));
  writeFileSync(file, Buffer.concat(records));
  const key = { site: 'wp-01', publicKey: NODE.publicKey, keyId: NODE.keyId, fromS: 0, toS: null };
  writeFileSync(keys, signedKeys('p', [key as never]));
  return { file, keys };
}

/** The verb as the program runs it, in this process: starting one takes long on a small machine. */
async function check(...args: string[]) {
  const said = { out: '', err: '' };
  const keep = (which: 'out' | 'err') => (text: string | Uint8Array) => {
    said[which] += text;
    return true;
  };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
  process.exitCode = undefined;
  const program = new Command();
  registerCheckRecordsCommand(program);
  await program.parseAsync(['node', 'tallywell', 'check-records', ...args]);
  const status = process.exitCode ?? 0;
  process.exitCode = undefined;
  out.mockRestore();
  err.mockRestore();
  return { status, text: said.out, words: said.err };
}

test('good records: how many, what they come to, and the words of the label', async () => {
  const { file, keys } = files([1, 2, 3, 4].map(cose));
  const all = await check(file, '--keys', keys);
  expect([all.status, all.text]).toEqual([
    0,
    `${keyWordsOf(HEX).join(' ')}  wp-01  4 records, 24 L\ngood: 4 of 4\nCompare the words with the labels at the sites.\n`,
  ]);
  const day = new Date(BOOT_S * 1000).toISOString().slice(0, 10);
  const before = await check(file, '--key', HEX, '--to', day, '--json');
  expect(JSON.parse(before.text)).toMatchObject({ records: 4, bad: [], keys: [{ litres: 0 }] });
});

test('one bit turned, the end cut off, another key, no key, no file: not good, and said why', async () => {
  const forged = cose(3);
  forged[40] ^= 1;
  const turned = files([cose(2), forged, cose(4)]);
  const bad = await check(turned.file, '--keys', turned.keys);
  expect([bad.status, bad.text]).toEqual([
    1,
    expect.stringContaining('NOT GOOD: record 2: signature'),
  ]);
  const cut = files([cose(2), cose(3).subarray(0, 100)]);
  expect((await check(cut.file, '--keys', cut.keys)).text).toContain('NOT GOOD: record 2: form');
  const other = await check(turned.file, '--key', toHex(testNode(2).publicKey));
  expect([other.status, other.text]).toEqual([1, expect.stringContaining('unknown-key')]);
  expect(await check(turned.file)).toMatchObject({
    status: 1,
    words: expect.stringContaining('--keys'),
  });
  expect((await check('nowhere', '--key', HEX)).status).toBe(1);
});

test('any bytes are cut into pieces that are all of them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(3), (junk, count) => {
      const whole = Buffer.concat([
        ...Array.from({ length: count }, (_, at) => cose(at + 1)),
        junk,
      ]);
      const items = itemsOf(new Uint8Array(whole));
      expect(Buffer.concat(items).equals(whole)).toBe(true);
      expect(items.length).toBeGreaterThanOrEqual(count);
    }),
  );
});
