/*
 * access-place.ts: a gateway on which tests of access stand, and the ways to say who one is.
 */
import { connect } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import { testFolder } from './places';

/** Of every account made by these tests. */
export const PASSWORD = 'correct horse';

/** A running gateway without a radio. */
export interface Place {
  folder: string;
  gateway: RunningGateway;
  lines: string[];
  ask(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Starts it; it ends with the test. */
export async function place(anonymous?: 'reader' | 'nobody'): Promise<Place> {
  const folder = testFolder();
  const lines: string[] = [];
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], clock: 'machine', anonymous },
    ...{ mqttPort: 0, httpPort: 0, log: (line) => lines.push(line) },
  });
  onTestFinished(() => gateway.stop());
  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, gateway.httpUrl), init);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { folder, gateway, lines, ask, post };
}

/** Header of a token. */
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** Header of name and password. */
export const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

/** Logs in. @returns the headers of a page of ours with that session. */
export async function session(
  { post, gateway }: Place,
  name: string,
): Promise<Record<string, string>> {
  const answer = await post('/api/v1/login', { name, password: PASSWORD });
  expect(answer.status).toBe(200);
  const [cookie, ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
  expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
  return { cookie, origin: gateway.httpUrl.slice(0, -1) };
}

/** Sends raw text and reads all that comes back. */
export function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}
