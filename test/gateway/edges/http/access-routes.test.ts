/*
 * Tests of who may do what over HTTP, by table: every route, every page of administration and every form, with every scope.
 */
import { expect, test } from 'vitest';
import { OPEN_ROUTES, POST_ROUTES } from '../../../../gateway/core/routes';
import { bearer, place, raw } from '../../support/access-place';
import { putToken } from '../../support/accounts-kit';

const ROUTES: [method: string, path: string, good: number, needs: string][] = [
  ['GET', '/health', 503, 'anybody'],
  ['GET', '/clock', 200, 'anybody'],
  ['GET', '/api/v1/session', 200, 'anybody'],
  ['GET', '/', 200, 'reader'],
  ['HEAD', '/', 200, 'reader'],
  ['GET', '/api/v1/status', 200, 'reader'],
  ['GET', '/api/v1/sites', 200, 'reader'],
  ['GET', '/api/v1/sites/nowhere', 404, 'reader'],
  ['GET', '/api/v1/sites/nowhere/records', 404, 'reader'],
  ['GET', '/api/v1/schemas/', 200, 'reader'],
  ['GET', '/api/v1/pod', 200, 'reader'],
  ['GET', '/nowhere', 404, 'reader'],
  ['GET', '/api/v1/facts', 200, 'reader'],
  ['GET', '/api/v1/sites/nowhere/facts', 404, 'reader'],
  ['GET', '/api/v1/episodes', 200, 'reader'],
  ['GET', '/api/v1/statements', 200, 'reader'],
  ['GET', '/api/v1/milestones', 200, 'reader'],
  ['GET', '/api/v1/openapi.json', 200, 'reader'],
  ['GET', '/api/v1/export/', 200, 'reader'],
  ['GET', '/api/v1/export/days.csv', 200, 'reader'],
  ['GET', '/api/v1/sites/nowhere/records/1.cose', 404, 'reader'],
  ['GET', '/api/v1/sta/v1.1/', 200, 'reader'],
  ['POST', '/api/v1/sites/nowhere/confirmations', 400, 'reader'],
  ['POST', '/api/v1/sites/nowhere/notes', 400, 'reader'],
  ['POST', '/api/v1/sites/nowhere/statements', 400, 'technician'],
  ['POST', '/api/v1/milestones', 400, 'technician'],
  ['POST', '/api/v1/milestones/1/end', 404, 'technician'],
  ['POST', '/api/v1/register', 400, 'technician'],
  ['POST', '/api/v1/clock', 400, 'technician'],
  ['POST', '/api/v1/login', 400, 'anybody'],
  ['POST', '/api/v1/logout', 200, 'anybody'],
  ['GET', '/metrics', 200, 'reader'],
  ['GET', '/t', 200, 'reader'],
  ['GET', '/print', 200, 'reader'],
  ['GET', '/site/nowhere', 404, 'reader'],
  ['GET', '/check/nowhere', 404, 'reader'],
  ['GET', '/check/nowhere/1', 404, 'reader'],
  ['GET', '/assets/nothing.js', 404, 'anybody'],
  ['GET', '/api/v1/sites/nowhere/behind', 404, 'reader'],
  ['GET', '/api/v1/sites/nowhere/hours', 404, 'reader'],
  ['GET', '/api/v1/sites/nowhere/days', 404, 'reader'],
  ['GET', '/api/v1/accounts', 200, 'admin'],
  ['GET', '/api/v1/tokens', 200, 'admin'],
  ['POST', '/api/v1/language', 400, 'technician'],
  ['POST', '/api/v1/backup', 409, 'admin'],
  ['POST', '/api/v1/accounts', 400, 'admin'],
  ['POST', '/api/v1/accounts/nobody/password', 404, 'admin'],
  ['POST', '/api/v1/accounts/nobody/scope', 400, 'admin'],
  ['POST', '/api/v1/accounts/nobody/remove', 404, 'admin'],
  ['POST', '/api/v1/tokens', 400, 'admin'],
  ['POST', '/api/v1/tokens/nothing/remove', 404, 'admin'],
];

