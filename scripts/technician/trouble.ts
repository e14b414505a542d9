/*
 * trouble.ts: everything that can go wrong at the technician's bench: a closed list, each with its exit code.
 * Way: acts throw a Trouble -> command line, page and reports say it in words (words.ts): what happened, what to do next.
 */

/**
 * Exit code of each trouble. 0 = good, 1 = a fault of the machine or of ours, 2 = the command line was not understood.
 * The tens say where to look: 1x cable and port, 2x Espruino board, 3x node's program, 4x radio, 5x gateway, 6x files, 7x verdicts.
 */
export const TROUBLES = {
  'no-port': 10,
  'several-ports': 11,
  'port-denied': 12,
  'port-locked': 13,
  unplugged: 14,
  'no-prompt': 15,
  'not-espruino': 16,
  'wrong-board': 20,
  'old-espruino': 21,
  'out-of-memory': 22,
  'storage-full': 23,
  'storage-corrupt': 24,
  'packet-refused': 25,
  'crc-differs': 26,
  'board-exception': 27,
  'boot-failed': 28,
  'no-drive': 29,
  'no-program': 30,
  'not-provisioned': 31,
  'key-torn': 32,
  'key-refused': 33,
  'battery-low': 34,
  'node-refused': 35,
  'no-console': 36,
  'radio-silent': 40,
  'radio-refused': 41,
  'radio-lost': 42,
  'radio-differs': 43,
  'region-unset': 44,
  'zero-hash': 45,
  'remote-silent': 46,
  'remote-unauthorized': 47,
  'remote-unknown-key': 48,
  'remote-lost': 49,
  'gateway-unreachable': 50,
  'gateway-denied': 51,
  'gateway-refused': 52,
  'bad-file': 60,
  'no-pod': 61,
  'no-site': 62,
  'already-done': 63,
  'nothing-to-undo': 64,
  'wrong-wiring': 65,
  'site-taken': 66,
  'slot-taken': 67,
  'bench-busy': 68,
  'board-needed': 69,
  'test-failed': 70,
  'not-calibrated': 71,
  'batch-incomplete': 72,
  cancelled: 73,
  'few-pulses': 74,
  'no-row': 75,
  'not-in-file': 76,
} as const;

/** Name of a trouble. */
export type TroubleCode = keyof typeof TROUBLES;

/**
 * What is wrong with a file or why something was refused, where a trouble's `fault` or `reason` is one of these: words.ts says it in the
 * reader's language. Other values are shown as they are: ranges, names to choose from, words of the system or of a device.
 */
export const FAULTS = [
  ...['no-file', 'no-folder', 'no-json', 'no-csv', 'no-address', 'no-column', 'same-as', 'rows'],
  ...['wiring', 'signature', 'no-registration', 'bench-full', 'line-changed', 'last-line-changed'],
  ...['not-on-board', 'other-chip', 'over-key', 'boot-loader-refused', 'no-public-key'],
  ...['not-in-firmware', 'not-heard', 'no-node-id', 'not-both'],
] as const;

/** What the words of a trouble mention, by name: `{{port}}` in the words. Never a secret. */
export type TroubleDetails = Readonly<Record<string, string | number>>;

/** A trouble, thrown by an act. */
export class Trouble extends Error {
  constructor(
    readonly code: TroubleCode,
    readonly details: TroubleDetails = {},
  ) {
    super(`${code} ${JSON.stringify(details)}`);
  }

  /** The process ends with this. */
  get exitCode(): number {
    return TROUBLES[this.code];
  }
}
