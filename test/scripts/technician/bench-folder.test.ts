/*
 * The bench folder: closed to others, its log signed and chained, its secrets kept out of it.
 * Oracle: node:crypto checks signatures and hashes of the file's own text, by the form in bench-log.ts.
 */
import { fork } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../scripts/technician/bench';
import { benchPublicKey, openBench, verifyLog } from '../../../scripts/technician/bench-folder';
import { checkLog } from '../../../scripts/technician/bench-log';
import { newChannelKey, writeChannelKey, writePod } from '../../../scripts/technician/pod-file';
import { changeSites, nextFreeSlot, readSites } from '../../../scripts/technician/sites';
import { Trouble } from '../../../scripts/technician/trouble';
import { bundleForNode } from '../../gateway/support/bundle';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'tallywell-bench-')), 'bench');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const ENTRY: LogEntry = {
  ...{ act: 'flash', device: '6a1b', site: 'well-3', outcome: 'done', trouble: null },
  facts: { program: 'water-point', bytes: 14_000, wasSame: false },
};
const logText = () => readFileSync(join(folder, 'log.jsonl'), 'utf8');
const modeOf = (name: string) => statSync(join(folder, name)).mode & 0o777;

/** Checks signature and chain with node:crypto alone. */
function checkByHand(text: string, publicKey: string): number {
  const x = Buffer.from(publicKey, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  let before = '0'.repeat(64);
  const texts = text.trimEnd().split('\n');
  for (const one of texts) {
    const body = one.slice('{"line":'.length, one.lastIndexOf(',"signature":"'));
    const signature = Buffer.from(one.slice(one.lastIndexOf(':"') + 2, -2), 'hex');
    expect(verify(null, Buffer.from(`tallywell-bench-log-v1\n${body}`), key, signature)).toBe(true);
    expect(JSON.parse(body).before).toBe(before);
    before = createHash('sha256').update(one).digest('hex');
  }
  return texts.length;
}

describe('the log', () => {
  it('is signed and chained as its form says', () => {
    const bench = openBench(folder);
    bench.log(ENTRY);
    bench.log({ ...ENTRY, outcome: 'failed', trouble: 'unplugged', facts: { name: 'Été \u0627' } });
    expect(checkByHand(logText(), benchPublicKey(folder))).toBe(2);
    expect(verifyLog(folder)).toMatchObject({ wrongLine: null, reason: null, isTorn: false });
    expect(verifyLog(folder).lines[1]).toMatchObject({ number: 2, trouble: 'unplugged' });
  });

  it('heals a line that a power cut tore, and says so', () => {
    const bench = openBench(folder);
    bench.log(ENTRY);
    appendFileSync(join(folder, 'log.jsonl'), '{"line":{"act":"fl\0\0\0');
    expect(verifyLog(folder)).toMatchObject({ wrongLine: null, isTorn: true });
    bench.log({ ...ENTRY, act: 'provision' });
    const { lines, wrongLine } = verifyLog(folder);
    expect(wrongLine).toBeNull();
    expect(lines.map(({ act }) => act)).toEqual(['flash', 'log', 'provision']);
    expect(lines[1].facts).toEqual({ tornBytes: 21 });
  });

  it('finds every single changed byte, and lines that were taken away', () => {
    const bench = openBench(folder);
    for (const act of ['flash', 'provision', 'label']) bench.log({ ...ENTRY, act });
    const text = logText();
    const key = Buffer.from(benchPublicKey(folder), 'hex');
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.integer({ min: 1, max: 94 }), (at, by) => {
        const sign = String.fromCharCode(32 + ((text.charCodeAt(at) - 32 + by) % 95));
        const changed = `${text.slice(0, at)}${text[at] === '\n' ? 'x' : sign}${text.slice(at + 1)}`;
        expect(checkLog(changed, key, 3).wrongLine).not.toBeNull();
      }),
      { numRuns: 400 },
    );
    const [one, two, three] = text.split('\n');
    expect(checkLog(`${one}\n${three}\n`, key, 3)).toMatchObject({ wrongLine: 2, reason: 'chain' });
    expect(checkLog(`${two}\n${one}\n`, key, 0)).toMatchObject({ wrongLine: 1, reason: 'chain' });
    writeFileSync(join(folder, 'log.jsonl'), `${one}\n${two}\n`);
    expect(verifyLog(folder)).toMatchObject({ wrongLine: 3, reason: 'lost' });
  });

  it('adds nothing behind a changed line', () => {
    const bench = openBench(folder);
    bench.log(ENTRY);
    writeFileSync(join(folder, 'log.jsonl'), logText().replace('well-3', 'well-4'));
    expect(() => bench.log(ENTRY)).toThrow(Trouble);
  });
});

