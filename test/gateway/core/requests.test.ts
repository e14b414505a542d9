/*
 * Tests of gateway/core/requests.ts: what is read from a request, every reason, and that any bytes give one or the other.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createRate,
  mayAnswerTo,
  REQUEST_REASONS,
  readRequest,
  responseVerb,
} from '../../../gateway/core/requests';
import { REQUEST_BYTES_MAX, REQUESTS_BURST, REQUESTS_PER_S } from '../../../gateway/limits/mqtt';

function read(verb: string, text: string) {
  return readRequest(verb, Buffer.byteLength(text), () => text);
}

test('a request is read with its transaction; nothing is a request without arguments', () => {
  expect(read('health', '')).toEqual({ request: { verb: 'health' } });
  expect(read('sites', '{"transaction":"a-1"}')).toEqual({
    ...{ request: { verb: 'sites' }, transaction: 'a-1' },
  });
  expect(read('records', '{"site":"wp-01","transaction":7}')).toEqual({
    request: { verb: 'records', site: 'wp-01', after: 0, limit: 100 },
    transaction: 7,
  });
  expect(read('clock', '{"timeMs":1772323200000}')).toEqual({
    request: { verb: 'clock', timeMs: 1_772_323_200_000, uncertaintyS: undefined },
  });
});

const REFUSED: [string, string, string][] = [
  ['health', 'x', 'not-json'],
  ['health', '[]', 'not-json'],
  ['health', 'null', 'not-json'],
  ['health', ' '.repeat(REQUEST_BYTES_MAX + 1), 'too-long'],
  ['reboot', '{}', 'unknown-verb'],
  ['constructor', '{}', 'unknown-verb'],
  ['__proto__', '{}', 'unknown-verb'],
  ['', '{}', 'unknown-verb'],
  ['health', '{"site":"wp-01"}', 'bad-argument'],
  ['health', `{"transaction":"${'x'.repeat(65)}"}`, 'bad-argument'],
  ['health', '{"transaction":1.5}', 'bad-argument'],
  ['records', '{}', 'bad-argument'],
  ['records', '{"site":"a/b"}', 'bad-argument'],
  ['records', '{"site":"wp-01","limit":501}', 'bad-argument'],
  ['records', '{"site":"wp-01","limit":0}', 'bad-argument'],
  ['records', '{"site":"wp-01","after":-1}', 'bad-argument'],
  ['records', '{"site":"wp-01","after":"1"}', 'bad-argument'],
  ['records', '{"site":"wp-01","limits":5}', 'bad-argument'],
  ['clock', '{"timeMs":"now"}', 'bad-argument'],
  ['clock', '{"timeMs":1,"uncertaintyS":-1}', 'bad-argument'],
  ['retell', '{"site":"wp-01"}', 'bad-argument'],
];

test.each(REFUSED)('%s %s is refused: %s', (verb, text, reason) => {
  expect(read(verb, text)).toMatchObject({ reason });
});

test('any verb and any bytes give a request or a reason of the list, never an exception', () => {
  const verb = fc.oneof(fc.constantFrom('records', 'clock', 'retell', 'health'), fc.string());
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map((value) => `{"site":${JSON.stringify(value)}}`),
  );
  fc.assert(
    fc.property(verb, text, (name, body) => {
      const result = read(name, body);
      if ('reason' in result) {
        expect(REQUEST_REASONS).toContain(result.reason);
        expect(result.words).not.toBe('');
      } else expect(result.request.verb).toBe(name);
    }),
  );
});

test('answers go to the verb asked for where that is a word, and only below bridge/response/', () => {
  expect(responseVerb('records')).toBe('records');
  expect(responseVerb('re-boot')).toBe('re-boot');
  for (const odd of ['', 'A', 'a/b', '#', '$x', 'x'.repeat(33)]) {
    expect(responseVerb(odd)).toBe('unknown');
  }
  const base = 'tallywell/pod/bridge/response/';
  expect(mayAnswerTo(`${base}phone-7`, base)).toBe(true);
  expect(mayAnswerTo(`${base}phone/7`, base)).toBe(true);
  const forbidden = [
    base,
    `${base}+`,
    `${base}a/#`,
    `${base}/a`,
    `${base}a/../b`,
    'tallywell/pod/bridge/state',
  ];
  for (const topic of [...forbidden, `${base}${'x'.repeat(256)}`]) {
    expect(mayAnswerTo(topic, base)).toBe(false);
  }
});

test('a burst goes through, then so many a second', () => {
  let nowMs = 0;
  const take = createRate(() => nowMs);
  const taken = (times: number) => Array.from({ length: times }, take).filter(Boolean).length;
  expect(taken(100)).toBe(REQUESTS_BURST);
  nowMs += 1_000;
  expect(taken(100)).toBe(REQUESTS_PER_S);
  nowMs += 3_600_000;
  expect(taken(100)).toBe(REQUESTS_BURST);
});
