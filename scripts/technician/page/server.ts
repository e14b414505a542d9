/*
 * server.ts: the bench page's HTTP server, for this computer only.
 * Way: browser on this computer -> checks -> hub. It listens on 127.0.0.1; a request must name localhost (against DNS rebinding), carry
 * the cookie that the printed address gave, and, when it changes something, come from this page (against forged requests).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { pageLanguage } from '../../../shared/page-language';
import type { Bench } from '../bench';
import { verifyLog } from '../bench-folder';
import { labelSvgOf } from '../label';
import {
  PAGE_BODY_BYTES_MAX,
  PAGE_LOG_LINES,
  PAGE_LOOK_MS,
  PAGE_VALUE_CHARACTERS_MAX,
  PAGE_WINDOWS_MAX,
} from '../limits';
import { nodeInUse, readSites, siteOf } from '../sites';
import { LANGUAGES } from '../words';
import { isAddress } from './address';
import {
  benchDocument,
  labelsDocument,
  logDocument,
  type PageView,
  sentenceDocument,
} from './document';
import { createHub, type Hub } from './hub';
import { PAGE_ACTS, type PageAct } from './page-acts';
import { pageWords } from './page-words';

/** What the page works with. */
export interface BenchPageOptions {
  bench: Bench;
  /** 0 = any free port. */
  port: number;
  /** Language without which a browser says otherwise; '' = the browser's. */
  language: string;
  acts?: readonly PageAct[];
  /** Addresses that are there from the beginning. */
  addresses?: readonly string[];
}

/** A page at work. */
export interface BenchPage {
  /** Address to open, with its token. */
  url: string;
  close(): Promise<void>;
}

const ORDER = z.object({
  act: z.string().max(40),
  port: z.string().max(300),
  values: z.record(z.string().max(40), z.string().max(PAGE_VALUE_CHARACTERS_MAX)),
  isDryRun: z.boolean(),
});
const ANSWER = z.object({ id: z.string().max(60), text: z.string().max(500) });
const STOP = z.object({ id: z.string().max(60) });
const ADD = z.object({ port: z.string().max(300) });

interface Served {
  hub: Hub;
  options: BenchPageOptions;
  acts: readonly PageAct[];
  token: string;
  port: number;
  windows: Set<ServerResponse>;
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function cookieName({ port }: Served): string {
  return `tallywell-bench-${port}`;
}

function cookieOf(request: IncomingMessage, name: string): string {
  const all = (request.headers.cookie ?? '').split(';').map((one) => one.trim().split('='));
  return all.find(([one]) => one === name)?.[1] ?? '';
}

/** Did the browser mean this server by its own name? */
function isForUs({ port }: Served, { headers }: IncomingMessage): boolean {
  return [`localhost:${port}`, `127.0.0.1:${port}`].includes(headers.host ?? '');
}

/** Does it come from this page, and not from another site in the same browser? */
function isFromUs(served: Served, { headers }: IncomingMessage): boolean {
  const origins = [`http://localhost:${served.port}`, `http://127.0.0.1:${served.port}`];
  const isJson = headers['content-type'] === 'application/json';
  return isJson && headers['x-tallywell-bench'] === '1' && origins.includes(headers.origin ?? '');
}

function viewOf({ options }: Served, request: IncomingMessage, url: URL): PageView {
  const chosen =
    url.searchParams.get('lang') ?? (cookieOf(request, 'tallywell-lang') || options.language);
  const language = pageLanguage(LANGUAGES, chosen, request.headers['accept-language'] ?? '');
  return { t: pageWords(language), language, nonce: randomBytes(16).toString('base64') };
}

function answerPage(response: ServerResponse, status: number, view: PageView, html: string): void {
  const { nonce, language } = view;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    'set-cookie': `tallywell-lang=${language}; Path=/; SameSite=Strict; HttpOnly`,
  });
  response.end(html);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'cache-control': 'no-store' }).end();
}

