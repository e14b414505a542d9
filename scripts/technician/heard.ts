/*
 * heard.ts: does a record of this node reach the gateway from where it stands, and how well? One is sent now and looked for.
 * Way: tw("report") -> node -> mesh -> gateway; its API -> parts of the self-test.
 */
import type { ActDoors } from './bench';
import type { BoardSession } from './board/board-session';
import { askRecordsAfter, askSite, type GatewayAsk } from './gateway-client';
import { HEARD_LOOK_MS, HEARD_MS_MAX } from './limits';
import { goOn } from './logged';
import { type PartResult, part } from './part';
import { pause } from './radio/pause';
import { Trouble } from './trouble';

/** What is asked at the gateway. */
export interface HeardOptions {
  to: GatewayAsk;
  site: string;
  /** Nothing can leave the node: do not wait for it. */
  isRadioBroken: boolean;
  /** Time; for tests. */
  clock?: WaitClock;
}

/** What a wait needs of time. */
export interface WaitClock {
  nowMs(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

const REAL: WaitClock = { nowMs: () => performance.now(), wait: pause };

/** The record that is looked for, and how far the gateway's records were read. */
interface Search {
  key: string;
  epoch: number;
  /** This one or a later one. */
  sequence: number;
  after: number;
}

/** How it came, where the gateway tells: "-87 dBm, hops: 0". */
function receptionWords(record: Record<string, unknown>): string {
  const { rssiDbm, hops } = (record.received ?? {}) as { rssiDbm?: number; hops?: number };
  const signal = typeof rssiDbm === 'number' ? `${rssiDbm} dBm` : '';
  const way = typeof hops === 'number' ? `hops: ${hops}` : '';
  return [signal, way].filter(Boolean).join(', ');
}

/** Reads on; the record, or null when the gateway does not have it yet. */
async function look({ to, site }: HeardOptions, search: Search) {
  for (;;) {
    const { records, next } = await askRecordsAfter(to, site, search.after);
    const found = records.findLast(
      ({ key, epoch, seq }) =>
        key === search.key && epoch === search.epoch && Number(seq) >= search.sequence,
    );
    for (const { id } of records) search.after = Math.max(search.after, Number(id) || 0);
    if (found) return found;
    if (next === null) return null;
    search.after = Math.max(search.after, next);
  }
}

/** Asks the node for a record. false: its program is older and cannot. */
async function askNode(session: BoardSession): Promise<boolean> {
  try {
    await session.node('report');
    return true;
  } catch (error) {
    if (error instanceof Trouble && error.code === 'node-refused') return false;
    throw error;
  }
}

async function heardPart(
  doors: ActDoors,
  session: BoardSession,
  options: HeardOptions,
): Promise<PartResult> {
  const { keyId } = await session.node('id');
  const { epoch, sequence } = await session.node('counters');
  const wanted = Math.max(1, Number(sequence));
  const search = { key: String(keyId), epoch: Number(epoch), sequence: wanted, after: 0 };
  let found = await look(options, search);
  if (found === null && (options.isRadioBroken || !(await askNode(session))))
    return part('heard', null, '');
  doors.progress.step('await-record');
  const { nowMs, wait } = options.clock ?? REAL;
  const untilMs = nowMs() + HEARD_MS_MAX;
  while (found === null && nowMs() < untilMs) {
    goOn(doors);
    doors.progress.share(1 - (untilMs - nowMs()) / HEARD_MS_MAX);
    await wait(HEARD_LOOK_MS, doors.signal);
    found = await look(options, search);
  }
  return part('heard', found !== null, found === null ? '' : receptionWords(found));
}

/** Does the gateway know the site, and does a record arrive? A gateway that cannot be asked fails nothing. */
export async function gatewayParts(
  doors: ActDoors,
  session: BoardSession,
  options: HeardOptions,
): Promise<PartResult[]> {
  const registered = part('registered', true, '');
  let isKnown = false;
  try {
    isKnown = (await askSite(options.to, options.site)) !== null;
    if (!isKnown) return [part('registered', false, '')];
    return [registered, await heardPart(doors, session, options)];
  } catch (error) {
    const isGateways = error instanceof Trouble && error.code.startsWith('gateway-');
    if (!isGateways) throw error;
    return [...(isKnown ? [registered] : []), part('gateway', null, error.code)];
  }
}
