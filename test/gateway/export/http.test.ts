/*
 * Tests of exports over HTTP and of SensorThings, against a running gateway: every export is what the file is, one record's
 * COSE_Sign1 verifies elsewhere, scopes, limits, a client that goes away.
 */
import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { Sign1 } from '@auth0/cose';
import { parse } from 'csv-parse/sync';
import { expect, onTestFinished, test } from 'vitest';
import { startHttp } from '../../../gateway/edges/http/http';
import { EXPORT_FORMATS } from '../../../gateway/export/formats';
import { createExportView } from '../../../gateway/export-view';
import { openExport } from '../../../gateway/exporting';
import { startGateway } from '../../../gateway/gateway';
import { EXPORT_RETRY_S, EXPORTS_AT_ONCE_MAX } from '../../../gateway/limits/export';
import { BOOT_S, testNode } from '../support/nodes';
import { until } from '../support/places';
import { allOf, EVERYTHING, exportFolder, sha256 } from './kit';

async function gateway(anonymous: 'reader' | 'nobody' = 'reader') {
  const folder = exportFolder();
  const running = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], clock: 'machine', anonymous },
    ...{ pod: 'testpod', mqttPort: 0, httpPort: 0, log: () => {} },
  });
  onTestFinished(() => running.stop());
  return {
    folder,
    url: running.httpUrl,
    ask: (path: string, init?: RequestInit) => fetch(new URL(path, running.httpUrl), init),
  };
}

const TIMELESS = [
  'days.csv',
  'days-hxl.csv',
  'records.csv',
  'records-hxl.csv',
  'senml.json',
  'senml.cbor',
  'records.cborseq',
  'keys.json',
];

test('every export is listed, and each over HTTP is, byte for byte, what the file is', async () => {
  const { ask, folder } = await gateway();
  const { exports } = (await (await ask('/api/v1/export/')).json()) as {
    exports: { name: string }[];
  };
  expect(exports.map(({ name }) => name)).toEqual(EXPORT_FORMATS.map(({ name }) => name));
  const opened = openExport(folder, BOOT_S);
  onTestFinished(opened.close);
  const { facts, siteFacts } = opened;
  for (const name of TIMELESS) {
    const format = EXPORT_FORMATS.find((one) => one.name === name) as (typeof EXPORT_FORMATS)[0];
    const order = {
      facts,
      siteFacts,
      range: EVERYTHING,
      partners: null,
      linkBase: null,
      leftOut: () => {},
    };
    const answer = await ask(`/api/v1/export/${name}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="tallywell-testpod-${name}"`,
    );
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(format.mediaType.split(';')[0]);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(sha256(bytes)).toBe(sha256(allOf(format.write(order))));
  }
});

test('one record is handed out as a COSE_Sign1 that another library verifies; of another site it is not found', async () => {
  const { ask } = await gateway();
  const answer = await ask('/api/v1/sites/wp-01/records/5.cose');
  expect(answer.headers.get('content-type')).toBe('application/cose; cose-type="cose-sign1"');
  const x = Buffer.from(testNode(1).publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Sign1.decode(new Uint8Array(await answer.arrayBuffer()));
  await signed.verify(key as never, {
    externalAAD: new TextEncoder().encode('tallywell-record-v1'),
  });
  for (const path of [
    'canteen-01/records/5.cose',
    'wp-01/records/0.cose',
    'wp-01/records/5',
    'wp-01/records/999.cose',
  ])
    expect((await ask(`/api/v1/sites/${path}`)).status).toBe(404);
});

const REFUSED: [path: string, status: number][] = [
  ['export/nonsense', 404],
  ['export/days.csv/more', 404],
  ['export/days.csv?site=nowhere', 404],
  ['export/days.csv?from=yesterday', 400],
  ['export/days.csv?from=2026-03-02&to=2026-03-01', 400],
  ['export/wpdx.csv', 404],
  ['export/dhis2.json', 404],
];

test.each(REFUSED)('%s is refused in words: %i', async (path, status) => {
  const { ask } = await gateway();
  const answer = await ask(`/api/v1/${path}`);
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { error: string }).error).not.toBe('');
});

test('ranges and sites; the partners file is read as it is now; links name the gateway as it was asked', async () => {
  const { ask, folder, url } = await gateway();
  const days = await (
    await ask('/api/v1/export/days.csv?site=wp-01&from=2026-03-02&to=2026-03-03')
  ).text();
  expect(parse(days)).toHaveLength(2);
  const wpdx = { source: 'Pod', sites: { 'wp-01': { water_tech: 'Tapstand' } } };
  writeFileSync(join(folder, 'partners.json'), JSON.stringify({ wpdx }));
  const rows = await (await ask('/api/v1/export/wpdx.csv?from=2026-03-01')).text();
  expect(rows).toContain(`${url}api/v1/sites/wp-01/records/39.cose`);
  writeFileSync(join(folder, 'partners.json'), '{');
  expect((await ask('/api/v1/export/wpdx.csv')).status).toBe(409);
});

