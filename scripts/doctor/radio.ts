/*
 * radio.ts: the doctor on a radio: opens it, has the gateway's own session shake hands, and judges what the radio tells.
 * Way: address -> transport -> core/radio-session.ts -> RadioInfo -> findings. Only where no gateway holds the radio.
 */
import { randomBytes } from 'node:crypto';
import {
  type RadioSummary,
  radioProblems,
  radioSummary,
  radioWarnings,
} from '../../gateway/core/radio-checks';
import type { RadioInfo } from '../../gateway/core/radio-info';
import { createRadioSession, type SessionStep } from '../../gateway/core/radio-session';
import { DOCTOR_WAIT_MS } from '../../gateway/limits/operations';
import { transportOf } from '../../gateway/opening';
import { CHANNEL_NAME } from '../../shared/limits';
import { nodeIdOf } from '../../shared/meshtastic/node-id';
import { type Finding, fails, ok, told } from './finding';
import { portFindings } from './serial-port';

/** How often the session's timers are looked at, ms. */
const TICK_MS = 100;

function randomU32(): number {
  return randomBytes(4).readUInt32LE() || 1;
}

/** Shakes hands. Rejects: with words, when the radio cannot be reached or does not answer in time. */
export function askRadio(address: string, waitMs = DOCTOR_WAIT_MS): Promise<RadioInfo> {
  return new Promise((resolve, reject) => {
    const session = createRadioSession({ nonce: randomU32, packetId: randomU32 });
    const nowMs = () => performance.now();
    let over = false;
    let why = 'it is connected but does not answer as a Meshtastic radio';
    const end = (finish: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(limit);
      clearInterval(ticker);
      connection.close();
      finish();
    };
    const carryOut = ({ write, events }: SessionStep) => {
      for (const bytes of write) connection.write(bytes);
      for (const event of events) {
        if (event.type === 'ready') end(() => resolve(event.info));
        else if (event.type === 'lost') end(() => reject(new Error(why)));
      }
    };
    const limit = setTimeout(() => end(() => reject(new Error(why))), waitMs);
    const ticker = setInterval(() => {
      if (session.state() === 'syncing') carryOut(session.tick(nowMs()));
    }, TICK_MS);
    const connection = transportOf(address)({
      opened: () => carryOut(session.start(nowMs())),
      received: (chunk) => carryOut(session.feed(chunk, nowMs())),
      closed: (words) => {
        why = words;
        end(() => reject(new Error(why)));
      },
    });
  });
}

/** What a radio is and how it is set, in a line. */
function settingsText(number: string | null, summary: RadioSummary): string {
  const { firmware, region, preset, role, bluetooth, channel } = summary;
  const parts = [
    number ?? 'number unknown',
    `firmware ${firmware ?? 'unknown'}`,
    `region ${region ?? 'unknown'}`,
    preset ?? 'preset unknown',
    `role ${role ?? 'unknown'}`,
    bluetooth === null ? 'Bluetooth unknown' : `Bluetooth ${bluetooth ? 'on' : 'off'}`,
    channel === null ? `no channel "${CHANNEL_NAME}"` : `channel ${channel} "${CHANNEL_NAME}"`,
  ];
  return parts.join(', ');
}

const USUAL = 'set it in the Meshtastic app or with `meshtastic --set`, then look again';

/** What a radio that answers has told, and how that is judged. */
export function radioWordsFindings(
  what: string,
  number: string | null,
  words: { info: RadioSummary; problems: string[]; warnings: string[] },
): Finding[] {
  return [
    ok(what, settingsText(number, words.info)),
    ...words.problems.map((problem) => told('fails', what, problem, USUAL)),
    ...words.warnings.map((warning) => told('warning', what, warning, USUAL)),
  ];
}

/** What a radio's own words say. */
export function infoFindings(what: string, info: RadioInfo): Finding[] {
  return radioWordsFindings(what, nodeIdOf(info.myNodeNum), {
    info: radioSummary(info, CHANNEL_NAME),
    problems: radioProblems(info, CHANNEL_NAME),
    warnings: radioWarnings(info, CHANNEL_NAME),
  });
}

/** One radio, that no gateway holds. @param at its place in the configuration, from 1 */
export async function radioFindings(
  address: string,
  at: number,
  waitMs?: number,
): Promise<Finding[]> {
  const what = `radio ${at}`;
  const before = address.startsWith('serial:')
    ? portFindings(what, address.slice('serial:'.length))
    : [];
  if (before.some(({ level }) => level === 'fails')) return before;
  const notOk = before.filter(({ level }) => level !== 'ok');
  try {
    return [...notOk, ...infoFindings(what, await askRadio(address, waitMs))];
  } catch (error) {
    const { message } = error as Error;
    const isLocked = /lock|temporarily unavailable|busy/i.test(message);
    const todo = isLocked
      ? 'another program has the port: stop it (meshtastic, a browser, another gateway)'
      : 'is it on, is this its address, does no other program hold it? A radio serves one';
    return [...notOk, fails(what, `${address}: ${message}`, todo)];
  }
}
