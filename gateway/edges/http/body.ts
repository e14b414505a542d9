/*
 * body.ts: reads the body of a request: JSON, or what an HTML form sends; short, and within the request's time (http.ts).
 * Way: request -> value, or a refusal. Source: RFC 9110 §8.3, §15.5.14, §15.5.16; RFC 8259, RFC 7578.
 */
import type { IncomingMessage } from 'node:http';
import { HTTP_BODY_BYTES_MAX } from '../../limits/http';
import { FORM_FILE_BYTES_MAX } from '../../limits/pages';
import { type Answer, errorAnswer } from './answer';

/** What a body was. */
export type JsonBody = { json: unknown } | { refusal: Answer };

/** What a form was. The text of a file stands under its field's name. */
export type FormBody = { form: URLSearchParams } | { refusal: Answer };

function refuse(status: number, error: string): { refusal: Answer } {
  return { refusal: errorAnswer(status, error) };
}

/** All bytes; null: too many; 'gone': the other side went away. */
function bytesOf(request: IncomingMessage, most: number): Promise<Buffer | null | 'gone'> {
  return new Promise((resolve) => {
    if (request.destroyed) return resolve('gone');
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) {
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
  most = HTTP_BODY_BYTES_MAX,
): Promise<{ bytes: Buffer } | { refusal: Answer }> {
  if (!type.test(request.headers['content-type'] ?? '')) return refuse(415, wanted);
  if (request.headers['content-encoding'] !== undefined) return refuse(415, 'no Content-Encoding');
  const tooLong = refuse(413, `a body has at most ${most} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > most) return tooLong;
  const bytes = await bytesOf(request, most);
  if (bytes === 'gone') return refuse(400, 'the body ended too early');
  return bytes === null ? tooLong : { bytes };
}

/** Fields and texts of files, by the platform's own parser of multipart/form-data. */
async function parseParts(bytes: Buffer, type: string): Promise<FormBody> {
  try {
    const headers = { 'Content-Type': type };
    const data = await new Response(new Uint8Array(bytes), { headers }).formData();
    const form = new URLSearchParams();
    for (const [name, value] of data)
      form.append(name, typeof value === 'string' ? value : await value.text());
    return { form };
  } catch {
    return refuse(400, 'the form cannot be read');
  }
}

/** Reads what an HTML form sends, with a file or without. Called at most once. */
export async function readForm(request: IncomingMessage): Promise<FormBody> {
  const asked = request.headers['content-type'] ?? '';
  if (/^multipart\/form-data\s*;/i.test(asked)) {
    const wanted = 'write what a form sends';
    const read = await shortBody(request, /^multipart\//i, wanted, FORM_FILE_BYTES_MAX);
    return 'refusal' in read ? read : parseParts(read.bytes, asked);
  }
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
