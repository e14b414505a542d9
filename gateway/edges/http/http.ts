/*
 * http.ts: the HTTP server, on this machine unless told otherwise.
 * Way: request -> limits -> Question -> answer function (access.ts) -> bytes with careful headers.
 * Source: RFC 9110. GET, HEAD and POST with a short JSON body; no external resource is ever named.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { addressKey, isLoopback } from '../../core/addresses';
import { createTokenBuckets } from '../../core/token-bucket';
import { STREAM_WAITING_BYTES_MAX } from '../../limits/facts';
import {
  HTTP_ADDRESSES_MAX,
  HTTP_CLIENTS_MAX,
  HTTP_CLIENTS_PER_ADDRESS_MAX,
  HTTP_HEADER_BYTES_MAX,
  HTTP_HEADERS_MAX,
  HTTP_IDLE_MS_MAX,
  HTTP_REQUEST_MS_MAX,
  HTTP_REQUESTS_BURST_MAX,
  HTTP_REQUESTS_PER_S_MAX,
  HTTP_SLOW_CHECK_MS,
  HTTP_TARGET_CHARS_MAX,
} from '../../limits/http';
import {
  type Answer,
  BYTE_TYPES,
  errorAnswer,
  type Question,
  type QuestionFunction,
  tooManyAnswer,
} from './answer';
import { readForm, readJson } from './body';
import { sendPieces } from './pieces';
import { withTag } from './tags';

/** A running server. */
export interface HttpServer {
  /** http://host:port/ */
  url: string;
  /** Ends all connections, and waits for the answers that are still made: they may read what is closed next. */
  close(): Promise<void>;
}

/** Who may ask how often, and who hears of it. */
export interface HttpLimits {
  /** ms of a clock that only rises. */
  steadyMs(): number;
  /** Addresses that may ask as often as they like: a program on this machine has its processor anyway. */
  isFree(address: string): boolean;
  /** Told the status of each answer. */
  onAnswered(status: number): void;
}

const USUAL_LIMITS: HttpLimits = {
  steadyMs: () => performance.now(),
  isFree: isLoopback,
  onAnswered: () => {},
};

/** Pages from this length are zipped, characters. */
const ZIPPED_FROM_BYTES = 2_000;

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Goes on with an answer that does not end. */
function stream(response: ServerResponse, { status, type, stream: start }: Answer): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  const gone = start?.({
    write(text) {
      if (response.destroyed || response.writableLength > STREAM_WAITING_BYTES_MAX) return false;
      response.write(text);
      return true;
    },
    end: () => response.destroy(),
  });
  response.on('close', () => gone?.());
}

/** The bytes as this client takes them; null: pieces. A page of a hundred sites has to go through a village's Wi-Fi. */
function bytesOf({ body, type, isZipped }: Answer, { headers }: IncomingMessage) {
  const takesGzip = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  if (isZipped && body instanceof Uint8Array)
    return takesGzip ? { whole: body, isZipped } : { whole: gunzipSync(body), isZipped: false };
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    return { whole: null, isZipped: false };
  const plain = typeof body === 'string' ? Buffer.from(body) : body;
  // Nothing secret stands on pages (BREACH).
  const zips =
    takesGzip &&
    (type === 'text/html' || type === 'text/javascript') &&
    plain.length > ZIPPED_FROM_BYTES;
  return { whole: zips ? gzipSync(plain) : plain, isZipped: zips };
}

function send(
  response: ServerResponse,
  answer: Answer,
  request: IncomingMessage,
): Promise<void> | void {
  const { body, type } = answer;
  const { whole, isZipped } = bytesOf(answer, request);
  const isBytes = (BYTE_TYPES as readonly string[]).includes(type);
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  const hasBody = Number(length) > 0 || coding !== undefined;
  // What nobody read of a body would have to be waited for.
  const ends = hasBody && !request.complete ? { Connection: 'close' } : {};
  response.writeHead(answer.status, {
    ...HEADERS,
    'Content-Type': isBytes ? type : `${type}; charset=utf-8`,
    ...(whole === null || answer.status === 304 ? {} : { 'Content-Length': whole.length }),
    ...(answer.status === 405 ? { Allow: 'GET, HEAD' } : {}),
    ...answer.headers,
    ...(isZipped ? { 'Content-Encoding': 'gzip' } : {}),
    ...ends,
  });
  request.resume();
  if (request.method === 'HEAD') response.end();
  else if (whole !== null) response.end(whole);
  else return sendPieces(response, body as Iterable<Uint8Array>);
}

/**
 * Names by which this machine may be asked. A page of another origin that resolved its own name to
 * 127.0.0.1 (DNS rebinding) asks by that name and is turned away.
 */
