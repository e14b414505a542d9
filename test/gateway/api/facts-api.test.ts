/*
 * The facts' API on a running gateway, over real sockets: what people say, what changes with it, who may, stream and tags.
 */
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { createFactsClient, FactsError } from '../../../gateway/api/client';
import { FACT_FORMS } from '../../../gateway/api/fact-schemas';
import { Sqlite } from '../../../gateway/edges/store/sqlite';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import { putAccount, putToken } from '../support/accounts-kit';
import { happening, packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';

const NODE = testNode(1);

async function scene(other: object = {}) {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    ...{
      holdBackMs: 0,
      dataDir: folder,
      radios: [radio.url],
      mqttPort: 0,
      httpPort: 0,
      clock: 'machine' as const,
    },
    ...{ registerFile: registerFile(folder, [1, 2]), log: () => {}, ...other },
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const hear = async (packets: Uint8Array[]) => {
    const before = gateway.status().records.stored;
    for (const payload of packets) radio.hear({ payload });
    await until(() => gateway.status().records.stored === before + packets.length);
  };
  return { folder, gateway, hear };
}

/** A fetch with a token. */
function withToken(token: string): typeof fetch {
  return (address, options) =>
    fetch(address, {
      ...options,
      headers: { ...options?.headers, Authorization: `Bearer ${token}` },
    });
}

/** Hourly records of these hours ago until now. */
function recentHours(count: number): Uint8Array[] {
  const endS = Math.floor(Date.now() / 3_600_000) * 3600;
  return Array.from({ length: count }, (_, at) =>
    packetOf(NODE, usage(NODE, at + 1, { timeS: endS - (count - 1 - at) * 3600 })),
  );
}

test('a phone says broken: facts, MQTT and the list of episodes follow; fixed ends it', async () => {
  const { folder, gateway, hear } = await scene();
  await hear(recentHours(4));
  const states: string[] = [];
  const broker = await mqtt.connectAsync(gateway.mqttUrl);
  onTestFinished(() => broker.endAsync().then(() => {}));
  broker.on('message', (_topic, payload) => states.push(JSON.parse(payload.toString()).state));
  await broker.subscribeAsync('tallywell/testpod/site/wp-01/state');
  const ask = createFactsClient(gateway.httpUrl);
  const before = await ask('siteFacts', { params: { site: 'wp-01' } });
  expect(FACT_FORMS.SiteFacts.parse(before.facts)).toEqual(before.facts);
  expect(before.facts.status).toMatchObject({ word: 'in-use', also: [] });
  const params = { site: 'wp-01' };
  const body = { says: 'broken' as const, note: 'rope\u0007 broke\n at the top' };
  const made = await ask('confirm', { params, body });
  await until(() => states.at(-1) === 'says-broken');
  const { facts } = await ask('siteFacts', { params });
  expect(facts.status).toMatchObject({
    ...{ word: 'says-broken', also: ['in-use'] },
    because: { by: 'person', id: made.id, reporter: 'somebody', clock: 'trusted' },
  });
  const { statements } = await ask('listStatements', { query: { site: 'wp-01' } });
  expect(statements).toMatchObject([
    { about: 'works', value: 'broken', note: 'rope broke at the top', reporter: 'somebody' },
  ]);
  await ask('confirm', { params, body: { says: 'fixed', note: 'new rope' } });
  await until(() => states.at(-1) === 'in-use');
  const { episodes } = await ask('listEpisodes', { query: {} });
  expect(episodes).toMatchObject([{ site: 'wp-01', reported: { by: 'person' } }]);
  expect(episodes[0].end).not.toBe(null);
  const database = new Sqlite(join(folder, 'gateway.sqlite'), { readonly: true });
  onTestFinished(() => void database.close());
  const kept = database.prepare('SELECT about, value, reporter FROM statement ORDER BY id').all();
  expect(kept).toEqual([
    { about: 'works', value: 'broken', reporter: 'somebody' },
    { about: 'works', value: 'fixed', reporter: 'somebody' },
  ]);
});

test('the button and a phone are told in the order in which they spoke', async () => {
  const { gateway, hear } = await scene();
  const nowS = Math.floor(Date.now() / 1000);
  const pressed = { timeS: nowS - 600, uptimeS: 7200 };
  await hear([packetOf(NODE, happening(NODE, 2, pressed))]);
  const ask = createFactsClient(gateway.httpUrl);
  const params = { site: 'wp-01' };
  const pressedFacts = await ask('siteFacts', { params });
  expect(pressedFacts.facts.status).toMatchObject({
    word: 'says-broken',
    because: { by: 'button' },
  });
  await ask('confirm', { params, body: { says: 'fixed', note: '' } });
  const { facts } = await ask('siteFacts', { params });
  expect(facts.breakdowns).toMatchObject({ open: null, closed: 1 });
  const older = (await (await fetch(`${gateway.httpUrl}api/v1/sites/wp-01`)).json()) as object;
  expect(older).toMatchObject({ state: 'idle' });
});

test('a milestone counts litres only once people are known; its base is what was open', async () => {
  const { folder, gateway, hear } = await scene();
  await hear(recentHours(3));
  const token = putToken(folder, 'setup', 'technician');
  const ask = createFactsClient(gateway.httpUrl, withToken(token));
  const due = 1_890_000_000;
  const title = '15 L for everybody';
  const { id } = await ask('addMilestone', {
    body: { title, goal: 'litres-per-person', target: 15, due },
  });
  await ask('addMilestone', { body: { title: 'two', goal: 'water-points-open', target: 2, due } });
  await ask('addStatement', {
    params: { site: 'wp-01' },
    body: { about: 'people', value: 120, note: '' },
  });
  const { milestones } = await ask('listMilestones', {});
  expect(milestones).toMatchObject([
    { id, title, of: 1, reached: 0, unknown: 1, answer: 'unknown', madeBy: 'technician' },
    { base: 1, reached: 0, of: 2, answer: 'no' },
  ]);
  await ask('endMilestone', { params: { id }, body: {} });
  const again = await ask('listMilestones', {});
  expect(again.milestones[0].ended).not.toBe(null);
  await expect(ask('endMilestone', { params: { id }, body: {} })).rejects.toThrow(FactsError);
  const { facts } = await ask('siteFacts', { params: { site: 'wp-01' } });
  expect(facts.statements).toMatchObject([{ about: 'people', value: 120 }]);
});

function post(gateway: RunningGateway, path: string, body: unknown, headers: object = {}) {
  return fetch(new URL(path, gateway.httpUrl), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

test.each<[number, string, unknown, Record<string, string>]>([
  [404, 'sites/nowhere/confirmations', { says: 'broken' }, {}],
  [404, 'sites/a%20b/confirmations', { says: 'broken' }, {}],
  [400, 'sites/wp-01/confirmations', { says: 'perhaps' }, {}],
  [400, 'sites/wp-01/confirmations', { says: 'broken', who: 'Ann' }, {}],
  [400, 'sites/wp-01/confirmations', null, {}],
  [400, 'sites/wp-01/notes', { note: ' \n' }, {}],
  [400, 'sites/wp-01/notes', { note: 'x'.repeat(501) }, {}],
  [401, 'sites/wp-01/statements', { about: 'people', value: 3 }, {}],
  [401, 'milestones', {}, {}],
  [403, 'sites/wp-01/confirmations', { says: 'broken' }, { Origin: 'http://evil.example' }],
  [405, 'sites/wp-01/facts', {}, {}],
])('%i for POST %s %j', async (status, path, body, headers) => {
  const { gateway } = await scene();
  const answer = await post(gateway, `/api/v1/${path}`, body, headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: expect.any(String) });
});

test.each([
  ['people', -1],
  ['people', 1.5],
  ['people', '3'],
  ['water-source', 'sea'],
  ['water-source', 3],
])('a technician cannot say %s %j', async (about, value) => {
  const { folder, gateway } = await scene();
  const Authorization = `Bearer ${putToken(folder, 'setup', 'technician')}`;
  const path = '/api/v1/sites/wp-01/statements';
  expect((await post(gateway, path, { about, value }, { Authorization })).status).toBe(400);
});

test('nobody without account may read facts or say anything where everybody needs one', async () => {
  const { folder, gateway } = await scene({ anonymous: 'nobody' });
  const at = (path: string) => new URL(path, gateway.httpUrl);
  for (const path of [
    'facts',
    'sites/wp-01/facts',
    'episodes',
    'statements',
    'milestones',
    'stream',
  ])
    expect((await fetch(at(`/api/v1/${path}`))).status).toBe(401);
  const path = '/api/v1/sites/wp-01/confirmations';
  expect((await post(gateway, path, { says: 'broken' })).status).toBe(401);
  await putAccount(folder, 'ann', 'reader', 'correct horse');
  const Authorization = `Basic ${btoa('ann:correct horse')}`;
  expect((await post(gateway, path, { says: 'broken' }, { Authorization })).status).toBe(201);
  const listed = await fetch(at('/api/v1/statements'), { headers: { Authorization } });
  const text = await listed.text();
  expect(JSON.parse(text)).toMatchObject({ statements: [{ reporter: 'reader' }] });
  expect(text).not.toContain('ann');
});

test('a phone that says too much has to wait', async () => {
  const { gateway } = await scene();
  const path = '/api/v1/sites/wp-01/notes';
  const statuses: number[] = [];
  for (let at = 0; at < 11; at += 1)
    statuses.push((await post(gateway, path, { note: 'x' })).status);
  expect(statuses).toEqual([...new Array(10).fill(201), 429]);
});

test('pages: sites by name, statements by row', async () => {
  const { gateway } = await scene();
  const ask = createFactsClient(gateway.httpUrl);
  const first = await ask('listFacts', { query: { limit: 1 } });
  expect([first.sites.map(({ site }) => site), first.next]).toEqual([['canteen-01'], 'canteen-01']);
  const second = await ask('listFacts', { query: { limit: 1, after: 'canteen-01' } });
  expect([second.sites.map(({ site }) => site), second.next]).toEqual([['wp-01'], null]);
  const params = { site: 'wp-01' };
  for (const note of ['a', 'b', 'c']) await ask('addNote', { params, body: { note } });
  const newest = await ask('listStatements', { query: { limit: 2 } });
  expect(newest.statements.map(({ note }) => note)).toEqual(['c', 'b']);
  const rest = await ask('listStatements', { query: { limit: 2, before: newest.next ?? 0 } });
  expect([rest.statements.map(({ note }) => note), rest.next]).toEqual([['a'], null]);
});

test('who has an answer gets 304, until something changes', async () => {
  const { gateway } = await scene();
  const address = `${gateway.httpUrl}api/v1/statements`;
  const first = await fetch(address);
  const tag = first.headers.get('etag') ?? '';
  expect(tag).toMatch(/^"[\w-]{16,}"$/);
  const headers = { 'If-None-Match': `"other", W/${tag}` };
  const same = await fetch(address, { headers });
  expect([same.status, await same.text()]).toEqual([304, '']);
  await post(gateway, '/api/v1/sites/wp-01/notes', { note: 'x' });
  expect((await fetch(address, { headers })).status).toBe(200);
});

test('the stream tells what changed, to so many listeners of one address', async () => {
  const { gateway, hear } = await scene();
  const open = async () => {
    const ending = new AbortController();
    const answer = await fetch(`${gateway.httpUrl}api/v1/stream`, { signal: ending.signal });
    return { answer, end: () => ending.abort() };
  };
  const { answer, end } = await open();
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(part, { stream: true });
  })().catch(() => {});
  await until(() => text.includes('event: ready'));
  await hear(recentHours(1));
  await until(() => text.includes('event: site'));
  const data = /event: site\ndata: (.*)\n\n/.exec(text)?.[1] ?? '';
  expect(FACT_FORMS.SiteBrief.parse(JSON.parse(data))).toMatchObject({ site: 'wp-01' });
  await post(gateway, '/api/v1/sites/wp-01/notes', { note: 'x' });
  await until(() => text.includes('event: statement\ndata: {"site":"wp-01"}'));
  const others = await Promise.all(Array.from({ length: 8 }, open));
  const statuses = others.map((other) => other.answer.status).sort();
  expect(statuses).toEqual([...new Array(7).fill(200), 503]);
  for (const other of others) other.end();
  end();
  await reading;
  await until(async () => {
    const one = await open();
    one.end();
    return one.answer.status === 200;
  });
});
