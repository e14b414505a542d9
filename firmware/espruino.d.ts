/*
 * What: the part of Espruino's own functions that the firmware uses, for the type checker.
 * Source: espruino.com/Reference, interpreter 2v29.
 */

/** A pin of the board. */
interface Pin {
  readonly espruinoPin: true;
}

declare const D2: Pin;
declare const D3: Pin;
declare const D4: Pin;
declare const D1: Pin;
declare const D5: Pin;
declare const D6: Pin;
declare const D7: Pin;
declare const D8: Pin;
declare const D9: Pin;
declare const D10: Pin;
declare const D0: Pin;
declare const D14: Pin;
declare const D32: Pin;

/** Wherever Espruino takes a pin it also takes its name. */
type PinName = Pin | string;

/** What a watch tells; time in seconds. */
interface WatchEvent {
  state: boolean;
  time: number;
  pin: Pin;
}

declare function setWatch(
  fn: (event: WatchEvent) => void,
  pin: PinName,
  options: { repeat: boolean; edge: 'rising' | 'falling' | 'both'; debounce: number },
): number;
declare function pinMode(pin: PinName, mode: string): void;
declare function digitalRead(pin: PinName): number;
/** Of several pins the last one takes the lowest bit and is written first. */
declare function digitalWrite(pin: PinName | PinName[], value: number): void;
/** The part 0..1 of the board's supply; NaN where the pin is not analogue. */
declare function analogRead(pin: PinName): number;
declare function setTimeout(fn: () => void, ms: number): number;
declare function clearTimeout(id: number): void;
declare function setInterval(fn: () => void, ms: number): number;
/** Seconds, with a fraction. */
declare function getTime(): number;
/** The chip's own number. */
declare function getSerial(): string;
declare function peek32(address: number): number;
declare function poke32(address: number, value: number): void;
declare function print(text: string): void;

interface EspruinoStorage {
  read(name: string, offset?: number, length?: number): string | undefined;
  write(name: string, data: string | Uint8Array, offset?: number, size?: number): boolean;
  erase(name: string): void;
}

interface EspruinoFlash {
  read(length: number, address: number): Uint8Array;
  write(data: Uint8Array, address: number): void;
  erasePage(address: number): void;
  /** Whole pages that nothing uses. */
  getFree(): { addr: number; length: number }[];
}

declare function require(name: 'Storage'): EspruinoStorage;
declare function require(name: 'Flash'): EspruinoFlash;

declare const E: {
  getAddressOf(value: Uint8Array | string, flatOnly: boolean): number;
  nativeCall(
    address: number,
    signature: string,
  ): (operation: number, context: number, message: number, length: number) => number;
  toFlatString(value: { data: number; count: number } | string): string;
  toArrayBuffer(text: string): ArrayBuffer;
  toUint8Array(text: string): Uint8Array;
  toString(bytes: Uint8Array): string;
  CRC32(bytes: Uint8Array | string): number;
  hwRand(): number;
  setConsole(device: string | null, options?: { force: boolean }): void;
  setFlags(flags: { unsafeFlash: number }): void;
  enableWatchdog(seconds: number, isAuto: boolean): void;
  kickWatchdog(): void;
  /** "kill": before reboot(), load() and reset(). */
  on(event: 'kill', fn: () => void): void;
  removeAllListeners(event: 'kill'): void;
  reboot(): void;
  getErrorFlags(): string[];
  /** Volts that analogRead's 1 stands for. */
  getAnalogVRef(): number;
};

declare const NRF: {
  /** Volts. */
  getBattery(): number;
  getSecurityStatus(): { connected: boolean };
  /** No Bluetooth until the next start. */
  sleep(): void;
};

declare const Serial1: {
  setup(baud: number, options: { rx: Pin; tx: Pin }): void;
  unsetup(): void;
  removeAllListeners(event: 'data'): void;
  write(bytes: Uint8Array): void;
  on(event: 'data', fn: (chunk: string) => void): void;
};

declare const SPI1: {
  setup(options: { sck: Pin; miso: Pin; mosi: Pin; baud: number }): void;
  /** Full duplex; the second pin is low meanwhile. */
  send(bytes: Uint8Array, nss: Pin): Uint8Array;
};

/** A serial port in software. */
declare class Serial {
  setup(baud: number, options: { rx: PinName }): void;
  unsetup(): void;
  on(event: 'data', fn: (chunk: string) => void): void;
}

/** An I2C bus in software. */
declare class I2C {
  setup(options: { sda: PinName; scl: PinName }): void;
  writeTo(address: number, data: Uint8Array): void;
  readReg(address: number, register: number, byteCount: number): Uint8Array;
}

/** An SPI bus in software. */
declare class SPI {
  setup(options: { sck: PinName; miso: PinName; mode: number }): void;
  send(data: Uint8Array): Uint8Array;
}

declare class OneWire {
  constructor(pin: PinName);
  reset(): boolean;
  write(data: number[]): void;
  read(byteCount: number): Uint8Array;
}

/** Which part of the loader is wanted. */
declare const step: 'start' | 'good' | 'safe';

/** What the console and .bootcde may use. */
declare const global: {
  /** The technician's console: prints one line of JSON. */
  tw: (command: string, argument?: unknown) => void;
  /** The program that the loader chose. */
  program: string;
  /** Keeps safe mode until the next start. */
  stay: () => void;
};

declare const process: {
  env: { BOARD: string; VERSION: string };
  memory(): { free: number };
  on(event: 'uncaughtException', fn: (error: unknown) => void): void;
};

/** Of ECMAScript 2015, Espruino has this one. */
interface ObjectConstructor {
  assign<T, U>(target: T, source: U): T & U;
}