/** Pages that show what somebody may, and their forms: the scope that each needs. A token may, too. */
const PAGES: [path: string, needs: string][] = [
  ['/admin', 'reader'],
  ['/admin/sites', 'technician'],
  ['/admin/people', 'admin'],
  ['/admin/backup', 'admin'],
];
/** Each with the status of an empty form from one who may. */
const FORMS: [path: string, good: number, needs: string][] = [
  ['/admin/language', 303, 'technician'],
  ['/admin/sites', 409, 'technician'],
  ['/admin/people', 409, 'admin'],
  ['/admin/backup', 409, 'admin'],
  ['/clock', 409, 'technician'],
];
const RANKS = ['anybody', 'reader', 'technician', 'admin'];

test('every route, with nothing, and with the token of every scope', async () => {
  const { folder, ask } = await place('nobody');
  const tokens = RANKS.slice(1).map((scope) => putToken(folder, scope, scope as 'reader'));
  for (const [method, path, good, needs] of ROUTES) {
    const body = method === 'POST' ? '{}' : undefined;
    const statuses = await Promise.all(
      [{}, ...tokens.map(bearer)].map(async (who) => {
        const headers = { ...who, 'content-type': 'application/json' };
        return (await ask(path, { method, body, headers })).status;
      }),
    );
    const expected = RANKS.map((rank) => {
      if (RANKS.indexOf(rank) >= RANKS.indexOf(needs)) return good;
      return rank === 'anybody' ? 401 : 403;
    });
    expect([method, path, ...statuses]).toEqual([method, path, ...expected]);
  }
  const named = [...ROUTES, ...PAGES, ...FORMS].map(([path, second]) =>
    `${path.startsWith('/') ? path : second}`.slice(1),
  );
  for (const path of [...Object.keys(POST_ROUTES), ...Object.keys(OPEN_ROUTES)])
    expect(named).toContain(path);
});

test('every page of administration and every form of it, with nothing, and with every scope', async () => {
  const { folder, ask, gateway } = await place('nobody');
  const tokens = RANKS.slice(1).map((scope) => putToken(folder, scope, scope as 'reader'));
  const origin = new URL(gateway.httpUrl).origin;
  const statuses = (path: string, init: RequestInit) =>
    Promise.all(
      [{}, ...tokens.map(bearer)].map(async (who) => {
        const answer = await ask(path, {
          ...{ ...init, redirect: 'manual' as const },
          headers: { ...who, ...(init.headers as object) },
        });
        expect(answer.headers.get('content-type') ?? '').toContain('text/html');
        return answer.status;
      }),
    );
  const expected = (needs: string, good: number, nobody: number) =>
    RANKS.map((rank) => {
      if (rank === 'anybody') return nobody;
      return RANKS.indexOf(rank) >= RANKS.indexOf(needs) ? good : 403;
    });
  // Whoever is not known finds the form for logging in.
  for (const [path, needs] of PAGES)
    expect([path, await statuses(path, {})]).toEqual([path, expected(needs, 200, 200)]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin };
  for (const [path, good, needs] of FORMS)
    expect([path, await statuses(path, { method: 'POST', headers })]).toEqual([
      path,
      expected(needs, good, 401),
    ]);
  const elsewhere = { ...headers, ...bearer(tokens[2]), origin: 'http://evil.example' };
  for (const [path] of FORMS)
    expect((await ask(path, { method: 'POST', headers: elsewhere })).status).toBe(403);
});

test('without accounts everybody reads, and nobody changes anything', async () => {
  const { ask, gateway } = await place();
  expect((await ask('/')).status).toBe(200);
  // Not by fetch, which says Sec-Fetch-Mode itself.
  const refused = await raw(
    gateway.httpUrl,
    'POST /api/v1/clock HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
  );
  expect(refused.slice(9, 12)).toBe('401');
  expect(refused.toLowerCase()).toContain(
    'www-authenticate: basic realm="tallywell", charset="utf-8", bearer realm="tallywell"\r\n',
  );
  expect(refused).toContain('Cache-Control: no-store');
  const byPage = await ask('/api/v1/session', { headers: bearer('x') });
  expect([byPage.status, byPage.headers.get('www-authenticate')]).toEqual([
    ...[401, 'Bearer realm="tallywell"'],
  ]);
});
