/*
 * faults.ts: what can be wrong with a virtual board and its port, to be planted on purpose.
 * Way: tests and `tallywell practice --faults` -> the console's model and the port.
 */

/** Faults of one board. Left out = sound. */
export interface BoardFaults {
  /** Refuses the nth file packet (from 1, FILE_SEND and DATA counted together) so many times. */
  nak?: { packet: number; times: number };
  /** Clears one bit in the middle of this file each time it was written whole, so many times. */
  flipBit?: { file: string; times: number };
  /** Pulls the plug when this part (0..1) of a file has been written; the board loses its power too, or keeps it. */
  unplug?: { file?: string; share: number; losesPower: boolean; times: number };
  /** The program in .bootcde throws. */
  throwsAtBoot?: boolean;
  /** Variables that the board has. */
  variables?: number;
  /** Storage bytes that are left free by a file that is in the way. */
  storageFreeBytes?: number;
  /** How long each answer takes, ms. */
  slowMs?: number;
  /** Another interpreter, "2v10" for example; those before 2v25 know no packets. */
  version?: string;
  /** Another board's name. */
  boardName?: string;
  /** The port is set to another speed: both sides read garbage. */
  isWrongBaud?: boolean;
  /** Nothing comes out of the port. */
  isSilent?: boolean;
  /** At E.reboot() the port goes away and comes back, as USB does. */
  isPortLostAtReboot?: boolean;
  /** The port is a cable to the board's UART (Serial1), where Espruino's console is until something moves it. */
  isAtCable?: boolean;
  /** The build of Espruino keeps the key's page for itself: require("Flash").getFree() does not list it. */
  isKeyPageUsed?: boolean;
}

/** A fault by its name at the command line. */
export const NAMED_FAULTS: { [name: string]: BoardFaults } = {
  nak: { nak: { packet: 3, times: 2 } },
  'nak-always': { nak: { packet: 3, times: 1000 } },
  'bit-flip': { flipBit: { file: '', times: 1 } },
  'bit-flip-always': { flipBit: { file: '', times: 1000 } },
  unplug: { unplug: { share: 0.5, losesPower: false, times: 1 } },
  'power-loss': { unplug: { share: 0.5, losesPower: true, times: 1 } },
  'throws-at-boot': { throwsAtBoot: true },
  'small-memory': { variables: 300 },
  'storage-full': { storageFreeBytes: 6000 },
  slow: { slowMs: 400 },
  'old-espruino': { version: '2v10' },
  'other-board': { boardName: 'PUCKJS' },
  'wrong-baud': { isWrongBaud: true },
  silent: { isSilent: true },
  'port-lost': { isPortLostAtReboot: true },
};

/** Does this interpreter know packets? They came with 2v25. */
export function knowsPackets(version: string): boolean {
  const match = /^(\d+)v(\d+)/.exec(version);
  if (!match) return false;
  return Number(match[1]) * 1000 + Number(match[2]) >= 2025;
}

/** Bytes as they look at another speed: nothing of them is left. */
export function garbled(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i += 2) {
    const pair = ((bytes[i] as number) * 31 + (bytes[i + 1] ?? 0) * 7) & 255;
    out.push(pair | 0x80);
  }
  return Uint8Array.from(out);
}
