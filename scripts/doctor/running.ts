/*
 * running.ts: the doctor on a gateway that runs: asks it over HTTP, for it holds the radios and knows the time.
 * Way: GET /health and /api/v1/status -> findings.
 */
import { backupWarnings } from '../../gateway/backup-keeping';
import type { Config } from '../../gateway/config/schema';
import { DOCTOR_WAIT_MS } from '../../gateway/limits/operations';
import { recoveryWarnings } from '../../gateway/recovery';
import type { GatewayStatus, RadioStatus } from '../../gateway/status';
import { type Finding, fails, ok, told, warning } from './finding';
import { radioWordsFindings } from './radio';

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

function radioFindings(radio: RadioStatus, at: number): Finding[] {
  const { name, session, number, info, warnings } = radio;
  const what = `radio ${at + 1}`;
  if (session === 'ready') {
    const problems = radio.problem === null ? [] : radio.problem.split('; ');
    return radioWordsFindings(what, number, { info, problems, warnings });
  }
  const found = fails(what, `${name}: ${radio.problem ?? 'not connected'}`, todoFor('radio'));
  return [found, ...warnings.map((text) => told('warning', what, text, todoFor('radio')))];
}

/** Warnings of the whole gateway, without those that are told at a radio, the backups, the recovery key. */
function otherWarnings({ warnings, radios, backup, recovery, t }: GatewayStatus): string[] {
  const elsewhere = [
    ...radios.flatMap((radio) => radio.warnings),
    ...backupWarnings(backup),
    ...recoveryWarnings({ ...recovery, nodesWaiting: null }, t),
  ];
  return warnings.filter((text) => !elsewhere.some((other) => text.endsWith(other)));
}

function statusFindings(status: GatewayStatus): Finding[] {
  const { clock, outbox } = status;
  const time = `${clock.state}${clock.source === null ? '' : `, from ${clock.source}, within ${clock.uncertaintyS} s`}`;
  const waiting = `${outbox.broker} broker, ${outbox.waiting} records wait`;
  const todo = 'look at mqtt.external and at the broker’s log';
  const log = todoFor('');
  return [
    ...status.radios.flatMap(radioFindings),
    clock.state === 'unknown' ? fails('time', time, todoFor('clock')) : ok('time', time),
    outbox.connected ? ok('broker', waiting) : fails('broker', `${waiting}, not connected`, todo),
    ...otherWarnings(status).map((text) => told('warning', 'gateway', text, log)),
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
