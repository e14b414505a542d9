/*
 * What: the board MDBT42Q (nRF52832) on Espruino 2v29, with a radio on its serial port.
 * From where to where: Espruino's functions -> the Board interface.
 * The journal is one pre-allocated file whose whole flash pages are used as a ring, past Storage, so that Storage
 * never compacts on the counting path. Source: Espruino reference; nRF52832 Product Specification. Espruino-safe.
 */
import type { Board, NodeConfig, PagedFlash, Signer } from '../board';
import type { TechnicianDoors } from '../console/technician';
import {
  BLUETOOTH_MS,
  DEBOUNCE_MS,
  METER_PIN_NUMBER,
  NRF52832_KEY_ADDRESS,
  NRF52832_PAGE_BYTES as PAGE_BYTES,
  WATCHDOG_S,
} from '../node-limits';
import { readKey } from './key-region';
import { createNativeSigner } from './native-signer';
import { readPulseCounter, startPulseCounter } from './pulse-counter';
import { createTechnicianDoors } from './technician-doors';

const BUTTONS = [D3, D4];
const storage = require('Storage');

function readConfig(): NodeConfig | null {
  const text = storage.read('tw.cfg');
  return text ? JSON.parse(text) : null;
}

function createSigner(): Signer | null {
  const key = readKey(NRF52832_KEY_ADDRESS);
  if (!key || !storage.read('ed25519')) return null;
  return createNativeSigner(key, () => storage.read('ed25519'));
}

/** What a technician may do on this board. */
export function mdbt42qTechnicianDoors(board: Board): TechnicianDoors {
  return createTechnicianDoors(NRF52832_KEY_ADDRESS, board.flash, () => storage.read('ed25519'));
}

/** The whole pages inside the file "journal"; none when it is missing. */
function journalPages(): PagedFlash {
  const flash = require('Flash');
  const file = storage.read('journal');
  const address = file ? E.getAddressOf(file, true) : 0;
  const start = Math.floor((address + PAGE_BYTES - 1) / PAGE_BYTES) * PAGE_BYTES;
  const end = file ? address + file.length : start;
  return {
    pageBytes: PAGE_BYTES,
    pageCount: Math.max(0, Math.floor((end - start) / PAGE_BYTES)),
    read: (page, offset, length) => flash.read(length, start + page * PAGE_BYTES + offset),
    write: (page, offset, bytes) => flash.write(bytes, start + page * PAGE_BYTES + offset),
    erase: (page) => flash.erasePage((start + page * PAGE_BYTES) | 0),
  };
}

function onPress(button: number, fn: () => void): void {
  pinMode(BUTTONS[button], 'input_pullup');
  setWatch(fn, BUTTONS[button], { repeat: true, edge: 'falling', debounce: DEBOUNCE_MS });
}

/**
 * A while after a start nobody gets in by Bluetooth any more: there is no password there, and whoever is near could read the key. A program
 * of a site calls this; switching the node off and on opens the door again.
 */
export function closeBluetoothLater(): void {
  setTimeout(NRF.sleep, BLUETOOTH_MS);
}

/** Takes the chip over. Its console has left the serial port before: entries/loader.ts. */
export function createNrf52832(): Board {
  E.setFlags({ unsafeFlash: 1 });
  E.enableWatchdog(WATCHDOG_S, false);
  process.on('uncaughtException', (error) => print(`fault ${error}`));
  pinMode(D2, 'input_pullup');
  const pulsesAtStart = startPulseCounter(METER_PIN_NUMBER);
  const bootS = getTime();
  return {
    uptimeMs: () => Math.round((getTime() - bootS) * 1000),
    after: (delayMs, fn) => {
      setTimeout(fn, delayMs);
    },
    every: (periodMs, fn) => {
      setInterval(fn, periodMs);
    },
    random32: () => E.hwRand() >>> 0,
    batteryMv: () => Math.round(NRF.getBattery() * 1000),
    crc32: (bytes) => E.CRC32(bytes) >>> 0,
    config: readConfig(),
    signer: createSigner(),
    flash: journalPages(),
    uart: {
      open: (baud, onData) => {
        Serial1.on('data', (chunk) => onData(E.toUint8Array(chunk)));
        Serial1.setup(baud, { rx: D8, tx: D6 });
      },
      write: (bytes) => Serial1.write(bytes),
    },
    pulseCount: readPulseCounter,
    pulsesAtStart: pulsesAtStart,
    beforeRestart: (fn) => E.on('kill', fn),
    errorFlags: () => E.getErrorFlags(),
    onPress: onPress,
    kickWatchdog: () => E.kickWatchdog(),
    say: (text) => print(text),
  };
}
