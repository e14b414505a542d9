/*
 * answer.ts: what is answered over HTTP, and what is asked.
 * Way: http.ts makes a Question of a request -> access.ts, views.ts -> an Answer -> http.ts sends it.
 */

/** Media types that are answered as bytes: they have no charset, or say it themselves. */
export const BYTE_TYPES = [
  'application/cose; cose-type="cose-sign1"',
  'application/cbor-seq',
  'application/senml+cbor',
  'application/senml+json',
  'application/geo+json',
  'text/csv; charset=utf-8; header=present',
] as const;

/** What is answered. */
export interface Answer {
  status: number;
  type:
    | 'application/json'
    | 'text/html'
    | 'text/javascript'
    | 'application/schema+json'
    | 'text/plain'
    | 'text/plain; version=0.0.4'
    | 'text/event-stream'
    | (typeof BYTE_TYPES)[number];
  /** Pieces are made while they are sent, as fast as the other side takes them; an empty one only passes time. */
  body: string | Uint8Array | Iterable<Uint8Array>;
  /** The body is gzip of what is answered: for who takes no gzip it is unzipped. */
  isZipped?: true;
  /** Besides the ones that every answer has. */
  headers?: Record<string, string>;
  /** Goes on after the head: what is written goes out at once. @returns called when the other side is gone. */
  stream?(listener: { write(text: string): boolean; end(): void }): () => void;
}

/** Headers of a request that say who asks, and from where. */
export interface AskHeaders {
  host?: string;
  authorization?: string;
  cookie?: string;
  origin?: string;
  referer?: string;
  secFetchSite?: string;
  secFetchMode?: string;
  ifNoneMatch?: string;
  acceptLanguage?: string;
}

/** What is asked. HEAD comes as GET. */
export interface Question {
  method: 'GET' | 'POST';
  /** The path, percent-decoded. */
  segments: string[];
  query: URLSearchParams;
  /** Address of the other side. */
  from: string;
  /** Address and port of ours that was asked, such as 10.42.0.1:8080. */
  at: string;
  headers: AskHeaders;
  /** Reads the body, which must be JSON and short. @returns the value, or what to answer instead. */
  readJson(): Promise<{ json: unknown } | { refusal: Answer }>;
  /** Reads the body, which must be what an HTML form sends and short. Instead of readJson. */
  readForm(): Promise<{ form: URLSearchParams } | { refusal: Answer }>;
}

/** Answers a question. What it rejects with ends the process: storage that fails is not hidden. */
export type QuestionFunction = (question: Question) => Promise<Answer>;

/** Answers a reading question. @param host as asked for, such as pi.local:8080; '' = not told */
export type AnswerFunction = (
  segments: string[],
  query: URLSearchParams,
  host: string,
) => Answer | Promise<Answer>;

/** What a post comes to, as JSON. */
export interface PostAnswer {
  status: number;
  body: object;
}

/** JSON. */
export function jsonAnswer(body: object, status = 200, headers?: Record<string, string>): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(body)}\n`, headers };
}

/** An error as JSON. */
export function errorAnswer(
  status: number,
  error: string,
  headers?: Record<string, string>,
): Answer {
  return jsonAnswer({ error }, status, headers);
}

/** Asked too often: when to come again. */
export function tooManyAnswer(waitMs: number): Answer {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return errorAnswer(429, `too many tries: wait ${seconds} s`, { 'Retry-After': String(seconds) });
}
