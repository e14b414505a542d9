/*
 * http.ts: the HTTP server: reading only, on this machine unless told otherwise.
 * Way: request -> answer function (views.ts) -> bytes with careful headers.
 * Source: RFC 9110. GET and HEAD only, no body is read, no external resource is ever named.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HTTP_CLIENTS_MAX, HTTP_HEADER_BYTES_MAX, HTTP_REQUEST_MS_MAX } from '../limits';

/** What is answered. */
export interface Answer {
  status: number;
  type: 'application/json' | 'text/html' | 'application/schema+json' | 'text/plain; version=0.0.4';
  body: string;
}

/** Answers a path (percent-decoded segments) and its query. */
export type AnswerFunction = (
  segments: string[],
  query: URLSearchParams,
) => Answer | Promise<Answer>;

/** A running server. */
export interface HttpServer {
  /** http://host:port/ */
  url: string;
  close(): Promise<void>;
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** An error as JSON. */
export function errorAnswer(status: number, error: string): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify({ error })}\n` };
}

function send(response: ServerResponse, answer: Answer, withBody: boolean): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...HEADERS,
    'Content-Type': `${answer.type}; charset=utf-8`,
    'Content-Length': body.length,
    ...(answer.status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(withBody ? body : undefined);
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

function answerTo(
  request: IncomingMessage,
  boundHost: string,
  answer: AnswerFunction,
): Answer | Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorAnswer(405, 'read only');
  if (!isOwnName(request.headers.host, boundHost)) return errorAnswer(421, 'unknown host name');
  const [path, query = ''] = (request.url ?? '/').split('?', 2);
  const segments = segmentsOf(path);
  if (segments === null) return errorAnswer(400, 'bad address');
  return answer(segments, new URLSearchParams(query));
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

/**
 * Starts the server.
 * @param port 0 = any free one.
 * @param onAnswered told the status of each answer
 * Rejects: when the port is in use.
 */
export async function startHttp(
  host: string,
  port: number,
  answer: AnswerFunction,
  onAnswered: (status: number) => void = () => {},
): Promise<HttpServer> {
  const server = createServer(
    { maxHeaderSize: HTTP_HEADER_BYTES_MAX, requestTimeout: HTTP_REQUEST_MS_MAX },
    async (request, response) => {
      request.resume();
      const answered = await answerTo(request, host, answer);
      onAnswered(answered.status);
      send(response, answered, request.method !== 'HEAD');
    },
  );
  server.maxConnections = HTTP_CLIENTS_MAX;
  const bound = await listen(server, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
