/*
 * radio.ts: the doctor on a radio: opens it, has the gateway's own session shake hands, and judges what the radio tells.
 * Way: address -> transport -> core/radio-session.ts -> RadioInfo -> findings. Only where no gateway holds the radio.
 */
import { randomBytes } from 'node:crypto';
import { radioName } from '../../gateway/core/messages';
import { radioProblems, radioSummary, radioWarnings } from '../../gateway/core/radio-checks';
import type { RadioInfo } from '../../gateway/core/radio-info';
import { createRadioSession, type SessionStep } from '../../gateway/core/radio-session';
import { DOCTOR_WAIT_MS } from '../../gateway/limits/operations';
import { transportOf } from '../../gateway/opening';
import { CHANNEL_NAME } from '../../shared/limits';
import { type Finding, fails, ok, warning } from './finding';
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

function settingsText(info: RadioInfo): string {
  const { firmware, region, preset, role, bluetooth, channel } = radioSummary(info, CHANNEL_NAME);
  const told = [
    radioName(info.myNodeNum),
    `firmware ${firmware ?? 'unknown'}`,
    `region ${region ?? 'unknown'}`,
    preset ?? 'preset unknown',
    `role ${role ?? 'unknown'}`,
    bluetooth === null ? 'Bluetooth unknown' : `Bluetooth ${bluetooth ? 'on' : 'off'}`,
    channel === null ? `no channel "${CHANNEL_NAME}"` : `channel ${channel} "${CHANNEL_NAME}"`,
  ];
  return told.join(', ');
}

/** "What is wrong: what to do" in two. */
function inTwo(words: string): [found: string, todo: string] {
  const at = words.lastIndexOf(': ');
  const usual = 'set it in the Meshtastic app or with `meshtastic --set`, then look again';
  return at < 0 ? [words, usual] : [words.slice(0, at), words.slice(at + 2)];
}

/** What a radio's own words say. */
export function infoFindings(what: string, info: RadioInfo): Finding[] {
  return [
    ok(what, settingsText(info)),
    ...radioProblems(info, CHANNEL_NAME).map((words) => fails(what, ...inTwo(words))),
    ...radioWarnings(info, CHANNEL_NAME).map((words) => warning(what, ...inTwo(words))),
  ];
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
  const told = before.filter(({ level }) => level !== 'ok');
  try {
    return [...told, ...infoFindings(what, await askRadio(address, waitMs))];
  } catch (error) {
    const { message } = error as Error;
    const isLocked = /lock|temporarily unavailable|busy/i.test(message);
    const todo = isLocked
      ? 'another program has the port: stop it (meshtastic, a browser, another gateway)'
      : 'is it on, is this its address, does no other program hold it? A radio serves one';
    return [...told, fails(what, `${address}: ${message}`, todo)];
  }
}
