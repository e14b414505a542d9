/*
 * Tests of the log: levels, components, both forms, no secrets, and no more lines than an SD card can bear.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineBudget } from '../../../gateway/core/line-budget';
import { redact } from '../../../gateway/core/redact';
import { createLog, isJournal, type LogOptions, partsOf } from '../../../gateway/edges/log';
import { makeRecoveryWords } from '../../../gateway/edges/recovery-words';
import { LOG_LINES_PER_HOUR } from '../../../gateway/limits/operations';

function logged(lines: string[], options: Partial<LogOptions> = {}): string[] {
  const written: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    priorities: false,
    time: false,
    write: (text) => void written.push(text),
    steadyMs: () => 0,
    ...options,
  });
  for (const line of lines) log(line);
  return written;
}

test('JSON: one object a line, with level and component', () => {
  const lines = logged(['radio ready', 'WARNING: clock: odd\nsecond', 'page http://127.0.0.1:1/']);
  expect(lines.every((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n'))).toBe(
    true,
  );
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'info', component: 'radio', msg: 'radio ready' },
    { level: 'warn', component: 'clock', msg: 'clock: odd | second' },
    { level: 'info', component: 'gateway', msg: 'page http://127.0.0.1:1/' },
  ]);
});

test('the journal gets priorities and no time, a file the time', () => {
  const [warning, good] = logged(['radio lost: sync-silent', 'radio ready'], { priorities: true });
  expect(warning).toMatch(/^<4>\{.*\}\n$/);
  expect(good).toMatch(/^<6>\{.*\}\n$/);
  const { time } = JSON.parse(logged(['x'], { time: true })[0]) as { time: string };
  expect(new Date(time).toISOString()).toBe(time);
  expect(isJournal({})).toBe(false);
});

test('text: short lines for people; a level leaves out what is less important', () => {
  expect(logged(['radio ready', 'WARNING: no key', 'disk full (x)'], { format: 'text' })).toEqual([
    'radio ready\n',
    'WARNING: gateway: no key\n',
    'WARNING: disk full (x)\n',
  ]);
  for (const format of ['text', 'json'] as const) {
    expect(logged(['radio ready', 'WARNING: no key'], { format, level: 'warn' }).length).toBe(1);
    expect(logged(['radio ready', 'WARNING: no key'], { format, level: 'error' })).toEqual([]);
  }
});

test.each<[string, string, string]>([
  ['radio: connect ECONNREFUSED 127.0.0.1:4403', 'warn', 'radio'],
  ['broker mqtt://h: connected', 'info', 'broker'],
  ['broker mqtt://h: Not authorized', 'warn', 'broker'],
  ['clock: trusted, from ntp', 'info', 'clock'],
  ['register: taken over again', 'info', 'register'],
])('%s is %s of %s', (line, level, component) => {
  expect(partsOf(line)).toMatchObject({ level, component });
});

const PSK = Buffer.alloc(32, 0xa7).toString('base64');

test.each<[string, string]>([
  ['broker mqtt://user:hunter22@host:1883: refused', 'hunter22'],
  ['x mqtts://tok3nonly@host/', 'tok3nonly'],
  ['mqtt://us/er', 'nothing-here'],
  ['authorization: Bearer abc.DEF-123_x', 'abc.DEF-123_x'],
  ['{"password": "pass word"}', 'pass word'],
  ['mqtt_password=hunter22&x=1', 'hunter22'],
  ['token: tw_0123456789abcdef', 'tw_0123456789abcdef'],
  [`channel psk ${PSK}.`, PSK],
  [`psk=${PSK}`, PSK],
  ['-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----', 'MC4CAQAw'],
  ['-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA', 'MC4CAQAw'],
  ['login of known-secret-1 failed', 'known-secret-1'],
])('%j: the secret is not written', (line, secret) => {
  for (const format of ['text', 'json'] as const) {
    expect(logged([line], { format, secrets: ['known-secret-1'] }).join('')).not.toContain(secret);
  }
});

test('words of a recovery key are never written, numbered or not', () => {
  for (let run = 0; run < 50; run += 1) {
    const words = makeRecoveryWords();
    const forms = [
      words.join(' '),
      words.join('\n'),
      words.map((word, at) => `${at + 1} ${word}`).join('  '),
      `the words: ${words.join(' ')} (end)`,
    ];
    for (const form of forms) {
      const clean = logged([form]).join('');
      expect(words.filter((word) => clean.includes(` ${word} `))).toEqual([]);
    }
  }
});

test('what is no secret stays: addresses, public keys, sentences', () => {
  const key = '8f'.repeat(32);
  for (const line of [
    'broker mqtt://127.0.0.1:1883: connected',
    `public key ${key}`,
    'page http://127.0.0.1:8080/  broker mqtt://127.0.0.1:1883',
    'no recovery key: if this computer is stolen the nodes must all be visited; run `tallywell recovery-key make`',
    'the recovery key was not tried for a year: run `tallywell recovery-key drill` with the sheet of paper',
    'WARNING: the key is there but the database is new. Was gateway.sqlite lost? Nodes will send again what they still keep.',
    'a user@example.org and me@host',
  ]) {
    expect(redact(line)).toBe(line);
  }
});

test('a name and password in any URL are hidden', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9!$%^*()_+.,;:=-]{6,20}$/);
  fc.assert(
    fc.property(
      part,
      part,
      fc.constantFrom('mqtt', 'mqtts', 'http', 'ws'),
      (name, password, scheme) => {
        const line = redact(`at ${scheme}://u${name}:p${password}q@host.example:1883/path failed`);
        expect(line).toBe(`at ${scheme}://***@host.example:1883/path failed`);
      },
    ),
  );
});

test('a radio that is away for a month writes a line an hour, not one a second', () => {
  const budget = createLineBudget();
  let written = 0;
  for (let second = 0; second < 30 * 86_400; second += 1) {
    written += budget.take('radio: connect ECONNREFUSED', second * 1000).length;
    if (second % 60 === 0) written += budget.take('radio lost: sync-silent', second * 1000).length;
  }
  expect(written).toBeLessThanOrEqual(2 * 2 * 30 * 24 + 4);
  expect(written).toBeGreaterThanOrEqual(30 * 24);
});

test('how often a line came is said when its hour is over', () => {
  const budget = createLineBudget();
  expect(budget.take('a', 0)).toEqual(['a']);
  for (let at = 1; at <= 5; at += 1) expect(budget.take('a', at)).toEqual([]);
  expect(budget.take('b', 3_600_000)).toEqual(['a (5 more times in 60 min)', 'b']);
  expect(budget.take('a', 3_600_001)).toEqual(['a']);
});

test('no hour writes more than its limit, whatever comes, and what was left out is told', () => {
  const budget = createLineBudget();
  let written = 0;
  for (let at = 0; at < 10_000; at += 1) written += budget.take(`line ${at}`, at).length;
  expect(written).toBe(LOG_LINES_PER_HOUR);
  const next = budget.take('after', 3_600_000);
  expect(next[0]).toBe(
    `log: ${10_000 - LOG_LINES_PER_HOUR} lines were left out, there were too many`,
  );
  expect(next).toContain('after');
});
