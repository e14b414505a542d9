/*
 * Who may use the bench page: only a browser of this computer that was given the address, from this page itself.
 * Oracle: plain HTTP requests by node:http, with the headers a hostile page or a rebound name would cause.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openBench } from '../../../../scripts/technician/bench-folder';
import type { PageAct } from '../../../../scripts/technician/page/page-acts';
import { openBenchPage } from '../../../../scripts/technician/page/server';
import { directionOf, pageLanguage } from '../../../../shared/page-language';

/** An act as the calibration will be: it asks until it has two volumes. */
const POUR: PageAct = {
  name: 'calibrate',
  device: 'board',
  fields: [],
  async run({ ask, show }) {
    const first = Number(await ask('How many litres?'));
    show([['1', `${first} L`, '']]);
    const second = Number(await ask('And again?'));
    return `${first + second} L`;
  },
};

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

async function serverAt(acts?: readonly PageAct[]) {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const addresses = ['tcp://127.0.0.1:1'];
  const page = await openBenchPage({
    bench: openBench(folder),
    port: 0,
    language: '',
    addresses,
    acts,
  });
  onTestFinished(() => page.close());
  const url = new URL(page.url);
  const ask = (path: string, headers: Record<string, string> = {}, body?: unknown) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: url.port,
          path,
          headers: { host: url.host, ...headers },
          method: body === undefined ? 'GET' : 'POST',
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const opened = await ask(url.pathname + url.search);
  const cookie = `${opened.headers['set-cookie']}`.split(';')[0];
  const own = {
    cookie,
    origin: url.origin,
    'content-type': 'application/json',
    'x-tallywell-bench': '1',
  };
  return { ask, cookie, own, url, opened };
}

/** Messages of /events, until one fits. */
function untilEvent(
  url: URL,
  cookie: string,
  fits: (state: { jobs: Record<string, unknown>[] }) => boolean,
) {
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: url.port, path: '/events', headers: { host: url.host, cookie } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
          const messages = text.split('\n\n');
          text = messages.pop() ?? '';
          for (const message of messages) {
            const state = JSON.parse(message.replace(/^data: /, ''));
            if (!fits(state)) continue;
            sent.destroy();
            resolve(state.jobs[0]);
            return;
          }
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

test('the printed address gives a cookie that no other site sends, and no token stays in the bar', async () => {
  const { opened, ask, cookie } = await serverAt();
  expect(opened.status).toBe(303);
  expect(opened.headers.location).toBe('/');
  expect(`${opened.headers['set-cookie']}`).toMatch(/SameSite=Strict; HttpOnly/);
  const page = await ask('/', { cookie });
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toMatch(/default-src 'none'/);
  expect(page.body).not.toMatch(/(src|href)="https?:/);
});

test('without the token, with a wrong one, by another name: nothing', async () => {
  const { ask, cookie, url } = await serverAt();
  expect((await ask('/')).status).toBe(403);
  expect((await ask('/?token=guess')).status).toBe(403);
  expect((await ask('/events')).status).toBe(403);
  const rebound = `evil.example:${url.port}`;
  expect((await ask('/', { cookie, host: rebound })).status).toBe(421);
  expect((await ask(url.pathname + url.search, { host: rebound })).status).toBe(421);
});

test('orders from another origin, as a form, or without the page’s own header are refused', async () => {
  const { ask, own } = await serverAt();
  const body = { port: 'tcp://10.0.0.1' };
  expect((await ask('/add', own, body)).status).toBe(204);
  const forged = [
    { ...own, origin: 'http://evil.example' },
    { ...own, origin: 'null' },
    { ...own, 'content-type': 'text/plain' },
    { ...own, 'x-tallywell-bench': '' },
    { ...own, cookie: '' },
  ];
  for (const headers of forged) expect((await ask('/add', headers, body)).status).toBe(403);
  expect((await ask('/add', own, { port: 'file:///etc/passwd' })).status).toBe(400);
  expect((await ask('/add', own, { port: 'x'.repeat(20_000) })).status).toBe(400);
  expect((await ask('/act', own, { act: 'flash' })).status).toBe(400);
});

test('an act that asks waits for the person; a second one at the same port does not start', async () => {
  const { ask, own, url, cookie } = await serverAt([POUR]);
  const order = { act: 'calibrate', port: 'tcp://127.0.0.1:1', values: {}, isDryRun: false };
  expect((await ask('/act', own, { ...order, port: 'tcp://nowhere' })).status).toBe(409);
  expect((await ask('/act', own, order)).status).toBe(202);
  expect((await ask('/act', own, order)).status).toBe(409);
  const first = await untilEvent(
    url,
    cookie,
    ({ jobs }) => jobs[0]?.question === 'How many litres?',
  );
  await ask('/answer', own, { id: first.id, text: '5' });
  const second = await untilEvent(url, cookie, ({ jobs }) => jobs[0]?.question === 'And again?');
  expect(second.rows).toEqual([['1', '5 L', '']]);
  await ask('/answer', own, { id: first.id, text: '6' });
  const done = await untilEvent(url, cookie, ({ jobs }) => jobs[0]?.state === 'done');
  expect(done.said).toBe('11 L');
  expect((await ask('/act', own, order)).status).toBe(202);
  const again = await untilEvent(url, cookie, ({ jobs }) => jobs[0]?.state === 'running');
  await ask('/stop', own, { id: again.id });
  const stopped = await untilEvent(url, cookie, ({ jobs }) => jobs[0]?.state === 'failed');
  expect(stopped.said).toBe('Stopped, as you asked.');
});

test('language and direction', () => {
  expect(pageLanguage(['en', 'fr'], '', 'de-DE,fr;q=0.8,en')).toBe('fr');
  expect(pageLanguage(['en', 'fr'], 'en', 'fr')).toBe('en');
  expect(pageLanguage(['en', 'fr'], '', '')).toBe('en');
  expect(['ar', 'fa-IR', 'he', 'fr'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'ltr']);
});
