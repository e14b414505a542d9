/*
 * What administrators change over HTTP is asked and answered as the OpenAPI document says: one body after another, each judged.
 */
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../../gateway/gateway';
import { exportFolder } from '../export/kit';
import { putToken } from '../support/accounts-kit';
import { DOCUMENT, faultsAt, type Json, judged, OPERATIONS_TOLD } from './openapi-kit';

/** What administrators change: body, what must be answered, and whether the document's schema takes the body. */
const CHANGES: [path: string, name: string, body: Json, status: number][] = [
  ['/api/v1/language', '', { language: 'sw' }, 200],
  ['/api/v1/language', '', { language: '' }, 200],
  ['/api/v1/language', '', { language: 'Sw' }, 400],
  ['/api/v1/language', '', {}, 400],
  ['/api/v1/accounts', '', { name: 'ann', scope: 'technician' }, 200],
  ['/api/v1/accounts', '', { name: 'ben', scope: 'reader', password: 'correct horse' }, 200],
  ['/api/v1/accounts', '', { name: 'ann', scope: 'reader', password: '' }, 409],
  ['/api/v1/accounts', '', { name: 'cleo', scope: 'reader', password: 'short' }, 400],
  ['/api/v1/accounts', '', { name: 'no name', scope: 'reader' }, 400],
  ['/api/v1/accounts', '', { name: 'dora', scope: 'king' }, 400],
  ['/api/v1/accounts/{name}/password', 'ann', {}, 200],
  ['/api/v1/accounts/{name}/password', 'ann', { password: 'battery staple' }, 200],
  ['/api/v1/accounts/{name}/password', 'ann', { password: 7 }, 400],
  ['/api/v1/accounts/{name}/password', 'nobody', {}, 404],
  ['/api/v1/accounts/{name}/scope', 'ann', { scope: 'admin' }, 200],
  ['/api/v1/accounts/{name}/scope', 'ann', {}, 400],
  ['/api/v1/accounts/{name}/scope', 'nobody', { scope: 'admin' }, 404],
  ['/api/v1/accounts/{name}/remove', 'ben', {}, 200],
  ['/api/v1/accounts/{name}/remove', 'ben', {}, 404],
  ['/api/v1/tokens', '', { name: 'sheet', scope: 'reader' }, 200],
  ['/api/v1/tokens', '', { name: 'field', scope: 'technician', days: 30 }, 200],
  ['/api/v1/tokens', '', { name: 'wall', scope: 'reader', days: null }, 200],
  ['/api/v1/tokens', '', { name: 'sheet', scope: 'reader' }, 409],
  ['/api/v1/tokens', '', { name: 'other', scope: 'reader', days: 0 }, 400],
  ['/api/v1/tokens', '', { name: 'other', scope: 'reader', days: 99_999 }, 400],
  ['/api/v1/tokens/{name}/remove', 'sheet', {}, 200],
  ['/api/v1/tokens/{name}/remove', 'sheet', {}, 404],
  ['/api/v1/backup', '', {}, 409],
];

test('what administrators change is asked and answered as the document says; its schema refuses what the gateway refuses', async () => {
  const folder = exportFolder();
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 },
    ...{ pod: 'testpod', log: () => {}, clock: 'machine' as const },
  });
  onTestFinished(() => gateway.stop());
  const bearer = (token: string) => ({
    ...{ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
  });
  const admin = bearer(putToken(folder, 'root', 'admin'));
  const reader = bearer(putToken(folder, 'eyes', 'reader'));
  for (const [path, name, body, status] of CHANGES) {
    const told = DOCUMENT.paths[path].post;
    const place = ['paths', path, 'post', 'requestBody', 'content', 'application/json', 'schema'];
    const what = `${path} ${name} ${JSON.stringify(body)}`;
    expect([what, faultsAt(place, body).length > 0]).toEqual([what, status === 400]);
    const address = new URL(path.replace('{name}', name), gateway.httpUrl);
    const ask = (headers: Record<string, string>) =>
      fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
    const operation = { path, method: 'post', told };
    const refused = await ask(reader);
    expect([what, refused.status]).toEqual([what, 403]);
    await judged(refused, operation, what);
    const answer = await ask(admin);
    expect([what, answer.status]).toEqual([what, status]);
    await judged(answer, operation, what);
  }
  const changed = OPERATIONS_TOLD.filter(
    ({ path, method }) => method === 'post' && /v1\/(accounts|tokens|language|backup)/.test(path),
  );
  expect(new Set(CHANGES.map(([path]) => path))).toEqual(new Set(changed.map(({ path }) => path)));
});