function tellEvents(served: Served, request: IncomingMessage, response: ServerResponse): void {
  if (served.windows.size >= PAGE_WINDOWS_MAX) {
    end(response, 503);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  served.windows.add(response);
  const stop = served.hub.listen((state) => response.write(`data: ${JSON.stringify(state)}\n\n`));
  request.on('close', () => {
    stop();
    served.windows.delete(response);
  });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > PAGE_BODY_BYTES_MAX) throw new Error('too long');
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** Obeys an order; the status of its answer. */
function obey({ hub }: Served, path: string, body: unknown, view: PageView): number {
  if (path === '/act') return hub.start(ORDER.parse(body), view.t) ? 202 : 409;
  if (path === '/stop') hub.stop(STOP.parse(body).id);
  else if (path === '/answer') {
    const { id, text } = ANSWER.parse(body);
    hub.answer(id, text);
  } else if (path === '/add') {
    const { port } = ADD.parse(body);
    if (!isAddress(port)) return 400;
    hub.addAddress(port);
  } else return 404;
  return 204;
}

/** A label by itself: fonts are in it, no script. Throws: Trouble no-pod, no-site, not-provisioned. */
function answerLabel({ options: { bench } }: Served, response: ServerResponse, site: string): void {
  const svg = labelSvgOf(siteOf(bench.folder, site), bench.pod());
  response.writeHead(200, {
    'content-type': 'image/svg+xml',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; font-src data:",
  });
  response.end(svg);
}

function show(served: Served, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const view = viewOf(served, request, url);
  if (url.pathname === '/events') tellEvents(served, request, response);
  else if (url.pathname === '/') {
    answerPage(response, 200, view, benchDocument(view, served.acts));
  } else if (url.pathname === '/log') {
    const lines = verifyLog(served.options.bench.folder).lines.slice(-PAGE_LOG_LINES);
    answerPage(response, 200, view, logDocument(view, lines));
  } else if (url.pathname === '/labels') {
    const { sites } = readSites(served.options.bench.folder);
    const wanted = url.searchParams.get('site');
    const named = sites
      .filter((site) => nodeInUse(site) !== null && (wanted === null || site.site === wanted))
      .map(({ site }) => site);
    answerPage(response, 200, view, labelsDocument(view, named));
  } else if (url.pathname === '/label.svg') {
    answerLabel(served, response, url.searchParams.get('site') ?? '');
  } else end(response, 404);
}

async function serve(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isForUs(served, request)) return end(response, 421);
  const url = new URL(request.url ?? '/', `http://localhost:${served.port}`);
  const given = url.searchParams.get('token');
  if (request.method === 'GET' && given !== null && isSame(given, served.token)) {
    const cookie = `${cookieName(served)}=${served.token}; Path=/; SameSite=Strict; HttpOnly`;
    response.writeHead(303, { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' });
    response.end();
    return;
  }
  const view = viewOf(served, request, url);
  if (!isSame(cookieOf(request, cookieName(served)), served.token)) {
    return answerPage(response, 403, view, sentenceDocument(view, view.t('page.denied')));
  }
  if (request.method === 'GET') return show(served, request, response, url);
  if (request.method !== 'POST' || !isFromUs(served, request)) return end(response, 403);
  end(response, obey(served, url.pathname, await bodyOf(request), view));
}

/** Starts the page. Rejects: the port is taken. */
export async function openBenchPage(options: BenchPageOptions): Promise<BenchPage> {
  const acts = options.acts ?? PAGE_ACTS;
  const hub = createHub({ bench: options.bench, acts });
  for (const address of options.addresses ?? []) hub.addAddress(address);
  const token = randomBytes(24).toString('base64url');
  const served: Served = { hub, options, acts, token, port: 0, windows: new Set() };
  const server = createServer((request, response) => {
    serve(served, request, response).catch(() => {
      if (!response.headersSent) end(response, 400);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  served.port = (server.address() as { port: number }).port;
  // A port list that cannot be read now is read a second later.
  const look = () => void hub.look().catch(() => {});
  look();
  const timer = setInterval(look, PAGE_LOOK_MS);
  return {
    url: `http://localhost:${served.port}/?token=${token}`,
    close() {
      clearInterval(timer);
      hub.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
