/*
 * What: the board Seeed XIAO nRF52840 on Espruino 2v29, with a Wio-SX1262 or a Meshtastic radio on its serial port.
 * From where to where: Espruino's functions -> the Board interface.
 * Its Storage is a flash chip of 2 MB behind SPI: no file has an address, so the native routine is copied to memory
 * and the journal's pages are found by Storage's headers. The key lies in the chip's own flash.
 * Source: Espruino 2v29 boards/XIAOBLE.py; nRF52840 Product Specification; XIAO nRF52840 schematic. Espruino-safe.
 */
import type { Board, Cipher, NodeConfig } from '../board';
import type { TechnicianDoors } from '../console/technician';
import {
  DEBOUNCE_MS,
  WATCHDOG_S,
  XIAO_BATTERY_MV_MAX,
  XIAO_BATTERY_MV_MIN,
  XIAO_KEY_ADDRESS,
  XIAO_METER_PIN_NUMBER,
  XIAO_PAGE_BYTES,
  XIAO_STORAGE_ADDRESS,
  XIAO_STORAGE_BYTES,
} from '../node-limits';
import { pagesOfFile } from './flash-file';
import { readKey } from './key-region';
import { createNativeCipher } from './native-cipher';
import { createNativeSigner } from './native-signer';
import { readPulseCounter, startPulseCounter } from './pulse-counter';
import { createSensorDoors } from './sensor-doors';
import { createTechnicianDoors } from './technician-doors';

const storage = require('Storage');

function readConfig(): NodeConfig | null {
  const text = storage.read('tw.cfg');
  return text ? JSON.parse(text) : null;
}

/** The battery behind a divider of 1 MOhm and 510 kOhm; 0 = none is connected. */
function batteryMv(): number {
  const mv = Math.round((analogRead(D32) * E.getAnalogVRef() * 1000 * 1510) / 510);
  return mv >= XIAO_BATTERY_MV_MIN && mv <= XIAO_BATTERY_MV_MAX ? mv : 0;
}

function createSigner() {
  const key = readKey(XIAO_KEY_ADDRESS);
  const file = storage.read('ed25519');
  if (!key || !file) return null;
  const routine = E.toFlatString(file);
  return createNativeSigner(key, () => routine);
}

function onPress(button: number, fn: () => void): void {
  const pin = button === 0 ? D6 : D7;
  pinMode(pin, 'input_pullup');
  setWatch(fn, pin, { repeat: true, edge: 'falling', debounce: DEBOUNCE_MS });
}

/** AES by the native routine, copied to memory once. Throws: the file ed25519 is missing. */
export function createXiaoCipher(): Cipher {
  const routine = E.toFlatString(storage.read('ed25519') as string);
  return createNativeCipher(() => routine);
}

/** What a technician may do on this board. */
export function xiaoTechnicianDoors(board: Board): TechnicianDoors {
  return createTechnicianDoors(XIAO_KEY_ADDRESS, board.flash, () => {
    const file = storage.read('ed25519');
    return file ? E.toFlatString(file) : undefined;
  });
}

/** Takes the chip over. The console stays on USB, so that a technician always has it. */
export function createNrf52840(): Board {
  E.setFlags({ unsafeFlash: 1 });
  E.enableWatchdog(WATCHDOG_S, false);
  // The console is on USB: advertising would cost five times what the sleeping chip draws.
  NRF.sleep();
  let faults = 0;
  process.on('uncaughtException', (error) => {
    faults++;
    print(`fault ${faults} ${error}`);
  });
  pinMode(D0, 'input_pullup');
  const pulsesAtStart = startPulseCounter(XIAO_METER_PIN_NUMBER);
  digitalWrite(D14, 1);
  const bootS = getTime();
  const board: Board = {
    uptimeMs: () => Math.round((getTime() - bootS) * 1000),
    after: (delayMs, fn) => {
      setTimeout(fn, delayMs);
    },
    every: (periodMs, fn) => {
      setInterval(fn, periodMs);
    },
    random32: () => E.hwRand() >>> 0,
    batteryMv: batteryMv,
    crc32: (bytes) => E.CRC32(bytes) >>> 0,
    config: readConfig(),
    signer: createSigner(),
    flash: pagesOfFile(
      'journal',
      XIAO_STORAGE_ADDRESS,
      XIAO_STORAGE_ADDRESS + XIAO_STORAGE_BYTES,
      XIAO_PAGE_BYTES,
    ),
    uart: {
      open: (baud, onData) => {
        Serial1.on('data', (chunk) => onData(E.toUint8Array(chunk)));
        Serial1.setup(baud, { rx: D7, tx: D6 });
      },
      close: () => {
        Serial1.unsetup();
        Serial1.removeAllListeners('data');
      },
      write: (bytes) => Serial1.write(bytes),
    },
    pulseCount: readPulseCounter,
    pulsesAtStart: pulsesAtStart,
    beforeRestart: (fn) => E.on('kill', fn),
    onPress: onPress,
    kickWatchdog: () => E.kickWatchdog(),
    say: (text) => print(text),
  };
  return Object.assign(board, createSensorDoors());
}
