/*
 * running.ts: the doctor on a gateway that runs: asks it over HTTP, for it holds the radios and knows the time.
 * Way: GET /health and /api/v1/status -> findings.
 */
import type { Config } from '../../gateway/config/schema';
import { DOCTOR_WAIT_MS } from '../../gateway/limits/operations';
import type { GatewayStatus } from '../../gateway/status';
import { type Finding, fails, ok, warning } from './finding';

/** What a gateway at an address says. */
export interface Running {
  url: string;
  healthy: boolean;
  problems: string[];
  /** null = it wants a token for it. */
  status: GatewayStatus | null;
}

/** Address to ask of one to listen on. */
export function askable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

async function get(url: URL): Promise<Response> {
  const token = process.env.TALLYWELL_TOKEN;
  return fetch(url, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(DOCTOR_WAIT_MS),
  });
}

/** Asks whether a gateway runs where the configuration says. null = none answers there. */
export async function askRunning({ http }: Config): Promise<Running | null> {
  if (http.port === 0) return null;
  const url = `http://${askable(http.host)}:${http.port}/`;
  try {
    const health = (await (await get(new URL('/health', url))).json()) as Partial<Running>;
    if (typeof health.healthy !== 'boolean' || !Array.isArray(health.problems)) return null;
    const answer = await get(new URL('/api/v1/status', url));
    const status = answer.ok ? ((await answer.json()) as GatewayStatus) : null;
    return { url, healthy: health.healthy, problems: health.problems, status };
  } catch {
    return null;
  }
}

/** What to do about a problem that the gateway itself told. */
function todoFor(problem: string): string {
  if (problem.startsWith('radio'))
    return 'look at its plug and power; the gateway connects again by itself';
  if (problem.startsWith('clock')) return 'tallywell clock set now-from-this-machine';
  if (problem.startsWith('disk')) return 'delete files, or put in a larger card';
  return 'look at the log: journalctl -u tallywell';
}

function statusFindings(status: GatewayStatus): Finding[] {
  const { clock, outbox, warnings } = status;
  const radios = status.radios.map(({ name, session }) => {
    if (session === 'ready') return ok(`radio ${name}`, 'answers the gateway');
    return fails(`radio ${name}`, `session ${session}`, todoFor('radio'));
  });
  const told = `${clock.state}${clock.source === null ? '' : `, from ${clock.source}, within ${clock.uncertaintyS} s`}`;
  const time = clock.state === 'unknown' ? fails('time', told, todoFor('clock')) : ok('time', told);
  const waiting = `${outbox.broker} broker, ${outbox.waiting} records wait`;
  const broker = outbox.connected
    ? ok('broker', waiting)
    : fails('broker', `${waiting}, not connected`, 'look at mqtt.external and at the broker’s log');
  return [
    ...radios,
    time,
    broker,
    ...warnings.map((text) => warning('gateway', text, 'see there')),
  ];
}

/** Findings of a running gateway. */
export function runningFindings({ url, healthy, problems, status }: Running): Finding[] {
  const head = healthy
    ? ok('gateway', `runs at ${url} and is well`)
    : fails('gateway', `runs at ${url}: ${problems.join('; ')}`, todoFor(problems[0] ?? ''));
  if (status !== null) return [head, ...statusFindings(status)];
  const todo = 'set TALLYWELL_TOKEN to a reader’s token to see radios and clock';
  return [head, warning('gateway', 'it tells its status only with a token', todo)];
}
