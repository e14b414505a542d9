/*
 * Forms as bytes on the wire: from our own page or from elsewhere (also as old browsers say it), what is wrong told on a page in the
 * reader's language, and the waits of whoever guesses.
 */
import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { RunningGateway } from '../../../gateway/gateway';
import { podWords } from '../../../gateway/web/pod-words';
import { PASSWORD, place } from './admin-kit';

/** Sends a form exactly so. fetch would add headers of its own. */
function send(
  gateway: RunningGateway,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  return new Promise((resolve, reject) => {
    const to = new URL(path, gateway.httpUrl);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = request(to, { method: 'POST', headers: { ...type, ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

test('old browsers say only Referer: of our own host it counts, of another, or none, it does not', async () => {
  const { gateway } = await place();
  const { host } = new URL(gateway.httpUrl);
  const login = (headers: Record<string, string>) =>
    send(gateway, '/admin/login', `name=root&password=${encodeURIComponent(PASSWORD)}`, headers);
  const good = await login({ referer: `http://${host}/admin` });
  expect([good.status, good.headers.location]).toEqual([303, '/admin']);
  expect(String(good.headers['set-cookie'])).toContain('HttpOnly; SameSite=Strict');
  for (const referer of [
    ...['http://evil.example/', `http://${host}.evil.example/`, `http://evil.example/${host}`],
    ...[`http://${host}@evil.example/`, `https://evil.example/?http://${host}/`, host, ''],
  ]) {
    const answer = await login({ referer });
    expect([referer, answer.status, answer.headers['set-cookie']]).toEqual([
      referer,
      403,
      undefined,
    ]);
  }
  expect((await login({})).status).toBe(403);
  // What a browser says of the origin counts before Referer.
  const elsewhere = { referer: `http://${host}/`, origin: 'http://evil.example' };
  expect((await login(elsewhere)).status).toBe(403);
  const says = await send(gateway, '/site/wp-01/says', 'says=broken', {
    referer: `http://${host}/site/wp-01`,
  });
  expect([says.status, says.headers.location]).toEqual([303, '/site/wp-01?told=told']);
});

test('what is wrong with a form is said on a page, in the reader’s language', async () => {
  const { gateway } = await place();
  const origin = new URL(gateway.httpUrl).origin;
  const french = { 'accept-language': 'fr' };
  const words = podWords('fr').t;
  const elsewhere = await send(gateway, '/site/wp-01/says', 'says=broken', french);
  expect([elsewhere.status, elsewhere.headers['content-type']]).toEqual([
    ...[403, 'text/html; charset=utf-8'],
  ]);
  expect(elsewhere.text).toContain('<html lang="fr"');
  expect(elsewhere.text).toContain('href="/site/wp-01"');
  const type = { ...french, origin, 'content-type': 'text/plain' };
  const unclear = await send(gateway, '/site/wp-01/says', 'says=broken', type);
  expect([unclear.status, unclear.text]).toEqual([
    415,
    expect.stringContaining(words('form.unclear')),
  ]);
  const long = await send(gateway, '/site/wp-01/says', 'x'.repeat(20_000), { ...french, origin });
  expect([long.status, long.text]).toEqual([413, expect.stringContaining(words('form.long'))]);
  const closed = await place({ anonymous: 'nobody' });
  const own = { ...french, origin: new URL(closed.gateway.httpUrl).origin };
  const login = await send(closed.gateway, '/site/wp-01/says', 'says=broken', own);
  expect([login.status, login.text]).toEqual([401, expect.stringContaining(words('form.login'))]);
});

test('the form for logging in waits like the API does, and says how long', async () => {
  const { gateway, lines } = await place();
  const origin = new URL(gateway.httpUrl).origin;
  let answer = await send(gateway, '/admin/login', 'name=zoe&password=guess-one', { origin });
  for (let tries = 0; answer.status === 401 && tries < 20; tries++)
    answer = await send(gateway, '/admin/login', 'name=zoe&password=guess-one', { origin });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    429,
    'text/html; charset=utf-8',
  ]);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  const set = await send(gateway, '/clock', 'name=zoe&password=guess-one&timeMs=1', { origin });
  expect(set.status).toBe(429);
  expect(lines.join('\n')).not.toMatch(/zoe|guess-one/);
});
