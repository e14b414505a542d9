/*
 * set-up.ts: the acts at a radio: set it up for Tallywell, put it back as it was.
 * Way: command line, page -> here -> door, wish, apply -> bench (snapshot, log).
 */
import { RADIO_BOARDS, type RadioBoard, radioBoardOf } from '../../../hardware/radios';
import { nodeIdOf } from '../../../shared/meshtastic/node-id';
import type { ActDoors } from '../bench';
import { logged } from '../logged';
import { Trouble } from '../trouble';
import { type Applied, applyWish } from './apply';
import type { RadioDoor } from './door';
import { ALL_NUMBERS, type LinkNumbers, openRadioLink, steadyPort } from './link';
import { openOwnDoor } from './own-door';
import type { Difference } from './plan';
import { openRemoteDoor, type RemoteOptions } from './remote-door';
import { savedSettings, settingsOfSaved, wishOfSaved } from './saved-radio';
import type { RadioSettings } from './settings';
import { type RadioChoice, tallywellWish } from './wish';

/** Firmware that is known to pass records: 2.5 to 2.7. */
const KNOWN_FIRMWARE = /^2\.[567]\./;

/** What the technician asked for. */
export interface SetUpOptions {
  /** /dev/…, COM3 or tcp://host[:port] */
  port: string;
  /** What it is for; see RadioChoice. */
  role: RadioChoice['role'];
  /** Site it stands at; null at the gateway. */
  site: string | null;
  /** Default: the site, or the pod and "gateway". Cut to 39 bytes. */
  longName?: string;
  /** Default: the last four digits of its number. Cut to 4 bytes. */
  shortName?: string;
  /** Default: the pod's. */
  region?: string;
  preset?: string;
  channelNum?: number;
  /** Name of a board of hardware/radios.ts; default: as the radio says. */
  board?: string;
  pins?: { rxd: number; txd: number };
  /** Public key of a radio that may set this one up over the air, 32 bytes. */
  adminKey?: Uint8Array;
  /** Number of a radio in the field that is set up through the one at the port. */
  remote?: number;
  /** Sends also what is right already. */
  again?: boolean;
  /** For tests. */
  numbers?: LinkNumbers;
  wait?: RemoteOptions['wait'];
}

/** What was done, or would be. */
export interface SetUpResult {
  /** !hex number of the radio. */
  device: string;
  firmware: string;
  /** Name of its board, as Meshtastic spells it. */
  hardware: string;
  role: RadioChoice['role'];
  pins: { rxd: number; txd: number } | null;
  /** Was anything written? */
  isChanged: boolean;
  isDryRun: boolean;
  differences: Difference[];
}

function boardNamed(name: string): RadioBoard {
  const board = RADIO_BOARDS.find((one) => one.name === name);
  if (board) return board;
  const known = RADIO_BOARDS.map((one) => one.name).join(', ');
  throw new Trouble('wrong-board', { board: name, wanted: known });
}

/** Pins of the Serial module: as named, of the named board, or of the board the radio says it is. */
function pinsFor(options: SetUpOptions, hardware: string): { rxd: number; txd: number } | null {
  if (options.role === 'gateway') return null;
  if (options.pins) return options.pins;
  const board = options.board ? boardNamed(options.board) : radioBoardOf(hardware);
  if (board) return { rxd: board.rxd, txd: board.txd };
  const known = RADIO_BOARDS.map((one) => one.name).join(', ');
  throw new Trouble('wrong-board', { board: hardware, wanted: known });
}

function choiceOf(doors: ActDoors, options: SetUpOptions, settings: RadioSettings): RadioChoice {
  const pod = doors.bench.pod();
  const { role, site } = options;
  return {
    role,
    longName: options.longName ?? site ?? `${pod.pod} gateway`,
    shortName: options.shortName ?? nodeIdOf(settings.nodeNum).slice(-4),
    region: options.region ?? pod.region,
    preset: options.preset ?? pod.preset,
    channelNum: options.channelNum ?? pod.channelNum,
    pins: pinsFor(options, settings.hardware),
    channelKey: doors.bench.channelKey(),
    adminKey: options.adminKey,
  };
}

