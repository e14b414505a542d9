/*
 * What: the loader: the one program that an update never touches. It starts the right slot, or waits in safe mode.
 * From where to where: Storage files tw.a, tw.b, tw.boots -> the text of the program to run.
 * It lies in Storage as tw.boot and is evaluated for each step anew, so that it takes no memory in between.
 * The watchdog runs from here on: a program that never comes to its first tick is a failed start as well.
 * At the console `safe()` asks for safe mode and starts again; in safe mode `stay()` stays in it.
 * Source: Espruino 2v29 (Storage, E.reboot). Espruino-safe.
 */

import {
  BATTERY_WRITE_MV_MIN,
  BOOT_LOG_BYTES,
  SAFE_KICK_MS,
  SAFE_MODE_MS,
  WATCHDOG_S,
} from '../node-limits';
import {
  type BootFacts,
  ENTRY_BYTES,
  encodeBootEntry,
  GOOD,
  REJECTED,
  readBootLog,
  SAFE_ASKED,
  SAFE_BEGAN,
  STARTED,
} from './boot-log';
import { choose } from './choice';
import { sequenceOf } from './program';

const LOG = 'tw.boots';
const SLOTS = ['tw.a', 'tw.b'];

function crc32(text: string): number {
  return E.CRC32(text);
}

/** Begins the log anew with what must not be forgotten. Gives the bytes in use. */
function renewLog(facts: BootFacts): number {
  const storage = require('Storage');
  storage.erase(LOG);
  let at = 0;
  const keep = (kind: number, sequences: number[]): void => {
    const newest = sequences.slice(-SLOTS.length);
    for (let i = 0; i < newest.length; i++) {
      storage.write(LOG, encodeBootEntry(kind, newest[i]), at, BOOT_LOG_BYTES);
      at += ENTRY_BYTES;
    }
  };
  keep(REJECTED, facts.rejected);
  keep(GOOD, facts.good);
  return at;
}

/** Adds an entry. A flash that fails, or a battery too low to write, does not stop the start. */
function note(kind: number, sequence: number): void {
  const batteryMv = Math.round(NRF.getBattery() * 1000);
  if (batteryMv > 0 && batteryMv < BATTERY_WRITE_MV_MIN) return;
  try {
    const facts = readBootLog(require('Storage').read(LOG));
    const isFresh = facts.usedBytes === 0 || facts.usedBytes + ENTRY_BYTES > BOOT_LOG_BYTES;
    const at = isFresh ? renewLog(facts) : facts.usedBytes;
    require('Storage').write(LOG, encodeBootEntry(kind, sequence), at, BOOT_LOG_BYTES);
  } catch (error) {
    print(`boot log: ${error}`);
  }
}

/** Waits with the console open, then starts again; for ever when there is nothing to start. */
function waitInSafeMode(why: string, hasProgram: boolean): void {
  print(`safe mode: ${why}`);
  setInterval(() => E.kickWatchdog(), SAFE_KICK_MS);
  if (!hasProgram) return;
  // Noted before the pause, not after it: where the power fails again and again, not every start may be a pause.
  note(SAFE_BEGAN, 0);
  const timer = setTimeout(() => E.reboot(), SAFE_MODE_MS);
  global.stay = () => clearTimeout(timer);
}

/** The program that was started last has lasted long enough. */
export function noteGood(): void {
  note(GOOD, readBootLog(require('Storage').read(LOG)).sequence);
}

/** Starts again, in safe mode. */
export function askForSafeMode(): void {
  note(SAFE_ASKED, 0);
  E.reboot();
}

/** Decides what to start. Gives its text, '' in safe mode. */
export function loadProgram(): string {
  E.enableWatchdog(WATCHDOG_S, false);
  const storage = require('Storage');
  const sequences: number[] = [];
  for (let i = 0; i < SLOTS.length; i++) sequences.push(sequenceOf(storage.read(SLOTS[i]), crc32));
  const choice = choose(sequences, readBootLog(storage.read(LOG)));
  if (choice.reject > 0) note(REJECTED, choice.reject);
  if (choice.safe !== '') {
    waitInSafeMode(choice.safe, choice.slot >= 0);
    return '';
  }
  const sequence = sequences[choice.slot];
  note(STARTED, sequence);
  return storage.read(SLOTS[choice.slot]) || '';
}
