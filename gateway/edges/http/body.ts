/*
 * body.ts: reads the body of a request: JSON, or what an HTML form sends; short, and within the request's time (http.ts).
 * Way: request -> value, or a refusal. Source: RFC 9110 §8.3, §15.5.14, §15.5.16; RFC 8259.
 */
import type { IncomingMessage } from 'node:http';
import { HTTP_BODY_BYTES_MAX } from '../../limits/http';
import { type Answer, errorAnswer } from './answer';

/** What a body was. */
export type JsonBody = { json: unknown } | { refusal: Answer };

function refuse(status: number, error: string): { refusal: Answer } {
  return { refusal: errorAnswer(status, error) };
}

/** All bytes; null: too many; 'gone': the other side went away. */
function bytesOf(request: IncomingMessage): Promise<Buffer | null | 'gone'> {
  return new Promise((resolve) => {
    if (request.destroyed) return resolve('gone');
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > HTTP_BODY_BYTES_MAX) {
        chunks.length = 0;
        resolve(null);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('gone'));
    request.on('close', () => resolve('gone'));
  });
}

function parse(bytes: Buffer): JsonBody {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { json: JSON.parse(text) };
  } catch {
    return refuse(400, 'the body is no JSON');
  }
}

/** The bytes of a short body of this type, or why not. */
async function shortBody(
  request: IncomingMessage,
  type: RegExp,
  wanted: string,
): Promise<{ bytes: Buffer } | { refusal: Answer }> {
  if (!type.test(request.headers['content-type'] ?? '')) return refuse(415, wanted);
  if (request.headers['content-encoding'] !== undefined) return refuse(415, 'no Content-Encoding');
  const tooLong = refuse(413, `a body has at most ${HTTP_BODY_BYTES_MAX} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > HTTP_BODY_BYTES_MAX) return tooLong;
  const bytes = await bytesOf(request);
  if (bytes === 'gone') return refuse(400, 'the body ended too early');
  return bytes === null ? tooLong : { bytes };
}

/** Reads what an HTML form sends. Called at most once. */
export async function readForm(
  request: IncomingMessage,
): Promise<{ form: URLSearchParams } | { refusal: Answer }> {
  const type = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i;
  const read = await shortBody(request, type, 'write what a form sends');
  return 'refusal' in read ? read : { form: new URLSearchParams(read.bytes.toString('utf8')) };
}

/** Reads the body of a request. Called at most once. */
export async function readJson(request: IncomingMessage): Promise<JsonBody> {
  const type = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;
  const read = await shortBody(request, type, 'write JSON, and Content-Type: application/json');
  return 'refusal' in read ? read : parse(read.bytes);
}