function isOwnName(hostHeader: string | undefined, boundHost: string): boolean {
  if (hostHeader === undefined) return false;
  const name = hostHeader.replace(/:\d+$/, '').toLowerCase();
  if (['localhost', '127.0.0.1', '[::1]', boundHost].includes(name)) return true;
  // Bound to more than this machine: the administrator has opened it on purpose.
  return boundHost !== '127.0.0.1' && boundHost !== '::1' && boundHost !== 'localhost';
}

function segmentsOf(path: string): string[] | null {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null; // a percent sign that encodes nothing
  }
}

function ownAddress({ localAddress = '', localPort = 0 }: Socket): string {
  const address = localAddress.replace(/^::ffff:/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** What is asked, or what to answer at once. */
function questionOf(request: IncomingMessage, boundHost: string): Question | { refusal: Answer } {
  const { method, headers, url = '/' } = request;
  const refuse = (status: number, error: string) => ({ refusal: errorAnswer(status, error) });
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return refuse(405, 'GET, HEAD or POST');
  if (!isOwnName(headers.host, boundHost)) return refuse(421, 'unknown host name');
  if (url.length > HTTP_TARGET_CHARS_MAX) return refuse(414, 'address too long');
  const [path, query = ''] = url.split('?', 2);
  const segments = segmentsOf(path);
  if (segments === null) return refuse(400, 'bad address');
  return {
    method: method === 'POST' ? 'POST' : 'GET',
    segments,
    query: new URLSearchParams(query),
    from: request.socket.remoteAddress ?? '',
    at: ownAddress(request.socket),
    headers: {
      host: headers.host,
      authorization: headers.authorization,
      cookie: headers.cookie,
      origin: one(headers.origin),
      referer: headers.referer,
      secFetchSite: one(headers['sec-fetch-site']),
      secFetchMode: one(headers['sec-fetch-mode']),
      ifNoneMatch: headers['if-none-match'],
      acceptLanguage: one(headers['accept-language']),
    },
    readJson: () => readJson(request),
    readForm: () => readForm(request),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new Error(`HTTP port ${port} is in use: choose another with --http-port`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** One address may not take all connections, and nobody holds one on which nothing moves. */
function guardConnections(server: Server, { isFree }: HttpLimits): void {
  const open = new Map<string, number>();
  server.maxConnections = HTTP_CLIENTS_MAX;
  server.maxHeadersCount = HTTP_HEADERS_MAX;
  server.setTimeout(HTTP_IDLE_MS_MAX);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isFree(address)) return;
    const key = addressKey(address);
    const count = (open.get(key) ?? 0) + 1;
    open.set(key, count);
    socket.on('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
    if (count > HTTP_CLIENTS_PER_ADDRESS_MAX) socket.destroy();
  });
}

/**
 * Starts the server.
 * @param port 0 = any free one.
 * Rejects: when the port is in use.
 */
export async function startHttp(
  host: string,
  port: number,
  answer: QuestionFunction,
  other: Partial<HttpLimits> = {},
): Promise<HttpServer> {
  const limits = { ...USUAL_LIMITS, ...other };
  const buckets = createTokenBuckets({
    perS: HTTP_REQUESTS_PER_S_MAX,
    burst: HTTP_REQUESTS_BURST_MAX,
    keysMax: HTTP_ADDRESSES_MAX,
  });
  const underWay = new Set<Promise<void>>();
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const address = request.socket.remoteAddress ?? '';
    const waitMs = limits.isFree(address)
      ? 0
      : buckets.take(addressKey(address), limits.steadyMs());
    if (waitMs > 0) return tooManyAnswer(waitMs);
    const question = questionOf(request, host);
    return 'refusal' in question ? question.refusal : withTag(question, await answer(question));
  };
  const times = {
    requestTimeout: HTTP_REQUEST_MS_MAX,
    headersTimeout: HTTP_REQUEST_MS_MAX,
    connectionsCheckingInterval: HTTP_SLOW_CHECK_MS,
  };
  const server = createServer(
    { maxHeaderSize: HTTP_HEADER_BYTES_MAX, ...times },
    (request, response) => {
      const answered = answerTo(request).then((told) => {
        limits.onAnswered(told.status);
        if (told.stream !== undefined && request.method === 'GET') return stream(response, told);
        return send(response, told, request);
      });
      underWay.add(answered);
      // One that fails stays unhandled, and ends the process.
      answered.then(() => underWay.delete(answered));
    },
  );
  guardConnections(server, limits);
  const bound = await listen(server, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await Promise.allSettled(underWay);
    },
  };
}
