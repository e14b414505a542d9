/*
 * What: 30 phones on the Pi's Wi-Fi: each holds the stream open, reads the home page and a site's page again and again, and takes
 * the home page anew after a change, as the page's own script does; now and then one says "broken" or "fixed".
 * From where to where: address of a gateway -> requests with an address, a connection and a tag for each phone -> times.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { gunzipSync } from 'node:zlib';

const LANGUAGES = ['en', 'fr', 'sw', 'hi', 'ar', 'es', 'pt', 'am'];
/** A phone reads a page, waits so long, ms, and reads the next. */
const LOOK_MS = { least: 1_000, most: 3_000 };
/** As frame.ts: after a change, ms. */
const AFTER_CHANGE_MS = { least: 1_000, most: 3_000 };
/** How often somebody says something, ms. */
const SAY_MS = 1_000;

/** What was measured. */
export interface Crowd {
  homeMs: number[];
  siteMs: number[];
  /** The smallest answer there is, asked as often: what the way there and back takes. */
  smallMs: number[];
  notModified: number;
  /** Answers that were none. */
  failed: string[];
  changes: number;
}

/** An answer that was read to its end. */
export interface Got {
  status: number;
  text: string;
  bytes: number;
  tag: string;
  ms: number;
}

/** Asks as one phone. @param isPlain without gzip */
export interface Phone {
  get(path: string, tag?: string, isPlain?: boolean): Promise<Got>;
  say(site: string, says: string): Promise<Got>;
  /** Listens to changes until the phone goes. */
  listen(onChange: () => void): void;
  go(): void;
}

function readAll(response: IncomingMessage, began: number): Promise<Got> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const ms = performance.now() - began;
      const body = Buffer.concat(chunks);
      const isZipped = response.headers['content-encoding'] === 'gzip' && body.length > 0;
      const text = (isZipped ? gunzipSync(body) : body).toString('utf8');
      const { statusCode: status = 0, headers } = response;
      resolve({ status, text, bytes: body.length, tag: headers.etag ?? '', ms });
    });
  });
}

/** A phone with an address of its own. @param number 0..99 */
export function phone(url: string, number: number): Phone {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const from = { agent, localAddress: `127.0.1.${number + 1}` };
  const language = LANGUAGES[number % LANGUAGES.length];
  const usual = { 'Accept-Language': language, 'Accept-Encoding': 'gzip' };
  let stream: ReturnType<typeof request> | null = null;
  const ask = (method: string, path: string, headers: Record<string, string>, body = '') =>
    new Promise<Got>((resolve, reject) => {
      const began = performance.now();
      const asked = request(new URL(path, url), { ...from, method, headers }, (response) =>
        readAll(response, began).then(resolve, reject),
      );
      asked.on('error', reject);
      asked.end(body);
    });
  return {
    get: (path, tag = '', isPlain = false) =>
      ask('GET', path, {
        ...(isPlain ? { 'Accept-Language': language } : usual),
        ...(tag === '' ? {} : { 'If-None-Match': tag }),
      }),
    say: (site, says) =>
      ask(
        'POST',
        `/site/${site}/says`,
        {
          'Content-Type': 'application/x-www-form-urlencoded',
          Origin: new URL(url).origin,
        },
        `says=${says}`,
      ),
    listen(onChange) {
      stream = request(
        new URL('/api/v1/stream', url),
        { localAddress: from.localAddress, agent: false },
        (response) => {
          response.on('error', () => {});
          response.on('data', (chunk: Buffer) => {
            if (/event: (site|statement)/.test(chunk.toString())) onChange();
          });
        },
      );
      stream.on('error', () => {});
      stream.end();
    },
    go() {
      stream?.destroy();
      agent.destroy();
    },
  };
}

function between({ least, most }: { least: number; most: number }): number {
  return least + Math.random() * (most - least);
}

const waits = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One phone's life: home, site, home, … and the home page after changes. */
async function live(one: Phone, number: number, endMs: number, crowd: Crowd): Promise<void> {
  const tags = new Map<string, string>();
  const read = async (path: string, times: number[]) => {
    const got = await one.get(path, tags.get(path));
    times.push(got.ms);
    tags.set(path, got.tag);
    if (got.status === 304) crowd.notModified += 1;
    else if (got.status !== 200) crowd.failed.push(`${path}: ${got.status}`);
  };
  let isDue = false;
  let fresh: Promise<void> = Promise.resolve();
  one.listen(() => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      if (performance.now() < endMs) fresh = read('/', crowd.homeMs);
    }, between(AFTER_CHANGE_MS));
  });
  await waits(between({ least: 0, most: LOOK_MS.most }));
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    await read('/', crowd.homeMs);
    await waits(between(LOOK_MS));
    const site = ((number * 7 + turn) % 100) + 1;
    await read(`/site/wp-${String(site).padStart(3, '0')}`, crowd.siteMs);
    crowd.smallMs.push((await one.get('/api/v1/session')).ms);
    await waits(between(LOOK_MS));
  }
  await fresh;
  one.go();
}

/** Lets the phones live. @param lastMs how long */
export async function crowdOf(url: string, phones: number, lastMs: number): Promise<Crowd> {
  const crowd: Crowd = {
    ...{ homeMs: [], siteMs: [], smallMs: [], notModified: 0, failed: [], changes: 0 },
  };
  const endMs = performance.now() + lastMs;
  const lives = Array.from({ length: phones }, (_, number) =>
    live(phone(url, number), number, endMs, crowd),
  );
  // Each address may say ten things at once after a rest.
  for (let turn = 0; performance.now() < endMs - LOOK_MS.most; turn += 1) {
    await waits(SAY_MS);
    const one = phone(url, 50 + (turn % 40));
    const site = `wp-${String((turn % 20) + 1).padStart(3, '0')}`;
    const { status } = await one.say(site, turn % 40 < 20 ? 'broken' : 'fixed');
    one.go();
    if (status === 303) crowd.changes += 1;
    else crowd.failed.push(`says: ${status}`);
  }
  await Promise.all(lives);
  return crowd;
}
