/*
 * The verbs `tallywell recovery-key` and `tallywell clock` as processes, as a technician runs them.
 * Oracles: BIP-39's published vector, @noble/ed25519 for the key, a node's own judgement of the announcement.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { getPublicKeyAsync } from '@noble/ed25519';
import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expect, onTestFinished, test } from 'vitest';
import { readGatewayKeyNotice } from '../../gateway/core/gateway-key-notice';
import { createNoticePlan } from '../../gateway/core/notice-plan';
import { readRecoveryWords, recoveryKeyOf } from '../../gateway/edges/recovery-words';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { ownNotice, recoveryView, recoveryWarnings } from '../../gateway/recovery';
import { packageFolder } from '../../scripts/village/options';
import { fromHex, toHex } from '../../shared/bytes';
import { verifySigned } from '../../shared/verify';
import { testFolder } from '../gateway/support/places';

const PUBLISHED = `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`;

async function tallywell(args: string[], input = '') {
  const script = join(packageFolder(), 'dist/tallywell.js');
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, TALLYWELL_TOKEN: 'abc' },
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    out += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, out };
}

const recovery = (verb: string, folder: string, input = '', more: string[] = []) =>
  tallywell(['recovery-key', verb, '--data', folder, ...more], input);

function facts(folder: string): (name: string) => string | number | undefined {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const rows = database.prepare('SELECT name, value FROM meta').all() as {
    name: string;
    value: string;
  }[];
  database.close();
  return (name) => rows.find((row) => row.name === name)?.value;
}

/** Makes a recovery key. @returns its words, read from the sheet. */
async function make(folder: string, sheet: string): Promise<string> {
  const made = await recovery('make', folder, '', ['--out', sheet, '--pod', 'hill']);
  expect(made.code, made.out).toBe(0);
  const words = [...readFileSync(sheet, 'utf8').matchAll(/<li>([a-z]+)<\/li>/g)].map(
    ([, word]) => word,
  );
  expect(words).toHaveLength(24);
  expect(made.out).not.toContain(words.slice(0, 3).join(' '));
  return words.join(' ');
}

test('the published vector, and words as people type them', () => {
  const words = readRecoveryWords(PUBLISHED);
  expect(words).toEqual(PUBLISHED.split(' '));
  const seed = mnemonicToEntropy(PUBLISHED, wordlist);
  expect(toHex(seed)).toBe('7f'.repeat(32));
  const numbered = PUBLISHED.split(' ').map(
    (word, i) => `${i + 1}. ${word.slice(0, 4).toUpperCase()}`,
  );
  expect(readRecoveryWords(numbered.join('\n'))).toEqual(words);
  expect(readRecoveryWords('legal winner')).toEqual({ wrong: '2 words, not 24' });
  const unknown = readRecoveryWords(PUBLISHED.replace('sausage', 'sossidge'));
  expect(unknown).toEqual({ wrong: 'not a word of the list: number 6' });
  expect(readRecoveryWords(PUBLISHED.replace('title', 'useful'))).toHaveProperty('wrong');
});

test('make shows the words on the sheet only, and keeps nothing but the public half', async () => {
  const folder = testFolder();
  const sheet = join(testFolder(), 'sheet.html');
  expect((await recovery('make', folder)).out).toContain('--out');
  const words = await make(folder, sheet);
  expect(statSync(sheet).mode & 0o777).toBe(0o600);
  const html = readFileSync(sheet, 'utf8');
  expect(html).toContain('<svg');
  expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  const seed = mnemonicToEntropy(words, wordlist);
  const publicKey = toHex(await getPublicKeyAsync(seed));
  expect(html).toContain(publicKey);
  expect(facts(folder)('recovery_public_key')).toBe(publicKey);
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, file));
    for (const secret of [
      Buffer.from(seed),
      Buffer.from(toHex(seed)),
      Buffer.from(words.slice(0, 25)),
    ]) {
      expect(bytes.includes(secret)).toBe(false);
    }
  }
  expect((await recovery('make', folder, '', ['--out', `${sheet}2`])).out).toContain('--replace');
  expect((await recovery('show', folder)).out).toContain(publicKey);
});

test('a drill proves the paper, notes the day, and refuses wrong words', async () => {
  const folder = testFolder();
  const words = await make(folder, join(testFolder(), 'sheet.html'));
  const nowS = Math.floor(Date.now() / 1000);
  expect((await recovery('drill', folder, `${PUBLISHED}\n`)).out).toContain('another pod');
  const torn = await recovery('drill', folder, words.split(' ').slice(1).join(' '));
  expect([torn.code, torn.out.includes('23 words')]).toEqual([1, true]);
  expect(facts(folder)('recovery_drilled_s')).toBe(undefined);
  expect((await recovery('drill', folder, `${words.toUpperCase()}\n`)).code).toBe(0);
  const view = recoveryView(facts(folder), null);
  expect(view.drilled).toBeGreaterThanOrEqual(nowS);
  expect(recoveryWarnings(view, nowS)).toEqual([]);
  expect(recoveryWarnings(view, nowS + 400 * 86_400)[0]).toContain('drill');
  expect(
    recoveryWarnings(
      recoveryView(() => undefined, null),
      nowS,
    )[0],
  ).toContain('make');
});