async function doorOf(doors: ActDoors, options: SetUpOptions): Promise<RadioDoor> {
  const { port, remote, numbers, wait } = options;
  if (remote === undefined) return openOwnDoor(port, { numbers, signal: doors.signal });
  // With its list of nodes, for their public keys are in it.
  const link = await openRadioLink(steadyPort(port), numbers ?? ALL_NUMBERS);
  try {
    return openRemoteDoor(link, remote, { ...doors, wait });
  } catch (error) {
    link.close();
    throw error;
  }
}

function save(doors: ActDoors, device: string, settings: RadioSettings): void {
  const radio = savedSettings(settings);
  doors.bench.save({ device, act: 'radio', publicKey: null, files: [], radio });
}

function tellNotes(doors: ActDoors, options: SetUpOptions, { settings, isChanged }: Applied): void {
  const { progress, bench, isDryRun } = doors;
  const { nodeNum, firmware } = settings;
  if (!isChanged && !isDryRun) progress.note('radio-right');
  if (!KNOWN_FIRMWARE.test(firmware)) progress.note('radio-firmware', { firmware });
  const wanted = bench.pod().gatewayNode;
  if (options.role === 'gateway' && wanted !== nodeNum) {
    progress.note('radio-other-number', { is: nodeIdOf(nodeNum), wanted: nodeIdOf(wanted) });
  }
}

/**
 * Sets a radio up. Safe to repeat: what is right already is left alone.
 * Throws Trouble: no-port, port-denied, port-locked, unplugged, radio-silent, radio-refused, radio-lost, radio-differs, region-unset,
 * zero-hash, wrong-board (its pins are not known), no-pod, bad-file, cancelled; of a remote one remote-silent, remote-unauthorized,
 * remote-unknown-key, remote-lost.
 */
export function setUpRadio(doors: ActDoors, options: SetUpOptions): Promise<SetUpResult> {
  const { port, role, site } = options;
  return logged(doors, 'radio', async (notes) => {
    Object.assign(notes, { device: port, site });
    doors.bench.channelKey();
    doors.progress.step('radio-open', { port });
    const door = await doorOf(doors, options);
    const device = nodeIdOf(door.nodeNum);
    notes.device = device;
    try {
      let pins: SetUpResult['pins'] = null;
      const wishFor = (settings: RadioSettings) => {
        const choice = choiceOf(doors, options, settings);
        pins = choice.pins;
        if (pins !== null && !settings.modules.has('serial')) {
          throw new Trouble('radio-refused', { setting: 'serial', reason: 'not-in-firmware' });
        }
        return tallywellWish(choice, settings);
      };
      const applied = await applyWish(door, wishFor, {
        ...doors,
        again: options.again,
        beforeChange: (settings) => save(doors, device, settings),
      });
      const { settings, isChanged, differences } = applied;
      const { firmware, hardware } = settings;
      notes.facts = { role, firmware, hardware, changed: isChanged ? differences.length : 0 };
      tellNotes(doors, options, applied);
      return {
        ...{ device, firmware, hardware, role, pins, isChanged, differences },
        isDryRun: doors.isDryRun,
      };
    } finally {
      door.close();
    }
  });
}

/**
 * Puts a radio back as it was before it was last set up; its own key pair stays.
 * Throws Trouble as setUpRadio, and nothing-to-undo.
 */
export function undoRadio(
  doors: ActDoors,
  { port, numbers }: Pick<SetUpOptions, 'port' | 'numbers'>,
): Promise<Omit<SetUpResult, 'role' | 'pins'>> {
  return logged(doors, 'undo', async (notes) => {
    notes.device = port;
    doors.progress.step('radio-open', { port });
    const door = await openOwnDoor(port, { numbers, signal: doors.signal });
    const device = nodeIdOf(door.nodeNum);
    notes.device = device;
    try {
      const saved = doors.bench.newestSaved(device);
      if (saved === null) throw new Trouble('nothing-to-undo');
      const wish = wishOfSaved(settingsOfSaved(saved.snapshot.radio));
      const applied = await applyWish(door, () => wish, { ...doors, beforeChange: () => {} });
      const { isChanged, differences, settings } = applied;
      const { firmware, hardware } = settings;
      notes.facts = { act: saved.snapshot.act, changed: isChanged ? differences.length : 0 };
      if (!doors.isDryRun) saved.takenBack();
      return { device, firmware, hardware, isChanged, differences, isDryRun: doors.isDryRun };
    } finally {
      door.close();
    }
  });
}
