/*
 * The OpenAPI document: its form by the rules of OpenAPI 3.1.1 that matter here, that it says what the program does, and answers
 * to what is made from its own schemas: never a 5xx, never anything that it does not describe.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { CLIENT_PATHS } from '../../../gateway/api/client';
import { OPERATIONS } from '../../../gateway/api/operations';
import { needsOf, OPEN_ROUTES, POST_PATTERNS, POST_ROUTES } from '../../../gateway/core/routes';
import { startGateway } from '../../../gateway/gateway';
import { exportFolder } from '../export/kit';
import { putToken } from '../support/accounts-kit';
import { AJV, DOCUMENT, type Json, judged, OPERATIONS_TOLD, type Told } from './openapi-kit';

const METHODS = ['get', 'post'];

function everyValue(value: Json, see: (key: string, value: Json) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    see(key, one);
    everyValue(one, see);
  }
}

test('the frame: version, info, paths, and every pointer leads somewhere', () => {
  expect(DOCUMENT.openapi).toMatch(/^3\.1\.\d+$/);
  expect(DOCUMENT.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  let pointers = 0;
  everyValue(DOCUMENT, (key, value) => {
    if (key !== '$ref') return;
    pointers += 1;
    const name = /^#\/components\/schemas\/([A-Za-z0-9._-]+)$/.exec(value)?.[1] ?? value;
    expect(Object.keys(DOCUMENT.components.schemas)).toContain(name);
  });
  expect(pointers).toBeGreaterThan(50);
});

test('an outside judge takes the document for OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(DOCUMENT));
  expect([valid, errors]).toEqual([true, undefined]);
  expect(validator.version).toBe('3.1');
});

test('every schema of the document is one of JSON Schema 2020-12', () => {
  let schemas = 0;
  everyValue(DOCUMENT, (key, value) => {
    if (key !== 'schema') return;
    schemas += 1;
    expect([AJV.validateSchema(value), AJV.errors]).toEqual([true, null]);
  });
  for (const [name, schema] of Object.entries<Json>(DOCUMENT.components.schemas))
    expect([name, AJV.validateSchema(schema), AJV.errors]).toEqual([name, true, null]);
  expect(schemas).toBeGreaterThan(100);
});

/** What is answered and not described, and why. */
const NOT_DESCRIBED: Record<string, string> = {
  '/': 'a page for people',
  '/clock': 'a page for people',
  '/site/{}/says': 'what the buttons of a page send: a form, for our own pages only',
  ...Object.fromEntries(
    [
      ...['/site/{}', '/milestones', '/notes', '/t', '/print', '/check/{}', '/check/{}/{}'],
      ...['/admin', '/admin/sites', '/admin/people', '/admin/backup'],
    ].map((path) => [path, 'a page for people']),
  ),
  ...Object.fromEntries(
    ['login', 'logout', 'language'].map((path) => [
      ...[`/admin/${path}`, 'a form, for our own pages only'],
    ]),
  ),
  '/assets/': 'programs for browsers',
  '/assets/reading/…': 'the same',
};

const described = new Set(
  Object.keys(DOCUMENT.paths).map((path) => path.replace(/\{\w+\}/g, '{}')),
);

function expectDescribed(path: string): void {
  expect([path, described.has(path) || path in NOT_DESCRIBED]).toEqual([path, true]);
}

test('everything that may be asked or changed is described, or stands on the list of what is not', () => {
  for (const route of [...Object.keys(POST_ROUTES), ...Object.keys(OPEN_ROUTES)])
    expectDescribed(`/${route}`);
  for (const [pattern] of POST_PATTERNS) {
    const text = pattern.source.slice(1, -1).replaceAll('\\/', '/').replaceAll('[^/]+', '{}');
    const [, head, choice, tail] = /^([^(]*)(?:\(([^)]*)\))?(\??)$/.exec(text) ?? [];
    const ends = choice === undefined ? [''] : choice.split('|');
    for (const end of tail === '?' ? ['', ...ends] : ends) expectDescribed(`/${head}${end}`);
  }
});

