/*
 * Registering over HTTP while the gateway runs: a real gateway, a real database, real sockets. The database's own tables
 * say what was placed where.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { type RunningGateway, startGateway } from '../../gateway/gateway';
import { toHex } from '../../shared/bytes';
import { putToken } from './support/accounts-kit';
import { packetOf, testNode, usage } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, registerJson, testFolder, until } from './support/places';

const keyOf = (number: number) => toHex(testNode(number).publicKey);

async function scene(withFile: boolean) {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const file = withFile ? registerFile(folder, [1, 2]) : undefined;
  const lines: string[] = [];
  const options = {
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], registerFile: file, mqttPort: 0 },
    ...{ httpPort: 0, pod: 'testpod', clock: 'machine' as const },
    log: (line: string) => void lines.push(line),
  };
  let gateway: RunningGateway = await startGateway(options);
  onTestFinished(() => gateway.stop());
  const token = putToken(folder, 'bench', 'technician');
  const post = async (body: unknown, bearer: string | null = token) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(new URL('/api/v1/register', gateway.httpUrl), {
      method: 'POST',
      headers: bearer === null ? headers : { ...headers, Authorization: `Bearer ${bearer}` },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const placed = () => {
    const database = new Sqlite(join(folder, 'gateway.sqlite'), { readonly: true });
    const sql = `SELECT s.site || ' ' || hex(k.public_key) || ' ' || (p.to_s IS NULL) FROM placement p
      JOIN site s ON s.id = p.site_id JOIN node_key k ON k.id = p.node_key_id ORDER BY s.site, p.id`;
    const rows = database.prepare(sql).pluck().all() as string[];
    database.close();
    return rows.map((row) => row.toLowerCase());
  };
  const restart = async () => {
    await gateway.stop();
    gateway = await startGateway(options);
    onTestFinished(() => gateway.stop());
  };
  const get = async (path: string) => (await fetch(new URL(path, gateway.httpUrl))).json();
  return { folder, radio, post, placed, restart, get, lines, gateway: () => gateway };
}

const node = (number: number, slot: number, other: object = {}) => ({
  ...{ publicKey: keyOf(number), slot, calibration: { id: 1, volumePerPulseUl: 2222 } },
  ...{ placedAt: 1_700_000_000, ...other },
});
const well = (site: string, nodes: object[], other: object = {}) => ({
  pod: 'testpod',
  site: { site, name: 'البئر', kind: 'water-point', latitude: 9.5, longitude: null, nodes },
  ...other,
});

test('a site that is registered is heard at once, and again after a restart without a file', async () => {
  const { post, placed, radio, gateway, restart, get } = await scene(false);
  await until(() => gateway().status().radio.session === 'ready');
  radio.hear({ payload: packetOf(testNode(5), usage(testNode(5), 1)) });
  await until(() => gateway().status().quarantine.length === 1);
  const first = await post(well('well-5', [node(5, 7)]));
  const keyId = toHex(testNode(5).keyId);
  expect(first).toEqual({ status: 200, body: { site: 'well-5', keyId, slot: 7, changed: true } });
  await until(() => gateway().status().records.stored === 1);
  expect((await post(well('well-5', [node(5, 7)]))).body.changed).toBe(false);
  await restart();
  expect(placed()).toEqual([`well-5 ${keyOf(5)} 1`]);
  const { sites } = (await get('/api/v1/sites')) as { sites: { site: string; name: string }[] };
  expect(sites.map(({ site, name }) => [site, name])).toEqual([['well-5', 'البئر']]);
  expect(await get('/api/v1/pod')).toMatchObject({ slots: [7] });
});

test('file and registrations stand beside each other: neither loses anything', async () => {
  const { post, placed, restart, folder, lines } = await scene(true);
  const own = [`canteen-01 ${keyOf(2)} 1`, `wp-01 ${keyOf(1)} 1`];
  expect((await post(well('well-5', [node(5, 7)]))).status).toBe(200);
  expect(placed()).toEqual([own[0], `well-5 ${keyOf(5)} 1`, own[1]]);
  await restart();
  expect(placed()).toEqual([own[0], `well-5 ${keyOf(5)} 1`, own[1]]);
  // A changed file is taken over at the next tick: its new site comes, the registered one stays.
  const path = join(folder, 'register.json');
  writeFileSync(path, JSON.stringify(registerJson([1, 3, 2])));
  await until(() => placed().length === 4);
  expect(placed()).toContain(`well-5 ${keyOf(5)} 1`);
  // One that takes a slot of a registered site is not taken over, and says why.
  const clash = JSON.parse(readFileSync(path, 'utf8'));
  clash.sites[0].nodes[0].slot = 7;
  writeFileSync(path, JSON.stringify(clash));
  await until(() => lines.some((line) => line.includes('slot 7 is there twice')));
  expect(placed()).toHaveLength(4);
});

test('what would take something from another site is refused, and changes nothing', async () => {
  const { post, placed } = await scene(true);
  await post(well('well-5', [node(5, 7)]));
  const before = placed();
  const refusals: [object, number, string][] = [
    [well('wp-01', [node(6, 9)]), 409, "register's file"],
    [well('well-6', [node(6, 0)]), 409, 'slot 0 is used at wp-01'],
    [well('well-6', [node(6, 7)]), 409, 'slot 7 is used at well-5'],
    [well('well-6', [node(5, 8)]), 409, 'stands at well-5'],
    [well('well-6', [node(1, 8)], { replaces: true }), 409, "register's file"],
    [well('well-5', [node(6, 7)]), 409, 'as a replacement'],
    [well('well-6', [node(6, 8), node(7, 9)]), 409, 'more than one node'],
    [well('well-6', [node(6, 8, { placedAt: 4_000_000_000 })]), 409, 'future'],
    [well('well 6', [node(6, 8)]), 400, 'site'],
    [{ ...well('well-6', [node(6, 8)]), pod: 'other' }, 409, 'pod other'],
    [well('well-6', [node(6, 300)]), 400, 'slot'],
    [{}, 400, 'pod'],
  ];
  for (const [body, status, words] of refusals) {
    const answer = await post(body);
    expect([answer.status, answer.body.error]).toEqual([status, expect.stringContaining(words)]);
  }
  expect(placed()).toEqual(before);
});

test('a replaced node is retired, its history stays; a retired site has nobody', async () => {
  const { post, placed, radio, gateway, get } = await scene(false);
  await until(() => gateway().status().radio.session === 'ready');
  await post(well('well-5', [node(5, 7)]));
  radio.hear({ payload: packetOf(testNode(5), usage(testNode(5), 1)) });
  await until(() => gateway().status().records.stored === 1);
  const nowS = Math.floor(Date.now() / 1000);
  const gone = node(5, 7, { retiredAt: nowS });
  const next = await post(well('well-5', [gone, node(6, 7, { placedAt: nowS })]));
  expect(next.body).toMatchObject({ keyId: toHex(testNode(6).keyId), changed: true });
  expect(placed()).toEqual([`well-5 ${keyOf(5)} 0`, `well-5 ${keyOf(6)} 1`]);
  const site = (await get('/api/v1/sites/well-5')) as { records: { stored: number } };
  expect(site.records.stored).toBe(1);
  const none = await post(
    well('well-5', [gone, node(6, 7, { placedAt: nowS, retiredAt: nowS + 1 })]),
  );
  expect(none.body).toMatchObject({ keyId: null, slot: null });
  expect(await get('/api/v1/pod')).toMatchObject({ slots: [] });
});

test('only a technician may register; everybody may ask what a bench must know', async () => {
  const { post, get, folder, gateway } = await scene(false);
  await until(() => gateway().status().radio.session === 'ready');
  const body = well('well-5', [node(5, 7)]);
  expect((await post(body, null)).status).toBe(401);
  expect((await post(body, putToken(folder, 'eye', 'reader'))).status).toBe(403);
  const pod = (await get('/api/v1/pod')) as Record<string, unknown>;
  expect(pod).toMatchObject({
    ...{ pod: 'testpod', publicKey: gateway().publicKey, recoveryKey: null, region: 'EU_868' },
    ...{ preset: 'LongFast', slots: [] },
  });
  expect(pod.radio).toBeTypeOf('number');
  expect(pod.frequencyHz).toBe(869_525_000);
});
