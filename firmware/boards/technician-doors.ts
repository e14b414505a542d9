/*
 * What: what only a technician may do, on any nRF52 board of Espruino 2v29.
 * From where to where: Espruino's functions and the key's region -> the console's commands. Espruino-safe.
 */
import type { PagedFlash } from '../board';
import type { Refusal, TechnicianDoors } from '../console/technician';
import { RANDOM_WORDS } from '../node-limits';
import { keyStateAt, writeKey } from './key-region';
import { deriveKey, type ReadRoutine } from './native-signer';

/** 256 bytes from the hardware source; null when two words are equal: a source that repeats itself is broken. */
function gatherRandom(): Uint8Array | null {
  const words: number[] = [];
  const bytes = new Uint8Array(4 * RANDOM_WORDS);
  for (let i = 0; i < RANDOM_WORDS; i++) {
    const word = E.hwRand() >>> 0;
    if (words.indexOf(word) >= 0) return null;
    words.push(word);
    bytes.set([word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24], 4 * i);
  }
  return bytes;
}

function makeKey(keyAddress: number, readRoutine: ReadRoutine): Uint8Array | Refusal {
  const state = keyStateAt(keyAddress);
  if (state !== 'erased') return state === 'good' ? 'key exists' : 'key torn';
  if (!readRoutine()) return 'no routine';
  const random = gatherRandom();
  if (!random) return 'weak randomness';
  const key = deriveKey(random, readRoutine);
  if (!writeKey(keyAddress, key)) return 'not written';
  return new Uint8Array(key.subarray(32, 64));
}

function eraseAll(keyAddress: number, journal: PagedFlash): void {
  for (let page = 0; page < journal.pageCount; page++) {
    E.kickWatchdog();
    journal.erase(page);
  }
  // Or the restart would save the counters once more.
  E.removeAllListeners('kill');
  require('Storage').erase('tw.cfg');
  require('Flash').erasePage(keyAddress);
}

/** `keyAddress`: of the key's region. `readRoutine`: the native routine. */
export function createTechnicianDoors(
  keyAddress: number,
  journal: PagedFlash,
  readRoutine: ReadRoutine,
): TechnicianDoors {
  return {
    device: () => ({
      board: process.env.BOARD,
      espruino: process.env.VERSION,
      serial: getSerial(),
      freeVariables: process.memory().free,
    }),
    programSequence: () => {
      const program = global.program;
      return program ? parseInt(program.substr(program.length - 18, 8), 16) : 0;
    },
    keyState: () => keyStateAt(keyAddress),
    makeKey: () => makeKey(keyAddress, readRoutine),
    eraseAll: () => eraseAll(keyAddress, journal),
    restart: () => E.reboot(),
  };
}