test('exports need the scope reader; HEAD sends no body', async () => {
  const closed = await gateway('nobody');
  for (const path of [
    '/api/v1/export/days.csv',
    '/api/v1/sites/wp-01/records/5.cose',
    '/api/v1/sta/v1.1/Things',
  ])
    expect((await closed.ask(path)).status).toBe(401);
  const open = await gateway();
  const head = await open.ask('/api/v1/export/records.csv', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('pieces are made no faster than they are taken, and no more once the other side is gone', async () => {
  let made = 0;
  let isClosed = false;
  function* pieces() {
    try {
      for (;;) {
        made += 1;
        yield new Uint8Array(65_536);
      }
    } finally {
      isClosed = true;
    }
  }
  const server = await startHttp('127.0.0.1', 0, async () => ({
    status: 200,
    type: 'text/csv; charset=utf-8; header=present',
    body: pieces(),
  }));
  onTestFinished(() => server.close());
  await new Promise<void>((resolve) => {
    const request = get(server.url, (response) => {
      response.once('data', () => {
        response.pause();
        // Nothing is taken: after some rounds of the event loop it stands still.
        let before = -1;
        const look = setInterval(() => {
          if (made !== before) {
            before = made;
            return;
          }
          clearInterval(look);
          request.destroy();
          resolve();
        }, 50);
      });
    });
    request.on('error', () => {});
  });
  await until(() => isClosed);
  // What sockets hold, some MB, and not more.
  expect(made).toBeLessThan(1000);
});

test('a long answer to somebody fast leaves others their turn', async () => {
  let isAsked = false;
  function* pieces() {
    // Ends only when somebody else was answered.
    while (!isAsked) yield new Uint8Array(32_768);
  }
  const type = 'text/csv; charset=utf-8; header=present';
  const server = await startHttp('127.0.0.1', 0, async ({ segments }) => {
    if (segments[0] !== 'short') return { status: 200, type, body: pieces() };
    isAsked = true;
    return { status: 200, type, body: 'short' };
  });
  onTestFinished(() => server.close());
  const drained = new Promise<void>((resolve) => {
    get(server.url, (response) => response.resume().on('end', resolve));
  });
  expect(await (await fetch(`${server.url}short`)).text()).toBe('short');
  await drained;
});

test('more exports at one time than there may be are refused for a while', () => {
  const opened = openExport(exportFolder(), BOOT_S);
  onTestFinished(opened.close);
  const { facts, siteFacts } = opened;
  const recordsOfSite = () => ({ rows: [], next: null });
  const doors = { facts, siteFacts, records: { recordsOfSite }, partners: () => null };
  const view = createExportView({ ...doors, nowMs: () => BOOT_S * 1000 });
  const ask = () => view(['records.csv'], new URLSearchParams(), 'pi');
  const begin = () => {
    const pieces = (ask().body as Iterable<Uint8Array>)[Symbol.iterator]();
    expect(pieces.next().done).toBe(false);
    return pieces;
  };
  const running = Array.from({ length: EXPORTS_AT_ONCE_MAX }, begin);
  expect(ask()).toMatchObject({ status: 503, headers: { 'Retry-After': String(EXPORT_RETRY_S) } });
  // One whose other side goes away counts no more.
  running[0].return?.();
  expect(ask().status).toBe(200);
});

interface Page {
  '@iot.count'?: number;
  '@iot.nextLink'?: string;
  value: Record<string, unknown>[];
}

test('SensorThings: entities, their links lead to what they say, and every page of observations comes once', async () => {
  const { url } = await gateway();
  const root = `${url}api/v1/sta/v1.1`;
  const json = async (link: string) =>
    (await (await fetch(link)).json()) as Page & Record<string, unknown>;
  const { value } = await json(root);
  expect(value.map(({ name }) => name)).toEqual([
    'Things',
    'Locations',
    'Datastreams',
    'Sensors',
    'ObservedProperties',
  ]);
  const seen = new Set<string>();
  const follow = async (link: string): Promise<void> => {
    if (seen.has(link)) return;
    seen.add(link);
    const answer = await json(link);
    for (const entity of answer.value ?? [answer]) {
      expect(typeof entity['@iot.id']).toBe('string');
      for (const [name, target] of Object.entries(entity)) {
        if (name.endsWith('@iot.navigationLink') && !name.startsWith('Observations'))
          await follow(String(target));
        if (name === '@iot.selfLink')
          expect((await json(String(target)))['@iot.selfLink']).toBe(target);
      }
    }
  };
  for (const { url: link } of value) await follow(String(link));
  const ids: string[] = [];
  let sum = 0;
  for (
    let link = `${root}/Datastreams('wp-01.volume')/Observations?$top=7&$count=true`;
    link !== '';
  ) {
    const page: Page = await json(link);
    expect(page['@iot.count']).toBe(30);
    for (const { '@iot.id': id, result } of page.value) {
      ids.push(String(id));
      sum += Number(result);
    }
    link = page['@iot.nextLink'] ?? '';
  }
  expect(new Set(ids).size).toBe(30);
  expect(sum).toBe(180);
});

const hour = (at: number) =>
  new Date((BOOT_S + at * 3600) * 1000).toISOString().replace('.000', '');

const OBSERVED: [options: string, expected: unknown[]][] = [
  ['$top=2', [hour(0), hour(1)]],
  ['$top=2&$orderby=phenomenonTime desc', [hour(29), hour(28)]],
  ['$top=1&$skip=29', [hour(29)]],
  [`$filter=phenomenonTime ge ${hour(28)}`, [hour(28), hour(29)]],
  [`$filter=phenomenonTime gt ${hour(3)} and phenomenonTime lt ${hour(6)}`, [hour(4), hour(5)]],
  [`$filter=phenomenonTime eq ${hour(3)}`, [hour(3)]],
  ['$filter=result gt 6', []],
  [`$filter=result eq 6 and phenomenonTime le ${hour(0)}`, [hour(0)]],
  ['$orderby=result desc&$top=1', [hour(0)]],
  ['$top=0', []],
];

test.each(OBSERVED)('SensorThings: observations with %s', async (options, expected) => {
  const { ask } = await gateway();
  const answer = await ask(`/api/v1/sta/v1.1/Datastreams('wp-01.volume')/Observations?${options}`);
  const { value } = (await answer.json()) as Page;
  expect(value.map(({ phenomenonTime }) => String(phenomenonTime).split('/')[0])).toEqual(expected);
});

test('SensorThings: the data array holds all properties, in the form of section 13.2', async () => {
  const { ask } = await gateway();
  const answer = await ask(
    "/api/v1/sta/v1.1/Datastreams('canteen-01.child-meals')/Observations?$resultFormat=dataArray&$count=true&$top=3",
  );
  const page = (await answer.json()) as Page;
  expect(page['@iot.count']).toBe(5);
  expect(page['@iot.nextLink']).toContain('%24skip=3');
  const [{ components, dataArray, ...head }] = page.value as [
    { components: string[]; dataArray: unknown[][] },
  ];
  expect(head).toMatchObject({ 'dataArray@iot.count': 3 });
  expect(String((head as Record<string, unknown>)['Datastream@iot.navigationLink'])).toContain(
    "/Datastreams('canteen-01.child-meals')",
  );
  const needed = [
    'id',
    'phenomenonTime',
    'result',
    'resultTime',
    'resultQuality',
    'validTime',
    'parameters',
  ];
  expect([...components].sort()).toEqual([...needed].sort());
  for (const row of dataArray) expect(row).toHaveLength(components.length);
  expect(dataArray.map((row) => row[components.indexOf('result')])).toEqual([7, 7, 7]);
});

test('SensorThings: $select and $expand of one level, with options inside', async () => {
  const { ask } = await gateway();
  const answer = await ask(
    '/api/v1/sta/v1.1/Datastreams?$select=name,unitOfMeasurement&$expand=Thing($select=name),Observations($top=1;$orderby=phenomenonTime desc)&$top=1&$orderby=id desc',
  );
  const { value } = (await answer.json()) as Page;
  expect(value).toMatchObject([{ name: expect.any(String), unitOfMeasurement: { symbol: 'L' } }]);
  expect(Object.keys(value[0]).sort()).toEqual([
    'Observations',
    'Thing',
    'name',
    'unitOfMeasurement',
  ]);
  expect(value[0].Thing).toEqual({ name: 'Point d’eau nº 2' });
});

const NOT_OFFERED: [path: string, status: number][] = [
  ['Observations', 501],
  ['FeaturesOfInterest', 404],
  ["Things('nowhere')", 404],
  ["Datastreams('wp-01.volume')/Nothing", 404],
  ['Things/Datastreams', 404],
  ['Things?$filter=name eq a', 501],
  ["Datastreams('wp-01.volume')/Observations?$filter=result gt 1 or result lt 2", 501],
  ["Datastreams('wp-01.volume')/Observations?$filter=result gt 1;DROP", 400],
  ["Datastreams('wp-01.volume')/Observations?$orderby=parameters", 501],
  ["Datastreams('wp-01.volume')/Observations?$filter=phenomenonTime gt 2026-99-99T00:00:00Z", 400],
  ["Datastreams('wp-01.volume')/Observations?$skip=99999999", 400],
  ['Things?$top=-1', 400],
  ['Things?$apply=x', 501],
  ['Things?$expand=Datastreams($expand=Sensor)', 501],
  ['Things?$expand=Nothing', 400],
];

test.each(NOT_OFFERED)('SensorThings: %s is refused in words: %i', async (path, status) => {
  const { ask } = await gateway();
  const answer = await ask(`/api/v1/sta/v1.1/${path}`);
  expect([answer.status, typeof ((await answer.json()) as { error: string }).error]).toEqual([
    status,
    'string',
  ]);
});

test.each(['POST', 'PATCH', 'PUT', 'DELETE'])(
  'SensorThings: nothing is changed by %s',
  async (method) => {
    const { ask } = await gateway();
    const init = { method, headers: { 'Content-Type': 'application/json' }, body: '{}' };
    expect((await ask("/api/v1/sta/v1.1/Things('wp-01')", init)).status).toBe(405);
    expect((await ask("/api/v1/sta/v1.1/Things('wp-01')")).status).toBe(200);
  },
);
