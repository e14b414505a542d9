/*
 * Tests of the HTTP server on a real socket: answers, headers, escaping, and requests nobody should make.
 */
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { jsonAnswer } from '../../../../gateway/edges/http/answer';
import { startHttp } from '../../../../gateway/edges/http/http';
import { type RunningGateway, startGateway } from '../../../../gateway/gateway';
import { HTTP_CLIENTS_PER_ADDRESS_MAX } from '../../../../gateway/limits/http';
import { homeContent } from '../../../../gateway/web/home-page';
import { podWords } from '../../../../gateway/web/pod-words';
import { raw } from '../../support/access-place';
import { packetOf, testNode, usage } from '../../support/nodes';
import { startOracleRadio } from '../../support/oracle-radio';
import { registerFile, testFolder, until } from '../../support/places';

async function gatewayWithOneRecord(): Promise<RunningGateway> {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: registerFile(folder, [1, 2]),
    clock: 'machine',
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  radio.hear({ payload: packetOf(testNode(1), usage(testNode(1), 1, { counters: [12_345, 12] })) });
  await until(() => gateway.status().records.stored === 1);
  return gateway;
}

function statusOf(answer: string): number {
  return Number(answer.slice(9, 12));
}

test('the page: every site, escaped, small, nothing from elsewhere', async () => {
  const gateway = await gatewayWithOneRecord();
  const response = await fetch(gateway.httpUrl);
  const html = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(html).toContain('Well &lt;b&gt;&amp; &quot;one&quot;&lt;/b&gt;');
  expect(html).not.toContain('<b>&');
  expect(html).toContain('Idle');
  expect(html).toContain('Never heard');
  // Silence is not zero.
  expect(html).toContain('<span class="big">?');
  expect(html).not.toContain('>0 meals');
  const { warnings } = gateway.status();
  expect(html.match(/<li>/g)).toHaveLength(2 + warnings.length + gateway.status().problems.length);
  expect(html).not.toMatch(/https?:|<img|@import|url\(|src=/);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html.length).toBeLessThan(60_000);
});

test('the page says what is wrong with the gateway and what should be done, escaped', () => {
  const of = (problems: string[], warnings: string[]) =>
    homeContent(podWords('en'), { pod: 'p', atS: 0, problems, warnings }, [], []);
  const html = of(['radio: <img src=x> & "quoted"'], ['no backup']);
  expect(html).toContain('<li>radio: &lt;img src=x&gt; &amp; &quot;quoted&quot;</li>');
  expect(html).toContain('<li>no backup</li>');
  expect(html).not.toContain('<img');
  expect(of([], [])).not.toContain('<section');
});

test('the API: sites, one site, its records, status, health, schemas', async () => {
  const gateway = await gatewayWithOneRecord();
  const get = (path: string) => fetch(new URL(path, gateway.httpUrl));
  const { sites } = (await (await get('/api/v1/sites')).json()) as { sites: { site: string }[] };
  expect(sites.map(({ site }) => site)).toEqual(['canteen-01', 'wp-01']);
  const records = (await (await get('/api/v1/sites/wp-01/records?limit=1')).json()) as object;
  expect(records).toMatchObject({ records: [{ id: 1, epoch: 1, seq: 1 }], next: null });
  const hours = await (await get('/api/v1/sites/wp-01/hours?from=1772323200&to=1772409600')).json();
  expect(hours).toEqual({
    hours: [{ t: expect.any(Number), minutes: 60, volumeDl: 60, draws: 12 }],
  });
  const days = await (await get('/api/v1/sites/wp-01/days?from=x&to=4000000000')).json();
  expect(days).toEqual({ days: [] });
  expect(await (await get('/api/v1/sites/wp-01/records?after=1')).json()).toEqual({
    records: [],
    next: null,
  });
  expect((await get('/api/v1/sites/nowhere')).status).toBe(404);
  expect((await get('/api/v1/sites/wp-01/nothing')).status).toBe(404);
  expect((await get('/api/v2/sites')).status).toBe(404);
  expect((await get('/api/v1/schemas/constructor.json')).status).toBe(404);
  expect((await get('/health')).status).toBe(200);
  const head = await fetch(new URL('/api/v1/status', gateway.httpUrl), { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('health fails while the radio is away', async () => {
  const folder = testFolder();
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: ['tcp://127.0.0.1:9'],
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  const response = await fetch(new URL('/health', gateway.httpUrl));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ healthy: false });
});

test('what is no reading request is refused, and the server lives on', async () => {
  const gateway = await gatewayWithOneRecord();
  const url = gateway.httpUrl;
  const host = `Host: 127.0.0.1\r\nConnection: close\r\n\r\n`;
  expect(
    statusOf(await raw(url, `POST /api/v1/sites HTTP/1.1\r\nContent-Length: 0\r\n${host}`)),
  ).toBe(405);
  expect(statusOf(await raw(url, `DELETE / HTTP/1.1\r\n${host}`))).toBe(405);
  expect(
    statusOf(await raw(url, 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')),
  ).toBe(421);
  expect(statusOf(await raw(url, `GET /api/v1/sites/%zz HTTP/1.1\r\n${host}`))).toBe(400);
  expect(statusOf(await raw(url, `GET /../../etc/passwd HTTP/1.1\r\n${host}`))).toBe(404);
  expect(statusOf(await raw(url, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}`))).toBe(431);
  expect(statusOf(await raw(url, 'no http at all\r\n\r\n'))).toBe(400);
  expect((await fetch(url)).status).toBe(200);
});

test('a port in use is said with what to do', async () => {
  const gateway = await gatewayWithOneRecord();
  const httpPort = Number(new URL(gateway.httpUrl).port);
  const second = { dataDir: testFolder(), radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort };
  await expect(startGateway({ ...second, log: () => {} })).rejects.toThrow(/--http-port/);
});

test('close waits for an answer that is still made: what it reads must not be closed under it', async () => {
  const order: string[] = [];
  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const server = await startHttp('127.0.0.1', 0, async () => {
    order.push('asked');
    await waiting;
    order.push('answered');
    return jsonAnswer({});
  });
  const asked = fetch(server.url).catch(() => null);
  await until(() => order.length === 1);
  const closed = server.close().then(() => order.push('closed'));
  expect(await asked).toBe(null);
  goOn();
  await closed;
  expect(order).toEqual(['asked', 'answered', 'closed']);
});

test('one address has its share of the connections, and gets it back', async () => {
  const limits = { steadyMs: () => 0, isFree: () => false };
  const server = await startHttp('127.0.0.1', 0, async () => jsonAnswer({}), limits);
  onTestFinished(() => server.close());
  const open = new Set<Socket>();
  const closed: Socket[] = [];
  const dial = () => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      closed.push(socket);
    });
  };
  for (let i = 0; i < HTTP_CLIENTS_PER_ADDRESS_MAX + 3; i++) dial();
  await until(() => closed.length === 3);
  expect(open.size).toBe(HTTP_CLIENTS_PER_ADDRESS_MAX);
  for (const socket of [...open].slice(0, 5)) socket.destroy();
  await until(async () => (await fetch(server.url).catch(() => null))?.status === 200);
});
