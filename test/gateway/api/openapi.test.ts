/*
 * The OpenAPI document: its form by the rules of OpenAPI 3.1.1 that matter here, that it says what the program does, and answers
 * to what is made from its own schemas: never a 5xx, never anything that it does not describe.
 */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { CLIENT_PATHS } from '../../../gateway/api/client';
import { OPERATIONS } from '../../../gateway/api/operations';
import { needsOf } from '../../../gateway/core/routes';
import { startGateway } from '../../../gateway/gateway';
import { openApi } from '../../../gateway/views';
import { putToken } from '../support/accounts-kit';
import { faultsOf, knowSchemas } from '../support/json-schema';
import { packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';

// biome-ignore lint/suspicious/noExplicitAny: a document is any JSON
type Json = any;

const DOCUMENT: Json = JSON.parse(JSON.stringify(openApi()));
const METHODS = ['get', 'post'];

const OPERATIONS_TOLD: { path: string; method: string; told: Json }[] = Object.entries<Json>(
  DOCUMENT.paths,
).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, told]) => ({ path, method, told })),
);

knowSchemas(
  Object.entries<Json>(DOCUMENT.components.schemas).map(([name, schema]) => ({
    ...schema,
    $id: `#/components/schemas/${name}`,
  })),
);

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

test('operations: unique names, all parameters of a path declared, answers described', () => {
  const names = OPERATIONS_TOLD.map(({ told }) => told.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, method, told } of OPERATIONS_TOLD) {
    expect(METHODS).toContain(method);
    expect(path).toMatch(/^\/api\/v1\//);
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

function requestOf({ path, method, told }: (typeof OPERATIONS_TOLD)[number]) {
  const parameters: Json[] = told.parameters ?? [];
  const body = told.requestBody?.content['application/json'].schema;
  return fc.record({
    path: fc.constant(path),
    method: fc.constant(method),
    told: fc.constant(told),
    values: fc.record(
      Object.fromEntries(parameters.map((one) => [`${one.in} ${one.name}`, nearly(one.schema)])),
      { requiredKeys: parameters.filter((one) => one.required).map((one) => `path ${one.name}`) },
    ),
    body: body === undefined ? fc.constant(undefined) : nearly(body),
  });
}

// Sessions of accounts, clock and register have tests of their own; a stream does not end.
const FUZZED = OPERATIONS_TOLD.filter(
  ({ path }) => !/(login|logout|clock|register|stream)$/.test(path),
);

test('what is made from the schemas is answered as the document says, never with a 5xx', async () => {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    ...{ registerFile: registerFile(folder, [1, 2]), log: () => {} },
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const node = testNode(1);
  radio.hear({ payload: packetOf(node, usage(node, 1)) });
  await until(() => gateway.status().records.stored === 1);
  const Authorization = `Bearer ${putToken(folder, 'fuzz', 'technician')}`;
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.oneof(...FUZZED.map(requestOf)), async (asked) => {
      const address = new URL(gateway.httpUrl);
      const text = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));
      address.pathname = asked.path.replace(/\{(\w+)\}/g, (_, name) =>
        encodeURIComponent(text(asked.values[`path ${name}`]).replace(/\p{Cs}/gu, '') || '-'),
      );
      for (const [name, value] of Object.entries(asked.values))
        if (name.startsWith('query ')) address.searchParams.set(name.slice(6), text(value));
      const answer = await fetch(address, {
        method: asked.method.toUpperCase(),
        headers: { Authorization, 'Content-Type': 'application/json' },
        body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
      });
      const json = await answer.json();
      if (answer.status === 414 || /\.{1,2}$/.test(address.pathname)) return;
      expect(answer.status).toBeLessThan(500);
      const response = asked.told.responses[answer.status];
      expect([address.href, answer.status, response]).not.toContain(undefined);
      expect(faultsOf(response.content['application/json'].schema, json)).toEqual([]);
      if (answer.ok) done.set(asked.told.operationId, (done.get(asked.told.operationId) ?? 0) + 1);
    }),
    { numRuns: 400, seed: 6, endOnFailure: true },
  );
  // Every operation was done at least once, not only refused.
  expect([...done.keys()].sort()).toEqual(FUZZED.map(({ told }) => told.operationId).sort());
}, 60_000);
