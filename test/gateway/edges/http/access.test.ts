/*
 * Tests of access over HTTP, against a running gateway: every way to log in, pages of other origins, bodies, sessions, and what
 * a technician types. Who may do what, by table: access-routes.test.ts.
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { addressKey } from '../../../../gateway/core/addresses';
import { jsonAnswer } from '../../../../gateway/edges/http/answer';
import { startHttp } from '../../../../gateway/edges/http/http';
import { startGateway } from '../../../../gateway/gateway';
import {
  HTTP_BODY_BYTES_MAX,
  HTTP_REQUESTS_BURST_MAX,
  HTTP_TARGET_CHARS_MAX,
  LOGIN_FREE_TRIES,
} from '../../../../gateway/limits/http';
import { packageFolder } from '../../../../scripts/village/options';
import { basic, bearer, PASSWORD, place, raw, session } from '../../support/access-place';
import { dropAccount, dropToken, putAccount, putToken } from '../../support/accounts-kit';
import { testFolder } from '../../support/places';

test('wrong credentials are no credentials, also where everybody may read', async () => {
  const { folder, ask } = await place();
  await putAccount(folder, 'ann', 'reader', PASSWORD);
  const statusWith = async (headers: Record<string, string>) =>
    (await ask('/api/v1/status', { headers })).status;
  expect(await statusWith(basic('ann', PASSWORD))).toBe(200);
  expect(await statusWith(basic('ann', 'guess'))).toBe(401);
  expect(await statusWith(bearer('tw_guess'))).toBe(401);
  expect(await statusWith({ authorization: 'Digest x' })).toBe(401);
  // An ended session is what every browser has after a restart.
  expect(await statusWith({ cookie: `tallywell_session=${'x'.repeat(43)}` })).toBe(200);
  expect((await ask('/health', { headers: bearer('x') })).status).toBe(503);
});

test('a session: who it is, what it may, and its end', async () => {
  const here = await place('nobody');
  const { folder, ask, post } = here;
  await putAccount(folder, 'ann', 'technician', PASSWORD);
  const page = await session(here, 'ann');
  const who = async () => (await ask('/api/v1/session', { headers: page })).json();
  expect(await who()).toEqual({ name: 'ann', scope: 'technician' });
  expect((await ask('/', { headers: page })).status).toBe(200);
  // Let through: the clock itself says that it is surer already.
  expect((await post('/api/v1/clock', { timeMs: Date.now() }, page)).status).toBe(409);
  const out = await post('/api/v1/logout', {}, page);
  expect([out.status, out.headers.get('set-cookie')]).toEqual([
    ...[200, 'tallywell_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0'],
  ]);
  expect(await who()).toEqual({ name: null, scope: null });
  expect((await ask('/', { headers: page })).status).toBe(401);
});

test('what the command line changes counts at once: accounts, sessions, tokens', async () => {
  const here = await place('nobody');
  const { folder, ask } = here;
  await putAccount(folder, 'ann', 'technician', PASSWORD);
  const token = putToken(folder, 'phone', 'reader');
  const [first, second] = [await session(here, 'ann'), await session(here, 'ann')];
  const status = async (headers: Record<string, string>) => (await ask('/', { headers })).status;
  expect([await status(first), await status(bearer(token))]).toEqual([200, 200]);
  await putAccount(folder, 'ann', 'technician', 'another one');
  dropToken(folder, 'phone');
  expect([await status(first), await status(bearer(token))]).toEqual([401, 401]);
  expect(await status(basic('ann', PASSWORD))).toBe(401);
  expect(await status(basic('ann', 'another one'))).toBe(200);
  dropAccount(folder, 'ann');
  expect([await status(second), await status(basic('ann', 'another one'))]).toEqual([401, 401]);
});

test('a page of another origin changes nothing, whatever the browser sends along', async () => {
  const here = await place();
  const { folder, post, gateway } = here;
  await putAccount(folder, 'ann', 'admin', PASSWORD);
  const { cookie, origin } = await session(here, 'ann');
  // 409: let through, and the clock itself says that it is surer already.
  const set = async (headers: Record<string, string>) =>
    (await post('/api/v1/clock', { timeMs: Date.now() }, headers)).status;
  expect(await set({ cookie, origin })).toBe(409);
  expect(await set({ cookie, 'sec-fetch-site': 'same-origin' })).toBe(409);
  expect(await set({ cookie })).toBe(403);
  expect(await set({ cookie, origin: 'http://evil.example' })).toBe(403);
  expect(await set({ cookie, origin: 'null' })).toBe(403);
  expect(await set({ cookie, origin, 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await set({ ...basic('ann', PASSWORD), origin: 'http://evil.example' })).toBe(403);
  expect(await set({ ...basic('ann', PASSWORD), 'sec-fetch-site': 'same-site' })).toBe(403);
  expect(await set(basic('ann', PASSWORD))).toBe(409);
  // A form, which needs no leave of ours: not JSON.
  const form = { cookie, origin, 'content-type': 'text/plain' };
  expect(await set(form)).toBe(415);
  const login = { name: 'ann', password: PASSWORD };
  const elsewhere = await post('/api/v1/login', login, { origin: 'http://evil.example' });
  expect([elsewhere.status, elsewhere.headers.get('set-cookie')]).toEqual([403, null]);
  const rebound = await raw(
    gateway.httpUrl,
    `POST /api/v1/clock HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
  );
  expect(rebound.slice(9, 12)).toBe('421');
});

test('bodies: no JSON, too long, of another kind, cut off; the server lives on', async () => {
  const { folder, gateway, ask, post } = await place();
  const token = putToken(folder, 'phone', 'technician');
  const set = async (body: string, headers: Record<string, string> = {}) =>
    (await post('/api/v1/clock', body, { ...bearer(token), ...headers })).status;
  for (const body of ['', '{', 'null', '[]', '{"timeMs":"1"}', '{"timeMs":1e400}', '\u0000'])
    expect([body, await set(body)]).toEqual([body, 400]);
  expect(await set('{"__proto__":{"timeMs":1}}')).toBe(400);
  expect(await set('x'.repeat(HTTP_BODY_BYTES_MAX + 1))).toBe(413);
  expect(await set('{}', { 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
  expect(await set('{}', { 'content-type': 'application/json; charset=latin1' })).toBe(415);
  expect(await set('{}', { 'content-encoding': 'gzip' })).toBe(415);
  const head = `POST /api/v1/clock HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
  const chunk = `${(5000).toString(16)}\r\n${'x'.repeat(5000)}\r\n`;
  const chunked = await raw(
    gateway.httpUrl,
    `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`,
  );
  expect(chunked.slice(9, 12)).toBe('413');
  const cut = connect({ host: '127.0.0.1', port: Number(new URL(gateway.httpUrl).port) });
  cut.on('error', () => {});
  cut.write(`${head}Content-Length: 100\r\n\r\n{"timeMs":`);
  cut.destroySoon();
  expect((await ask(`/?${'q'.repeat(HTTP_TARGET_CHARS_MAX)}`)).status).toBe(414);
  expect((await ask('/')).status).toBe(200);
});

test('login: the waits reach people, nothing typed reaches a log, a name that is not there is no news', async () => {
  const { folder, lines, post } = await place();
  await putAccount(folder, 'ann', 'admin', PASSWORD);
  const wrong = await post('/api/v1/login', { name: 'ann', password: 'guess-one' });
  const unknown = await post('/api/v1/login', { name: 'zoe', password: 'guess-two' });
  expect([wrong.status, await wrong.text()]).toEqual([unknown.status, await unknown.text()]);
  expect((await post('/api/v1/login', { name: ['ann'], password: PASSWORD })).status).toBe(400);
  // On a busy machine a first wait may be over before the next try: then the next one is longer.
  let answer = wrong;
  for (let tries = 2; answer.status === 401 && tries < 20; tries++) {
    answer = await post('/api/v1/login', { name: 'zoe', password: 'guess-two' });
    if (tries < LOGIN_FREE_TRIES) expect(answer.status).toBe(401);
  }
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(lines.join('\n')).toContain('login refused several times, the last time from 127.0.0.1');
  expect(lines.join('\n')).not.toMatch(/guess|zoe|ann|horse/);
});

test('an address that asks too often waits, and others do not', async () => {
  let nowMs = 0;
  const server = await startHttp('127.0.0.1', 0, async () => jsonAnswer({}), {
    ...{ steadyMs: () => nowMs, isFree: () => false },
  });
  onTestFinished(() => server.close());
  const statuses: number[] = [];
  for (let i = 0; i < HTTP_REQUESTS_BURST_MAX + 1; i++) {
    const answer = await fetch(server.url);
    statuses.push(answer.status);
    if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('1');
    await answer.text();
  }
  expect(statuses.filter((status) => status === 200).length).toBe(HTTP_REQUESTS_BURST_MAX);
  expect(statuses.at(-1)).toBe(429);
  nowMs += 1_000;
  expect((await fetch(server.url)).status).toBe(200);
  expect(addressKey('127.0.0.1')).not.toBe(addressKey('127.0.0.2'));
});

test('a request that never ends is ended by the server', async () => {
  const { gateway } = await place();
  const answer = await raw(gateway.httpUrl, 'POST /api/v1/login HTTP/1.1\r\nHost: 127.0.0.1\r\n');
  expect(answer.slice(9, 12)).toBe('408');
});

function tallywell(args: string[], token: string): Promise<{ code: number | null; out: string }> {
  const script = join(packageFolder(), 'dist/tallywell.js');
  const env = { ...process.env, TALLYWELL_TOKEN: token };
  const child = spawn(process.execPath, [script, ...args], { env });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      out += chunk;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })));
}

test('tallywell clock set, as it is typed: a technician’s token sets the clock, a reader’s does not', async () => {
  const folder = testFolder();
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 },
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  // Surer than a time server, which this machine may have.
  const verb = ['clock', 'set', 'now-from-this-machine', '--uncertainty', '1'];
  verb.push('--url', gateway.httpUrl);
  const none = await tallywell(verb, '');
  expect([none.code, none.out]).toEqual([1, expect.stringContaining('technician')]);
  const reader = putToken(folder, 'display', 'reader');
  expect((await tallywell(verb, reader)).code).toBe(1);
  expect(gateway.status().clock.source).not.toBe('technician');
  const done = await tallywell(verb, putToken(folder, 'phone', 'technician'));
  expect([done.code, done.out]).toEqual([0, expect.stringContaining('trusted, from technician')]);
  expect(gateway.status().clock).toMatchObject({ state: 'trusted', source: 'technician' });
});

test('requests with bytes changed anywhere: an answer or none, and nothing changes', async () => {
  const { folder, gateway, ask } = await place();
  await putAccount(folder, 'ann', 'technician', PASSWORD);
  const good = [
    'POST /api/v1/clock HTTP/1.1',
    'Host: 127.0.0.1',
    `Authorization: Basic ${Buffer.from('ann:correct-horse').toString('base64')}`,
    `Cookie: a=b; tallywell_session=${'x'.repeat(43)}`,
    'Origin: http://127.0.0.1',
    'Content-Type: application/json',
    'Content-Length: 24',
    'Connection: close',
    '',
    '{"timeMs":1790000000000}',
  ].join('\r\n');
  const change = fc.record({
    at: fc.nat(good.length - 1),
    cut: fc.integer({ min: 0, max: 20 }),
    put: fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.constantFrom('\r\n', '\r\n\r\n', ': ', '\0', '%'),
    ),
  });
  const before = gateway.status().clock;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let text = good;
      for (const { at, cut, put } of changes) text = text.slice(0, at) + put + text.slice(at + cut);
      const answer = await rawEnded(gateway.httpUrl, text);
      expect(answer).toMatch(/^(HTTP\/1\.1 [45]\d\d |HTTP\/1\.1 200 [\s\S]*<html|$)/);
    }),
    { numRuns: 300 },
  );
  expect(gateway.status().clock).toEqual(before);
  expect((await ask('/')).status).toBe(200);
});

/** Sends raw text, says that no more will come, and reads all that comes back. */
function rawEnded(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const port = Number(new URL(url).port);
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(answer));
    socket.end(text, 'latin1');
  });
}
