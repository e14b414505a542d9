/*
 * requests.ts: reads what somebody asks over MQTT: verb and JSON -> a request that is wholly checked, or a reason.
 * Way: bridge/request/<verb> -> readRequest -> gateway/requests.ts -> bridge/response/<verb>.
 * Pure. Source: design section 9; JSON Schemas: gateway/schemas/request-*.json.
 */
import { HTTP_RECORDS_MAX } from '../limits/http';
import {
  REQUEST_BYTES_MAX,
  REQUEST_TRANSACTION_MAX,
  REQUEST_VERB_MAX,
  REQUESTS_BURST,
  REQUESTS_PER_S,
  RESPONSE_TOPIC_MAX,
} from '../limits/mqtt';
import { isTopicWord } from './register';
import type { Scope } from './scopes';
import { createTokenBucket } from './token-bucket';

/** Why a request is not done. The whole list. */
export const REQUEST_REASONS = [
  'too-long',
  'not-json',
  'unknown-verb',
  'bad-argument',
  'no-scope',
  'too-many',
  'no-such-site',
  'busy',
  'not-set-up',
  'not-taken',
  'failed',
] as const;
export type RequestReason = (typeof REQUEST_REASONS)[number];

/** Verbs, and what their sender must at least be allowed to do. */
export const VERB_SCOPES = {
  health: 'reader',
  info: 'reader',
  sites: 'reader',
  records: 'reader',
  clock: 'technician',
  retell: 'technician',
  backup: 'admin',
} as const satisfies Record<string, Scope>;
export type Verb = keyof typeof VERB_SCOPES;

/** Names a request in its answer. */
export type Transaction = string | number;

/** A request that can be done. */
export type Request =
  | { verb: 'health' }
  | { verb: 'info' }
  | { verb: 'sites' }
  | { verb: 'backup' }
  | { verb: 'records'; site: string; after: number; limit: number }
  | { verb: 'clock'; timeMs: number; uncertaintyS: number | undefined }
  | { verb: 'retell'; site: string; from: number };

/** What was read. */
export type ReadRequest = { transaction?: Transaction } & (
  | { request: Request }
  | { reason: RequestReason; words: string }
);

type Json = Record<string, unknown>;

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

function bad(words: string): { reason: RequestReason; words: string } {
  return { reason: 'bad-argument', words };
}

/** Reads the arguments of a verb. */
type ReadArguments = (body: Json) => Request | { reason: RequestReason; words: string };

const READERS: Record<Verb, ReadArguments> = {
  health: () => ({ verb: 'health' }),
  info: () => ({ verb: 'info' }),
  sites: () => ({ verb: 'sites' }),
  backup: () => ({ verb: 'backup' }),
  records({ site, after = 0, limit = 100 }) {
    if (typeof site !== 'string' || !isTopicWord(site)) return bad('site: the name of a site');
    if (!isWhole(after, 0, Number.MAX_SAFE_INTEGER)) return bad('after: the id of a record, or 0');
    if (!isWhole(limit, 1, HTTP_RECORDS_MAX)) return bad(`limit: 1 to ${HTTP_RECORDS_MAX}`);
    return { verb: 'records', site, after, limit };
  },
  clock({ timeMs, uncertaintyS }) {
    if (!Number.isSafeInteger(timeMs)) return bad('timeMs: Unix time in ms');
    const isRange =
      uncertaintyS === undefined || (Number.isFinite(uncertaintyS) && Number(uncertaintyS) >= 0);
    if (!isRange) return bad('uncertaintyS: how wrong it may be, s');
    return {
      verb: 'clock',
      timeMs: Number(timeMs),
      uncertaintyS: uncertaintyS as number | undefined,
    };
  },
  retell({ site, from }) {
    if (typeof site !== 'string' || !isTopicWord(site)) return bad('site: the name of a site');
    if (!isWhole(from, 1, Number.MAX_SAFE_INTEGER)) return bad('from: the id of a record');
    return { verb: 'retell', site, from };
  },
};

function isVerb(word: string): word is Verb {
  return Object.hasOwn(READERS, word);
}

/** Arguments of each verb. Others are refused: a misspelt one must not pass for its default. */
const ARGUMENTS: Record<Verb, readonly string[]> = {
  health: [],
  info: [],
  sites: [],
  backup: [],
  records: ['site', 'after', 'limit'],
  clock: ['timeMs', 'uncertaintyS'],
  retell: ['site', 'from'],
};

function transactionOf({ transaction }: Json): Transaction | undefined | null {
  if (transaction === undefined || Number.isSafeInteger(transaction)) {
    return transaction as number | undefined;
  }
  const isShort = typeof transaction === 'string' && transaction.length <= REQUEST_TRANSACTION_MAX;
  return isShort ? (transaction as string) : null;
}

function parse(text: string): Json | null {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Reads a request. An empty payload is a request without arguments.
 * @param bytes length of the payload on the wire. @param text the payload as text.
 */
export function readRequest(verb: string, bytes: number, text: () => string): ReadRequest {
  if (bytes > REQUEST_BYTES_MAX) {
    return { reason: 'too-long', words: `a request has at most ${REQUEST_BYTES_MAX} bytes` };
  }
  const body = bytes === 0 ? {} : parse(text());
  if (body === null) return { reason: 'not-json', words: 'write a JSON object, or nothing' };
  const named = transactionOf(body);
  if (named === null) return bad(`transaction: ${REQUEST_TRANSACTION_MAX} letters, or a number`);
  const transaction = named === undefined ? {} : { transaction: named };
  if (!isVerb(verb)) {
    const words = `verbs are ${Object.keys(READERS).join(', ')}`;
    return { reason: 'unknown-verb', words, ...transaction };
  }
  const stranger = Object.keys(body).find(
    (name) => name !== 'transaction' && !ARGUMENTS[verb].includes(name),
  );
  if (stranger !== undefined) {
    const words = `only ${['transaction', ...ARGUMENTS[verb]].join(', ')}`;
    return { ...bad(words), ...transaction };
  }
  const read = READERS[verb](body);
  return 'reason' in read ? { ...read, ...transaction } : { request: read, ...transaction };
}

/** The last level of a response's topic: the verb asked for, or "unknown" when that is no word. */
export function responseVerb(verb: string): string {
  return verb.length <= REQUEST_VERB_MAX && /^[a-z][a-z-]*$/.test(verb) ? verb : 'unknown';
}

/**
 * May an answer go to this topic, which the sender of a request chose? Only below bridge/response/: the gateway must
 * not lend its rights to write elsewhere. @param base topic of the responses, with a slash at its end.
 */
export function mayAnswerTo(topic: string, base: string): boolean {
  return (
    topic.length <= RESPONSE_TOPIC_MAX &&
    topic.startsWith(base) &&
    /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(topic.slice(base.length))
  );
}

/** Lets a burst through, then so many a second for ever. `nowMs`: a time that never jumps. */
export function createRate(nowMs: () => number): () => boolean {
  const bucket = createTokenBucket(REQUESTS_PER_S, REQUESTS_BURST);
  return () => bucket.take(1, nowMs());
}
