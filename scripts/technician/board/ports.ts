/*
 * ports.ts: what is plugged in, and what it probably is. Opens nothing unless asked.
 * Way: serialport's list, /dev/serial/by-id, drives, USB ids -> a list for people and for other acts.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type UsbGuess, usbIdOf } from '../../../hardware/usb-ids';
import type { ActDoors } from '../bench';
import { Trouble } from '../trouble';
import type { BoardFile, BoardIdentity } from './board-session';
import { type BootDrive, bootDrives } from './drives';
import { type BoardOptions, openBoard } from './espruino-board';
import { type ListedPort, listedPorts } from './listed-ports';

const BY_ID = '/dev/serial/by-id';

/** One serial port. */
export interface PortFound {
  path: string;
  /** A name that does not move; null = there is none. */
  byId: string | null;
  vendorId: string | null;
  productId: string | null;
  serialNumber: string | null;
  guess: UsbGuess | 'unknown';
  /** Name of the device; null = not known. */
  name: string | null;
  /** What it answered, when it was asked. */
  answer?: BoardIdentity | { trouble: string };
  files?: BoardFile[];
}

/** What is plugged in. */
export interface PortsFound {
  ports: PortFound[];
  drives: BootDrive[];
}

/** Where to look; tests look elsewhere. */
export interface PortsPlaces {
  list?: () => Promise<ListedPort[]>;
  byIdFolder?: string;
  drives?: () => BootDrive[];
}

/** A name below /dev/serial/by-id that leads to this port. */
function byIdOf(path: string, folder: string): string | null {
  try {
    const names = readdirSync(folder).map((name) => join(folder, name));
    return names.find((name) => realpathSync(name) === realpathSync(path)) ?? null;
  } catch {
    // No such folder, or a port that has just gone.
    return null;
  }
}

/** Looks. Ports that are no USB device (a PC's own ttyS0) are left out. */
export async function findPorts(places: PortsPlaces = {}): Promise<PortsFound> {
  const { list = listedPorts, byIdFolder = BY_ID, drives = bootDrives } = places;
  const listed = (await list()).filter(({ vendorId }) => vendorId);
  const ports = listed.map(({ path, vendorId = '', productId = '', serialNumber }) => {
    const known = usbIdOf(vendorId, productId);
    return {
      ...{ path, byId: byIdOf(path, byIdFolder), vendorId, productId },
      serialNumber: serialNumber ?? null,
      ...{ guess: known?.guess ?? ('unknown' as const), name: known?.name ?? null },
    };
  });
  return { ports: ports.sort((a, b) => (a.path < b.path ? -1 : 1)), drives: drives() };
}

/** What is asked for. */
export interface PortsOptions {
  /** Only this one; it need not be in the list. */
  port?: string;
  /** Open each port that may be an Espruino board, and ask it. */
  isAsked?: boolean;
  /** List the files, too. */
  hasFiles?: boolean;
}

async function ask(port: PortFound, hasFiles: boolean, options: BoardOptions): Promise<PortFound> {
  try {
    const session = await openBoard(port.byId ?? port.path, options);
    try {
      const answer = await session.identity();
      return { ...port, answer, ...(hasFiles ? { files: await session.files() } : {}) };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof Trouble) return { ...port, answer: { trouble: error.code } };
    throw error;
  }
}

/** Lists what is plugged in. Throws: Trouble of a port that was named, when it does not answer. */
export async function listPorts(
  doors: ActDoors,
  options: PortsOptions,
  places: PortsPlaces = {},
  boardOptions: BoardOptions = {},
): Promise<PortsFound> {
  doors.progress.step('look-ports');
  const { port, isAsked = false, hasFiles = false } = options;
  if (port !== undefined) {
    const session = await openBoard(port, boardOptions);
    try {
      const answer = await session.identity();
      const files = hasFiles ? { files: await session.files() } : {};
      const usb = { byId: null, vendorId: null, productId: null, serialNumber: answer.serial };
      const one = { path: port, ...usb, guess: 'espruino' as const, name: answer.board, answer };
      return { ports: [{ ...one, ...files }], drives: [] };
    } finally {
      await session.close();
    }
  }
  const found = await findPorts(places);
  if (!isAsked && !hasFiles) return found;
  const ports: PortFound[] = [];
  for (const one of found.ports) {
    const mayBeBoard = one.guess !== 'meshtastic' && one.guess !== 'bootloader';
    ports.push(mayBeBoard ? await ask(one, hasFiles, boardOptions) : one);
  }
  return { ...found, ports };
}

/** What is looked for. */
export type DeviceKind = 'board' | 'radio' | 'any';

/** Guesses that say so, for each kind. */
const SURE: Record<DeviceKind, readonly PortFound['guess'][]> = {
  board: ['espruino'],
  radio: ['meshtastic'],
  any: ['espruino', 'meshtastic'],
};

/**
 * The port that was named, or the only one that may be what is looked for: one that says so, else one that says nothing.
 * Throws: Trouble no-port, several-ports.
 */
export async function choosePort(
  asked?: string,
  places: PortsPlaces = {},
  kind: DeviceKind = 'board',
): Promise<string> {
  if (asked !== undefined) return asked;
  const { ports } = await findPorts(places);
  const sure = ports.filter(({ guess }) => SURE[kind].includes(guess));
  const maybe = ports.filter(({ guess }) => guess === 'unknown' || guess === 'adapter');
  const [first, second] = sure.length > 0 ? sure : maybe;
  if (!first) throw new Trouble('no-port');
  if (second) {
    const names = (sure.length > 0 ? sure : maybe).map(({ byId, path }) => byId ?? path);
    throw new Trouble('several-ports', { ports: names.join(', ') });
  }
  return first.byId ?? first.path;
}

/** What a port probably is; unknown where nothing of that name is plugged in at USB. */
export async function guessOf(port: string, places: PortsPlaces = {}): Promise<PortFound['guess']> {
  if (port.startsWith('tcp://')) return 'unknown';
  const { ports } = await findPorts(places);
  return ports.find(({ path, byId }) => path === port || byId === port)?.guess ?? 'unknown';
}
