/*
 * tags.ts: entity tags: whoever has an answer already gets 304 and no body.
 * Way: Answer -> the same with ETag, or 304. Only of the JSON API's reading answers, and of pages and files that ask for it.
 * Source: RFC 9110 §8.8.3, §13.1.2, §15.4.5; RFC 9111 §5.2.2.4 (no-cache: kept, but asked about each time).
 */
import { createHash } from 'node:crypto';
import type { Answer, Question } from './answer';

const TAG_BYTES = 12;

/** Does If-None-Match name this tag? Weak tags match, too: only the bytes count here. */
function isNamed(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const bare = (one: string) => one.trim().replace(/^W\//, '');
  return header.split(',').some((one) => bare(one) === bare(tag));
}

function notModified(answer: Answer, headers: Answer['headers']): Answer {
  return { ...answer, status: 304, body: '', headers, isZipped: undefined };
}

/** Adds the tag. A page brings its own. Answers of accounts stay with their browser (private). */
export function withTag({ method, segments, headers }: Question, answer: Answer): Answer {
  const isTagged = method === 'GET' && answer.status === 200 && answer.stream === undefined;
  const own = answer.headers?.ETag;
  if (isTagged && own !== undefined) {
    return isNamed(headers.ifNoneMatch, own) ? notModified(answer, answer.headers) : answer;
  }
  // Bytes and pieces are sent as they are made: they have no tag.
  if (!isTagged || segments[0] !== 'api' || typeof answer.body !== 'string') return answer;
  const hash = createHash('sha256')
    .update(answer.body)
    .digest('base64url')
    .slice(0, TAG_BYTES * 2);
  const tag = `"${hash}"`;
  const told = { ...answer.headers, ETag: tag, 'Cache-Control': 'private, no-cache' };
  if (!isNamed(headers.ifNoneMatch, tag)) return { ...answer, headers: told };
  return notModified(answer, told);
}