describe('what goes into the log', () => {
  it('takes any text in its facts and reads it back the same', () => {
    const bench = openBench(folder);
    const fact = fc.oneof(fc.string({ unit: 'binary' }), fc.boolean(), fc.integer());
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fact, { maxKeys: 5 }),
        (facts) => {
          bench.log({ ...ENTRY, facts });
          const { lines, wrongLine } = verifyLog(folder);
          expect(wrongLine).toBeNull();
          expect(lines.at(-1)?.facts).toEqual(JSON.parse(JSON.stringify(facts)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses the channel key in a fact', () => {
    const bench = openBench(folder);
    const key = newChannelKey();
    writeChannelKey(folder, key);
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      const facts = { psk: Buffer.from(key).toString(form) };
      expect(() => bench.log({ ...ENTRY, facts })).toThrow('channel key');
    }
    expect(logText()).toBe('');
  });

  it('keeps every line when several processes add at once', async () => {
    openBench(folder);
    const worker = await bundleForNode('../../scripts/technician/support/log-worker');
    const done = [1, 2, 3].map(
      (name) =>
        new Promise<number | null>((resolve) => {
          fork(worker, [folder, `w${name}`, '10'], { stdio: 'inherit' }).on('exit', resolve);
        }),
    );
    expect(await Promise.all(done)).toEqual([0, 0, 0]);
    const { lines, wrongLine } = verifyLog(folder);
    expect(wrongLine).toBeNull();
    expect(lines).toHaveLength(30);
    expect(lines.filter(({ device }) => device === 'w2')).toHaveLength(10);
  });
});

describe('the folder', () => {
  it('is closed to others, and so are its secrets', () => {
    const bench = openBench(folder);
    writeChannelKey(folder, newChannelKey());
    bench.log(ENTRY);
    expect(modeOf('.')).toBe(0o700);
    for (const name of ['bench.key', 'channel.key', 'log.jsonl']) expect(modeOf(name)).toBe(0o600);
  });

  it('knows no pod before it was told one', () => {
    const bench = openBench(folder);
    expect(() => bench.pod()).toThrow(expect.objectContaining({ code: 'no-pod' }));
    expect(() => bench.channelKey()).toThrow(expect.objectContaining({ code: 'no-pod' }));
    const pod = {
      ...{
        pod: 'hill',
        gatewayUrl: null,
        gatewayKey: 'ab'.repeat(32),
        gatewayNode: 7,
        channelNum: 0,
      },
      ...{ recoveryKey: null, region: 'EU_868' as const, preset: 'LONG_FAST' },
    };
    writePod(folder, pod);
    expect(openBench(folder).pod()).toEqual(pod);
    writeFileSync(join(folder, 'pod.json'), '{"pod":"hill"}');
    expect(() => bench.pod()).toThrow(expect.objectContaining({ code: 'bad-file' }));
  });

  it('refuses a channel key whose hash marks other packets', () => {
    openBench(folder);
    // The hash is the XOR of all bytes of name and key.
    const key = new Uint8Array(32);
    key[0] = [...'serial'].reduce((hash, sign) => hash ^ sign.charCodeAt(0), 0);
    expect(() => writeChannelKey(folder, key)).toThrow(
      expect.objectContaining({ code: 'zero-hash' }),
    );
  });

  it('gives back what was saved, newest first, and what was taken back never again', () => {
    const bench = openBench(folder);
    const of = (act: string) => ({
      ...{ device: '!9ea1f77c', act, publicKey: null, radio: { lora: { region: 3 } } },
      files: [{ name: 'tw.cfg', bytes: new Uint8Array([0, 255, 7]) }],
    });
    bench.save(of('radio'));
    bench.save(of('flash'));
    expect(bench.newestSaved('x')).toBeNull();
    const newest = openBench(folder).newestSaved('!9ea1f77c');
    expect(newest?.snapshot).toEqual(of('flash'));
    newest?.takenBack();
    expect(bench.newestSaved('!9ea1f77c')?.snapshot).toEqual(of('radio'));
    const journal = [{ name: 'journal', bytes: new Uint8Array(4) }];
    expect(() => bench.save({ ...of('flash'), files: journal })).toThrow('journal');
  });

  it('counts slots of sites in use and of the gateway', () => {
    openBench(folder);
    const node = (slot: number, retiredAt: number | null) => ({
      ...{ publicKey: String(slot).repeat(64).slice(0, 64), slot, calibration: null, placedAt: 5 },
      ...{ retiredAt, device: 'd', profile: 'water-point', wiring: {}, radioPowerPin: null },
    });
    const site = { name: 'Well', kind: 'water-point' as const, latitude: null, longitude: null };
    changeSites(folder, (all) => {
      all.slotsTaken = [0, 3];
      all.sites.push({ ...site, site: 'b', nodes: [node(1, null)] });
      all.sites.push({ ...site, site: 'a', nodes: [node(2, 9)] });
    });
    expect(nextFreeSlot(readSites(folder))).toBe(2);
    expect(readSites(folder).sites.map((one) => one.site)).toEqual(['a', 'b']);
  });
});
