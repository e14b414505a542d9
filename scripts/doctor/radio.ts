/*
 * radio.ts: the doctor on a radio: opens it, has the gateway's own session shake hands, and judges what the radio tells.
 * Way: address -> transport -> core/radio-session.ts -> RadioInfo -> findings. Only where no gateway holds the radio.
 */
import { randomBytes } from 'node:crypto';
import { radioName } from '../../gateway/core/messages';
import { channelIndexOf, type RadioInfo, radioProblems } from '../../gateway/core/radio-info';
import { createRadioSession, type SessionStep } from '../../gateway/core/radio-session';
import { DOCTOR_WAIT_MS } from '../../gateway/limits';
import { transportOf } from '../../gateway/opening';
import { CHANNEL_NAME } from '../../shared/limits';
import { modemPresetOf } from '../../shared/meshtastic/airtime';
import { channelHash, expandPsk } from '../../shared/meshtastic/channel';
import { REGIONS } from '../../shared/meshtastic/regions';
import { type Finding, fails, ok, warning } from './finding';
import { portFindings } from './serial-port';

/** How often the session's timers are looked at, ms. */
const TICK_MS = 100;
/** Oldest firmware the session was measured with, as major and minor. */
const FIRMWARE_FROM = [2, 5];

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

function settingsText({ lora, metadata, myNodeNum }: RadioInfo): string {
  const region = Object.entries(REGIONS).find(([, one]) => one.code === lora?.region)?.[0];
  const preset = lora?.usePreset ? modemPresetOf(lora.modemPreset)?.displayName : 'own settings';
  const firmware = metadata?.firmwareVersion || 'unknown';
  return `${radioName(myNodeNum)}, firmware ${firmware}, region ${region ?? lora?.region ?? 'unknown'}, ${preset ?? 'preset unknown'}`;
}

function channelFindings(what: string, info: RadioInfo): Finding[] {
  const index = channelIndexOf(info, CHANNEL_NAME);
  const settings = info.channels.find((channel) => channel.index === index)?.settings;
  if (settings === undefined) return [];
  const todo = 'give the channel another key, on all radios of the pod';
  if (settings.psk.length < 16) {
    return [
      warning(
        what,
        `channel "${CHANNEL_NAME}" has no key of its own: everybody can read along`,
        todo,
      ),
    ];
  }
  if (channelHash(settings.name, expandPsk(settings.psk)) === 0) {
    return [
      fails(what, `channel "${CHANNEL_NAME}" has the hash 0, as public-key packets have`, todo),
    ];
  }
  return [ok(what, `channel "${CHANNEL_NAME}" with a key of its own`)];
}

function firmwareFindings(what: string, { metadata }: RadioInfo): Finding[] {
  const version = metadata?.firmwareVersion ?? '';
  if (version === '') return [];
  const [major, minor] = version.split('.').map(Number);
  const isOld =
    major < FIRMWARE_FROM[0] || (major === FIRMWARE_FROM[0] && minor < FIRMWARE_FROM[1]);
  if (!isOld) return [];
  return [
    warning(what, `firmware ${version} is old`, `install ${FIRMWARE_FROM.join('.')} or newer`),
  ];
}

/** What a radio's own words say. */
export function infoFindings(what: string, info: RadioInfo): Finding[] {
  const problems = radioProblems(info, CHANNEL_NAME).map((problem) =>
    fails(
      what,
      problem,
      'set it in the Meshtastic app or with `meshtastic --set`, then look again',
    ),
  );
  return [
    ok(what, settingsText(info)),
    ...problems,
    ...firmwareFindings(what, info),
    ...channelFindings(what, info),
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