test('each word that the views compare an address with is described', () => {
  const source = readFileSync(new URL('../../../gateway/views.ts', import.meta.url), 'utf8');
  const wordsOf = (name: string) => {
    const found = [...source.matchAll(new RegExp(`${name} === '([^']+)'`, 'g'))];
    return found.map(([, word]) => word);
  };
  const top = wordsOf('segments\\[0\\]').filter((word) => word !== 'api');
  const below = wordsOf('what').map((word) => `/api/v1/${word}`);
  const ofSite = [...wordsOf('rest\\[0\\]')].filter((word) => word !== 'v1.1' && word !== '');
  expect([top.length, below.length >= 7, ofSite.length >= 3]).toEqual([2, true, true]);
  for (const word of top) expectDescribed(`/${word}`);
  const all = [...described];
  for (const path of below)
    expect([path, all.some((one) => one.startsWith(path))]).toEqual([path, true]);
  for (const word of ofSite) expectDescribed(`/api/v1/sites/{}/${word}`);
});

test('each address of lists, figures and files, as their sources compare them, is described', () => {
  const read = (file: string) =>
    readFileSync(new URL(`../../../gateway/${file}`, import.meta.url), 'utf8');
  const lists = [...read('web/pages.ts').matchAll(/path === '([^']+)'/g)].map(([, path]) => path);
  const files = [...read('web/pod-pages.ts').matchAll(/first !== '([^']+)'/g)].map(([, at]) => at);
  const posts = [...read('access.ts').matchAll(/first === '([^']+)'/g)].map(([, word]) => word);
  const ofSite = [...read('web/check-view.ts').matchAll(/last === '([^']+)'/g)].map(([, at]) => at);
  expect([lists.length, files.length, posts.length, ofSite]).toEqual([2, 2, 6, ['behind']]);
  for (const path of [...lists, ...files]) expectDescribed(`/${path}`);
  for (const word of posts) expectDescribed(`/api/v1/${word}`);
  for (const word of ofSite) expectDescribed(`/api/v1/sites/{}/${word}`);
  const pages = /const PAGES[^{]*\{([\s\S]*?)\n\};/.exec(read('web/pod-pages.ts'))?.[1] ?? '';
  const names = [...pages.matchAll(/^ {2}'?(\w*)'?\(/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThanOrEqual(5);
  for (const name of names) expectDescribed(`/${name}`);
});

test('each address that docs/api.md tells is described', () => {
  const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const firsts = [...text.matchAll(/^\| (`\/[^|]*) \|/gm)].map(([, first]) => first);
  const told = firsts.flatMap((one) => [...one.matchAll(/`(\/[^`?]*)/g)].map(([, path]) => path));
  expect(told.length).toBeGreaterThan(25);
  for (const path of told)
    expectDescribed(path.replace(/<\w+>/g, '{}').replace(/(v1\.1)\/$/, '$1'));
});

test('operations: unique names, all parameters of a path declared, answers described', () => {
  const names = OPERATIONS_TOLD.map(({ told }) => told.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, method, told } of OPERATIONS_TOLD) {
    expect(METHODS).toContain(method);
    expect(path).toMatch(/^\/(api\/v1\/|health$|metrics$|notes\.(csv|json)$)/);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (told.parameters ?? []).filter((one: Json) => one.in === 'path');
    expect(declared.map((one: Json) => one.name).sort()).toEqual(inPath.sort());
    for (const one of declared) expect(one.required).toBe(true);
    const seen = (told.parameters ?? []).map((one: Json) => `${one.in} ${one.name}`);
    expect(new Set(seen).size).toBe(seen.length);
    expect(Object.keys(told.responses).length).toBeGreaterThan(0);
    for (const [status, response] of Object.entries<Json>(told.responses)) {
      expect(status).toMatch(/^[1-5]\d\d$/);
      expect(response.description).toEqual(expect.any(String));
    }
    if (method === 'get') expect(told.requestBody).toBeUndefined();
  }
});

test('scopes of routes, document and client are those of the table', () => {
  for (const [name, { method, path, needs }] of Object.entries(OPERATIONS)) {
    const segments = path
      .replace(/\{\w+\}/g, 'x')
      .slice(1)
      .split('/');
    expect([name, needsOf(method, segments)]).toEqual([name, needs]);
    expect(DOCUMENT.paths[path][method.toLowerCase()]['x-needs-scope']).toBe(needs);
    expect(CLIENT_PATHS[name as keyof typeof CLIENT_PATHS]).toBe(`${method} ${path}`);
  }
});

/** Values that fit a schema, as far as our schemas go. */
function fitting(schema: Json): fc.Arbitrary<Json> {
  if (schema.$ref) return fitting(DOCUMENT.components.schemas[schema.$ref.split('/').at(-1)]);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting));
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(fitting));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum = -(2 ** 53) + 1, maximum = 2 ** 53 - 1 } = schema;
    return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
  }
  if (schema.type === 'string') {
    if (schema.pattern)
      return fc.oneof(fc.constant('wp-01'), fc.stringMatching(new RegExp(schema.pattern)));
    const size = { minLength: schema.minLength ?? 0, maxLength: schema.maxLength ?? 30 };
    return fc.string({ ...size, unit: 'binary' });
  }
  if (schema.type === 'array') return fc.array(fitting(schema.items), { maxLength: 2 });
  if (schema.type !== 'object') return fc.jsonValue();
  const properties = Object.entries<Json>(schema.properties ?? {});
  const required = properties
    .map(([name]) => name)
    .filter((name) => schema.required?.includes(name));
  return fc.record(Object.fromEntries(properties.map(([name, one]) => [name, fitting(one)])), {
    requiredKeys: required,
  });
}

/** Mostly what fits, now and then anything. */
function nearly(schema: Json): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 4, arbitrary: fitting(schema) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

// Sessions of accounts, clock and register have tests of their own; a stream does not end; what administrators change: administration-api.test.ts.
const FUZZED = OPERATIONS_TOLD.filter(
  ({ path, method }) =>
    !/(login|logout|clock|register|stream)$/.test(path) &&
    !(method === 'post' && /^\/api\/v1\/(accounts|tokens|language|backup)/.test(path)),
);

/** Options of SensorThings that are understood: text alone would find none. */
const OPTIONS: Record<string, string[]> = {
  $top: ['0', '1', '7', '1000', '-1'],
  $skip: ['0', '3', '999999'],
  $count: ['true', 'false'],
  $orderby: ['phenomenonTime desc', 'result', 'id asc', 'name'],
  $filter: ['result gt 0', 'phenomenonTime ge 2026-03-01T00:00:00Z and result lt 5', "name eq 'a'"],
  $select: ['id', 'name,description', 'result'],
  $expand: ['Datastreams', 'Observations($top=1)', 'Thing($select=name)', 'Things,Datastreams'],
  $resultFormat: ['dataArray', 'csv'],
};
const IDS = [
  'wp-01',
  'canteen-01',
  'volume',
  'wp-01.volume',
  'canteen-01.child-meals',
  'wp-01.level',
];

/** Values that are there, for parameters whose schema says only what form they have. */
function known({ name, in: place }: Json, path: string): fc.Arbitrary<Json>[] {
  if (name in OPTIONS) return [fc.constantFrom(...OPTIONS[name])];
  if (name === 'schema') return [fc.constantFrom('record.json', 'site')];
  if (name === 'from' || name === 'to')
    return [fc.constantFrom('2026-03-01', '2026-03-02T06:00Z', '1772323200', '2026-02-30')];
  if (place !== 'path' || name !== 'id') return [];
  return path.includes('/sta/') ? [fc.constantFrom(...IDS)] : [fc.integer({ min: 1, max: 40 })];
}

/** Entities that are there, with a link each: chance alone would hardly find any. */
const ENTITIES = [
  { set: 'Things', id: 'wp-01', link: 'Datastreams' },
  { set: 'Datastreams', id: 'wp-01.volume', link: 'Observations' },
  { set: 'Datastreams', id: 'canteen-01.child-meals', link: 'Sensor' },
  { set: 'Locations', id: 'wp-01', link: 'Things' },
];

/** Parameters that must be there always, the others seldom: else hardly any question would be understood. */
function requestOf({ path, method, told }: Told) {
  const parameters: Json[] = told.parameters ?? [];
  const body = told.requestBody?.content['application/json'].schema;
  const anyOf = (one: Json) => fc.oneof(...known(one, path), nearly(one.schema));
  const needed = parameters.filter((one) => one.required);
  const others = parameters.filter((one) => !one.required);
  return fc.record({
    path: fc.constant(path),
    method: fc.constant(method),
    told: fc.constant(told),
    needed: fc.oneof(
      fc.record(Object.fromEntries(needed.map((one) => [one.name, anyOf(one)]))),
      ...(path.includes("('{id}')") ? [fc.constantFrom<Json>(...ENTITIES)] : []),
    ),
    query: fc
      .subarray(others, { maxLength: Math.min(3, others.length) })
      .chain((some) =>
        fc.record(Object.fromEntries(some.map((one: Json) => [one.name, anyOf(one)]))),
      ),
    body: body === undefined ? fc.constant(undefined) : nearly(body),
  });
}

const textOf = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The address of what is asked. */
function addressOf(url: string, path: string, needed: Json, query: Json): URL {
  const address = new URL(url);
  address.pathname = path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(textOf(needed[name]).replace(/\p{Cs}/gu, '') || '-'),
  );
  for (const [name, value] of Object.entries<Json>(query))
    for (const one of Array.isArray(value) ? value : [value])
      address.searchParams.append(name, textOf(one));
  return address;
}

test('what is made from the schemas is answered as the document says, never with a 5xx', async () => {
  const folder = exportFolder();
  const sites = { 'wp-01': { water_tech: 'Tapstand' } };
  const dhis2 = {
    period: 'daily',
    orgUnits: { 'wp-01': 'DiszpKrYNg8' },
    dataElements: { volumeL: 'f7n9E0hX8qk' },
  };
  writeFileSync(
    join(folder, 'partners.json'),
    JSON.stringify({ wpdx: { source: 'Pod', sites }, dhis2 }),
  );
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 },
    ...{ pod: 'testpod', log: () => {} },
  });
  onTestFinished(() => gateway.stop());
  const Authorization = `Bearer ${putToken(folder, 'fuzz', 'admin')}`;
  const done = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.oneof(...FUZZED.map(requestOf)), async (asked) => {
      const address = addressOf(gateway.httpUrl, asked.path, asked.needed, asked.query);
      const answer = await fetch(address, {
        method: asked.method.toUpperCase(),
        headers: { Authorization, 'Content-Type': 'application/json' },
        body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
      });
      // Too long, or another address: a segment of dots alone is gone before it is sent.
      if (answer.status === 414 || /(^|\/)\.{1,2}(\/|$)/.test(address.pathname)) return;
      // 501 says in words that a part of a standard is not offered; /health says 503 where no radio is.
      const isTold = answer.status === 501 || asked.path === '/health';
      expect([address.href, answer.status < 500 || isTold]).toEqual([address.href, true]);
      if (await judged(answer, asked, address.href)) done.add(asked.told.operationId);
    }),
    { numRuns: 1200, seed: 6, endOnFailure: true },
  );
  // Every operation was done at least once, not only refused.
  const names = FUZZED.map(({ told }) => told.operationId).filter((name) => name !== 'health');
  expect([...done].filter((name) => name !== 'health').sort()).toEqual(names.sort());
}, 240_000);
