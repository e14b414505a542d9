/*
 * gateway-client.ts: asks a gateway over HTTP, and tells it something; what goes wrong is a Trouble.
 * Way: pod, register, selftest -> docs/api.md. The token is read from the environment or a file, never from the command line.
 */
import { z } from 'zod';
import { readOrNull } from './bench-files';
import { GATEWAY_ANSWER_BYTES_MAX, GATEWAY_MS_MAX, TOKEN_FILE_BYTES_MAX } from './limits';
import { Trouble } from './trouble';

/** Answer of GET /api/v1/pod. */
const POD_ANSWER = z.object({
  pod: z.string(),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/),
  recoveryKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  radio: z.int().nullable(),
  region: z.string().nullable(),
  preset: z.string().nullable(),
  frequencyHz: z.number().nullable(),
  slots: z.array(z.int()),
});

/** What a gateway says of its pod. */
export type PodAnswer = z.infer<typeof POD_ANSWER>;

/** The token of TALLYWELL_TOKEN or of the first line of this file; null = none. Throws: Trouble bad-file. */
export function tokenOf(file: string | undefined): string | null {
  const named = file === undefined ? process.env.TALLYWELL_TOKEN : undefined;
  if (file === undefined) return named || null;
  const bytes = readOrNull(file, TOKEN_FILE_BYTES_MAX);
  if (bytes === null) throw new Trouble('bad-file', { file, fault: 'no-file' });
  return bytes.toString().split('\n', 1)[0].trim() || null;
}

/** Throws: Trouble bad-file, when it is no address of a web page. */
function addressOf(url: string, path: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return new URL(path, base);
  throw new Trouble('bad-file', { file: url, fault: 'http://host:port' });
}

/** Why there was no answer, in a few words. */
function reasonOf(error: unknown): string {
  const { cause, name, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? (name === 'TimeoutError' ? `> ${GATEWAY_MS_MAX / 1000} s` : message);
}

/** What a gateway is asked with. */
export interface GatewayAsk {
  url: string;
  token: string | null;
  signal: AbortSignal;
}

/** One question. Throws: Trouble gateway-unreachable, gateway-denied, gateway-refused, bad-file. */
async function ask(
  { url, token, signal }: GatewayAsk,
  path: string,
  body?: object,
): Promise<unknown> {
  const address = addressOf(url, path);
  let status: number;
  let text: string;
  try {
    const answer = await fetch(address, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(GATEWAY_MS_MAX)]),
    });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    if (signal.aborted) throw new Trouble('cancelled');
    throw new Trouble('gateway-unreachable', { url, reason: reasonOf(error) });
  }
  if (status === 401 || status === 403) throw new Trouble('gateway-denied', { url });
  let json: unknown = null;
  try {
    if (text.length <= GATEWAY_ANSWER_BYTES_MAX) json = JSON.parse(text);
  } catch {
    // Said below: no gateway answers so.
  }
  if (status === 200 && json !== null) return json;
  const { error } = (json ?? {}) as { error?: unknown };
  const reason = typeof error === 'string' ? error.slice(0, 300) : `HTTP ${status}`;
  throw new Trouble('gateway-refused', { reason });
}

/** What the gateway says of its pod. Throws: Trouble gateway-unreachable, gateway-denied, gateway-refused. */
export async function askPod(to: GatewayAsk): Promise<PodAnswer> {
  const read = POD_ANSWER.safeParse(await ask(to, '/api/v1/pod'));
  if (read.success) return read.data;
  throw new Trouble('gateway-refused', { reason: 'GET /api/v1/pod' });
}

/** Registers a site. @returns whether that changed something. Throws: Trouble gateway-unreachable, gateway-denied, gateway-refused. */
export async function postRegister(to: GatewayAsk, body: object): Promise<boolean> {
  const { changed } = (await ask(to, '/api/v1/register', body)) as { changed?: unknown };
  return changed === true;
}

/** What the gateway knows of a site; null = it does not know it. Throws: as above. */
export async function askSite(
  to: GatewayAsk,
  site: string,
): Promise<Record<string, unknown> | null> {
  try {
    return (await ask(to, `/api/v1/sites/${encodeURIComponent(site)}`)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Trouble && error.details.reason === 'no such site') return null;
    throw error;
  }
}

/** Records of a site in the order in which the gateway accepted them, from behind this id on; `next`: null = no more. Throws: as above. */
export async function askRecordsAfter(
  to: GatewayAsk,
  site: string,
  after: number,
): Promise<{ records: Record<string, unknown>[]; next: number | null }> {
  const path = `/api/v1/sites/${encodeURIComponent(site)}/records?limit=500&after=${after}`;
  const { records, next } = (await ask(to, path)) as { records?: unknown; next?: unknown };
  return {
    records: Array.isArray(records) ? records : [],
    next: typeof next === 'number' && next > after ? next : null,
  };
}
