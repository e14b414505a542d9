/*
 * Tests of the page /clock: its policy lets its own script run and nothing else, old phones can read the script, and
 * what the script asks sets the clock.
 */
import { createHash } from 'node:crypto';
import { parse } from 'acorn';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import { putAccount } from '../support/accounts-kit';
import { testFolder } from '../support/places';

async function place(): Promise<{ folder: string; gateway: RunningGateway }> {
  const folder = testFolder();
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], anonymous: 'nobody', pod: 'hill' },
    ...{ mqttPort: 0, httpPort: 0, log: () => {} },
  });
  onTestFinished(() => gateway.stop());
  return { folder, gateway };
}

test('the one script of the page may run, is ES5, and nothing is asked from elsewhere', async () => {
  const { gateway } = await place();
  const answer = await fetch(new URL('/clock', gateway.httpUrl));
  expect(answer.status).toBe(200);
  const html = await answer.text();
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
  expect(scripts.length).toBe(1);
  const hash = createHash('sha256').update(scripts[0]).digest('base64');
  const policy = answer.headers.get('content-security-policy');
  expect(policy).toContain(`script-src 'sha256-${hash}';`);
  expect(policy).toContain("default-src 'none'");
  expect(() => parse(scripts[0], { ecmaVersion: 5 })).not.toThrow();
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(html).toContain('The gateway does not know the time.');
});

test('what the script asks, as a browser asks it: the clock is set, and the session ends', async () => {
  const { folder, gateway } = await place();
  await putAccount(folder, 'ann', 'technician', 'correct horse');
  const origin = gateway.httpUrl.slice(0, -1);
  const post = (path: string, body: object, cookie = '') =>
    fetch(new URL(path, gateway.httpUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify(body),
    });
  const wrong = await post('/api/v1/login', { name: 'ann', password: 'wrong horse' });
  expect([wrong.status, await wrong.json()]).toEqual([401, { error: expect.any(String) }]);
  const login = await post('/api/v1/login', { name: 'ann', password: 'correct horse' });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0];
  expect(gateway.status().clock.state).toBe('unknown');
  const set = await post('/api/v1/clock', { timeMs: Date.now() }, cookie);
  expect(await set.json()).toMatchObject({ clock: { state: 'trusted', source: 'technician' } });
  expect(gateway.status().clock.state).toBe('trusted');
  await post('/api/v1/logout', {}, cookie);
  expect((await post('/api/v1/clock', { timeMs: Date.now() }, cookie)).status).toBe(401);
});