test('a new gateway: wrong words change nothing, right ones sign its key with a number that only rises', async () => {
  const folder = testFolder();
  const words = await make(folder, join(testFolder(), 'sheet.html'));
  const recoveryKey = fromHex(String(facts(folder)('recovery_public_key')));
  const refused = await recovery('new-gateway', folder, `${PUBLISHED}\n`);
  expect([refused.code, existsSync(join(folder, 'gateway.key'))]).toEqual([1, false]);
  const read = (text: string | number | undefined) => {
    const notice = readGatewayKeyNotice(fromHex(String(text)), recoveryKey, verifySigned);
    if (typeof notice === 'string') throw new Error(notice);
    return notice;
  };
  const late = ['--time', '2027-05-01T00:00Z'];
  expect((await recovery('new-gateway', folder, `${words}\n`, late)).code).toBe(0);
  const first = read(facts(folder)('gateway_key_notice'));
  expect(toHex(first.publicKey)).toBe(facts(folder)('gateway_public_key'));
  expect(first.sequence).toBe(Date.UTC(2027, 4, 1) / 1000);
  expect((await recovery('new-gateway', folder, `${words}\n`)).out).toContain('--replace');
  // With an earlier clock than the first: the number rises all the same.
  const early = ['--replace', '--time', '2026-12-01T00:00Z'];
  expect((await recovery('new-gateway', folder, `${words}\n`, early)).code).toBe(0);
  const second = read(facts(folder)('gateway_key_notice'));
  expect(second.sequence).toBe(first.sequence + 1);
  expect(toHex(second.publicKey)).not.toBe(toHex(first.publicKey));
  const own = fromHex(String(facts(folder)('gateway_public_key')));
  expect(ownNotice(facts(folder), own)).toBeInstanceOf(Uint8Array);
  expect(ownNotice(facts(folder), recoveryKey)).toEqual({ wrong: 'it names another key' });
  const other = toHex(recoveryKeyOf(PUBLISHED.split(' ')).publicKey);
  const fresh = testFolder();
  const given = await recovery('new-gateway', fresh, `${words}\n`, ['--public-key', other]);
  expect([given.code, existsSync(join(fresh, 'gateway.key'))]).toEqual([1, false]);
});

test('the announcement goes before every bulletin until all nodes took the key, then once a day', () => {
  const plan = createNoticePlan();
  const hours = (count: number) => Array.from({ length: count }, () => plan.isDue(2, [1, 2]));
  expect(hours(5).every(Boolean)).toBe(true);
  for (let i = 0; i < 6; i++) plan.heardFresh(1);
  plan.heardFresh(2);
  expect([plan.waiting([1, 2]), hours(5).every(Boolean)]).toEqual([1, true]);
  for (let i = 0; i < 6; i++) plan.heardFresh(2);
  expect([plan.waiting([1, 2]), hours(48).filter(Boolean).length]).toEqual([0, 2]);
  plan.heardAgain(2);
  expect(plan.waiting([1, 2])).toBe(1);
  expect(hours(2000).filter(Boolean).length).toBeLessThan(720 + 60);
});

test('the clock is set over HTTP, with a token that is never shown', async () => {
  const asked: { method?: string; url?: string; token?: string; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({
        method: request.method,
        url: request.url,
        token: request.headers.authorization,
        body,
      });
      const clock = {
        state: 'trusted',
        source: 'technician',
        uncertaintyS: 5,
        since: 1_790_000_000,
      };
      response.end(JSON.stringify({ t: 1_790_000_000, clock, words: 'taken' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const shown = await tallywell(['clock', 'show', '--url', url]);
  expect(shown.out).toContain('trusted, from technician');
  const set = await tallywell(['clock', 'set', '2026-11-24T12:30:00+01:00', '--url', url]);
  expect([set.code, set.out.includes('taken'), set.out.includes('abc')]).toEqual([0, true, false]);
  expect(asked[1]).toMatchObject({ method: 'POST', url: '/api/v1/clock', token: 'Bearer abc' });
  expect(JSON.parse(asked[1].body)).toEqual({ timeMs: Date.UTC(2026, 10, 24, 11, 30) });
  expect((await tallywell(['clock', 'set', '2026-11-24 12:30', '--url', url])).out).toContain(
    'zone',
  );
  expect((await tallywell(['clock', 'show', '--url', 'http://127.0.0.1:9'])).out).toContain(
    'no gateway',
  );
  const file = join(testFolder(), 'token');
  writeFileSync(file, 'xyz\n');
  await tallywell(['clock', 'show', '--url', url, '--token-file', file]);
  expect(asked[2].token).toBe('Bearer xyz');
});
