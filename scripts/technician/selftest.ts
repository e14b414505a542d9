/*
 * selftest.ts: asks a node how each of its parts does, how its clock runs, and whether the gateway hears it.
 * Way: BoardSession (tw("selftest"), "sensors", "radio", "counters") and HTTP -> a list: pass, fail or not known, and what to check.
 * Changes nothing on the node; where the gateway can be asked, one record is sent early, to see it arrive (heard.ts).
 */
import type { ActDoors } from './bench';
import type { BoardSession, NodeAnswer } from './board/board-session';
import { gatewayParts, type WaitClock } from './heard';
import { CLOCK_OFF_MS_MAX } from './limits';
import { goOn, logged } from './logged';
import { type PartResult, part } from './part';
import { readPodOrNull } from './pod-file';
import { Trouble } from './trouble';

/** What the self-test found. */
export interface SelftestResult {
  device: string;
  site: string | null;
  parts: PartResult[];
  /** Parts that failed. */
  failed: number;
}

/** What is asked beside the node. */
export interface SelftestOptions {
  /** Other than the pod's own address. */
  gateway?: string;
  token: string | null;
  /** Do not ask the gateway. */
  isOffline?: boolean;
  /** Called with each part as soon as it is known, in order. */
  onPart?(part: PartResult): void;
  /** Time of the wait for a record; for tests. */
  clock?: WaitClock;
}

/** Parts without which no record can leave. */
const RADIO = ['link', 'channel'];

/** The node's own checks: [part, passed, advice]. */
function ownParts({ checks }: NodeAnswer): PartResult[] {
  if (!Array.isArray(checks)) return [];
  return checks.map(([name, isGood, advice]) => part(String(name), isGood === true, advice));
}

function sensorParts({ batteryMv, readings, faults, pulses }: NodeAnswer): PartResult[] {
  const told = Object.entries((readings ?? {}) as object).map(([name, value]) =>
    part('reading', true, `${name} ${value}`),
  );
  const broken = Object.entries((faults ?? {}) as object).map(([name, why]) =>
    part('sensor', false, `${name}: ${why}`),
  );
  const mv = Number(batteryMv);
  const battery = part('voltage', mv > 0 ? true : null, mv > 0 ? `${mv} mV` : '');
  return [battery, part('pulses', true, pulses), ...told, ...broken];
}

function radioParts({ status, isLastCovered, bulletinSequence }: NodeAnswer): PartResult[] {
  const now = (status ?? {}) as Record<string, unknown>;
  // A radio that never told its number has told no channels either; one that did has its cable right.
  const hasTalked = now.isReady === true || Number(now.nodeNum) > 0;
  const isUp = now.isUp ?? (now.nodeNum === undefined ? now.isReady : hasTalked) ?? null;
  const hasChannel =
    hasTalked && now.hasChannel !== undefined ? [part('channel', now.hasChannel === true, '')] : [];
  // A radio that is powered only to send is off most of the time.
  const isResting = now.isOn === false;
  const link = part('link', isUp === null || isResting ? null : isUp === true, now.failures ?? '');
  const heard = Number(bulletinSequence) > 0;
  return [
    ...[link, ...hasChannel],
    part('bulletin', heard ? true : null, heard ? bulletinSequence : ''),
    part('stored', isLastCovered === true ? true : null, ''),
  ];
}

/** The node's clock against this computer's, while other questions are asked. */
async function clockPart(session: BoardSession, between: () => Promise<void>): Promise<PartResult> {
  const read = async () => Number(await session.evaluate('getTime()')) * 1000;
  const [startMs, from] = [performance.now(), await read()];
  await between();
  const nodeMs = (await read()) - from;
  const hereMs = performance.now() - startMs;
  const offMs = Math.round(nodeMs - hereMs);
  return part('clock', Math.abs(offMs) <= CLOCK_OFF_MS_MAX + hereMs / 10, `${offMs} ms`);
}

async function nodeParts(
  doors: ActDoors,
  session: BoardSession,
  add: (parts: PartResult[]) => void,
): Promise<void> {
  const clock = await clockPart(session, async () => {
    add(ownParts(await session.node('selftest')));
    goOn(doors);
    add(sensorParts(await session.node('sensors')));
  });
  add([clock]);
  try {
    add(radioParts(await session.node('radio')));
  } catch (error) {
    if (!(error instanceof Trouble) || error.code !== 'not-provisioned') throw error;
  }
}

/** Tests a node. Does not throw when a part fails: `failed` says how many. Throws: Trouble no-program, and what a session throws. */
export function selftest(
  doors: ActDoors,
  session: BoardSession,
  { gateway, token, isOffline, onPart, clock }: SelftestOptions,
): Promise<SelftestResult> {
  return logged(doors, 'selftest', async (notes) => {
    doors.progress.step('look');
    const { serial } = await session.identity();
    notes.device = serial;
    const { site } = await session.node('id');
    notes.site = typeof site === 'string' ? site : null;
    doors.progress.step('test');
    const parts: PartResult[] = [];
    const add = (more: PartResult[]): void => {
      parts.push(...more);
      for (const one of more) onPart?.(one);
    };
    await nodeParts(doors, session, add);
    const url = gateway ?? readPodOrNull(doors.bench.folder)?.gatewayUrl ?? null;
    if (url !== null && notes.site !== null && !isOffline) {
      doors.progress.step('ask-gateway', { url });
      const isRadioBroken = parts.some((one) => RADIO.includes(one.part) && one.outcome === 'fail');
      const to = { url, token, signal: doors.signal };
      add(await gatewayParts(doors, session, { to, site: notes.site, isRadioBroken, clock }));
    }
    const failed = parts.filter(({ outcome }) => outcome === 'fail');
    notes.facts.failed = failed.map((one) => one.part).join(' ');
    if (failed.length > 0) notes.trouble = 'test-failed';
    return { device: serial, site: notes.site, parts, failed: failed.length };
  });
}
