/*
 * The virtual board: an nRF52 with Espruino 2v29 as far as firmware can tell, on a clock that
 * the world moves. The firmware's bundle runs on its `globals` unchanged.
 * From: the world (time, pulses, presses, bytes, power). To: the firmware, and back.
 * Espruino-safe: the same source runs in Node and beside the firmware in the real interpreter.
 */
import { createAnalogInputs } from './analog-inputs';
import { createBoardRandom } from './board-random';
import { bytesOf, bytesOfString, stringOfBytes } from './byte-data';
import { crc32 } from './crc32';
import { createI2cBuses } from './i2c-bus';
import { type BoardLayout, MDBT42Q } from './layouts';
import { createMachine, enter, type Machine, mustHavePower } from './machine';
import { createMemory } from './memory';
import { createNorFlash } from './nor-flash';
import { createOneWireLines } from './one-wire';
import type { Parts } from './parts';
import { pinNumber } from './pin-number';
import { createPins } from './pins';
import { type BoardPlugs, createOutside } from './plugs';
import { createPulseCounter } from './pulse-counter';
import { createSerialPort } from './serial-port';
import { createSoftPorts } from './serial2-ports';
import { createSoftSpi } from './soft-spi';
import { createFileStore, createFlashModule, createStorageModule } from './storage';
import { createTimerGlobals, createTimerList } from './timers';
import type { VirtualBoard, VirtualBoardOptions } from './types';

const PAGE_ERASE_MS = 85;
const SUPPLY_MV = 3300;
/** The model has no variables to count: it always has so many. */
const VARIABLES_FREE = 2000;

/** The program ends; peripherals that the firmware set up by their registers go on. */
function endProgram(parts: Parts): void {
  const machine = parts.machine;
  machine.powered = false;
  machine.uncaughtHandler = null;
  machine.errorFlags = [];
  parts.list.clearAll();
  parts.pins.reset();
  parts.serial.reset();
  parts.softPorts.reset();
  parts.memory.forget();
  parts.killHandlers = [];
  parts.watchdogMs = -1;
}

function powerOff(parts: Parts): void {
  endProgram(parts);
  parts.counter.reset();
}

function powerUp(parts: Parts): void {
  const machine = parts.machine;
  machine.powered = true;
  machine.resetAsked = false;
  machine.bootMs = machine.nowMs;
  machine.busyUntilMs = machine.nowMs;
  machine.counts.boots++;
  enter(machine, parts.boot);
}

/** One event of the firmware: addresses are forgotten before it, a wished restart follows it. */
function runEvent(parts: Parts, run: () => void): void {
  parts.memory.forget();
  enter(parts.machine, run);
}

/** A restart that was asked for: the firmware hears of it first. `isReset`: the chip's registers are lost too. */
function restart(parts: Parts, isReset: boolean): void {
  const handlers = parts.killHandlers;
  parts.machine.resetAsked = false;
  for (let i = 0; i < handlers.length; i++) runEvent(parts, handlers[i]);
  if (!parts.machine.powered) return;
  if (isReset) powerOff(parts);
  else endProgram(parts);
  powerUp(parts);
}

/** The board's 3.3 V: its regulator gives no more than the battery has. */
function supplyMv(parts: Parts): number {
  return Math.min(SUPPLY_MV, parts.batteryMv);
}

function createE(parts: Parts, random: () => number) {
  const machine = parts.machine;
  const memory = parts.memory;
  return {
    getAddressOf: memory.getAddressOf,
    nativeCall: memory.nativeCall,
    toFlatString: memory.toFlatString,
    toArrayBuffer: memory.toArrayBuffer,
    toString: (data: unknown): string => stringOfBytes(bytesOf(data)),
    toUint8Array: (data: unknown): Uint8Array =>
      typeof data === 'string' ? bytesOfString(data) : new Uint8Array(bytesOf(data)),
    CRC32: (data: unknown): number => crc32(bytesOf(data)),
    hwRand: random,
    setConsole: (): void => {},
    setFlags: (): void => {},
    on: (event: string, fn: () => void): void => {
      if (event === 'kill') parts.killHandlers.push(fn);
    },
    removeAllListeners: (event: string): void => {
      if (event === 'kill') parts.killHandlers = [];
    },
    enableWatchdog: (seconds: number, isAuto?: boolean): void => {
      mustHavePower(machine);
      if (isAuto !== false) return;
      parts.watchdogPeriodMs = Math.round(seconds * 1000);
      parts.watchdogMs = machine.nowMs + parts.watchdogPeriodMs;
    },
    kickWatchdog: (): void => {
      mustHavePower(machine);
      if (parts.watchdogMs >= 0) parts.watchdogMs = machine.nowMs + parts.watchdogPeriodMs;
    },
    reboot: (): void => {
      mustHavePower(machine);
      machine.resetAsked = true;
      throw new Error('the board starts again');
    },
    getAnalogVRef: (): number => supplyMv(parts) / 1000,
    getErrorFlags: (): string[] => {
      const flags = machine.errorFlags;
      machine.errorFlags = [];
      return flags;
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
type Globals = { [name: string]: any };

function createGlobals(parts: Parts, modules: Globals, seed: number, layout: BoardLayout): Globals {
  const machine = parts.machine;
  const globals: Globals = {
    E: createE(parts, createBoardRandom(seed)),
    Serial1: parts.serial.global,
    Serial: parts.softPorts.global,
    I2C: parts.i2c.global,
    SPI: createSoftSpi(machine, {
      drive: parts.pins.drive,
      level: parts.pins.level,
      callUs: parts.outside.callUs,
    }),
    // Hardware SPI with one device; without one the input is pulled up.
    SPI1: {
      setup: (): void => mustHavePower(machine),
      send: (data: unknown): Uint8Array => {
        mustHavePower(machine);
        const bytes = new Uint8Array(bytesOf(data));
        const device = parts.spiDevice;
        return device === null ? bytes.fill(255) : device(bytes);
      },
    },
    OneWire: parts.oneWire.global,
    analogRead: (pin: unknown): number => {
      mustHavePower(machine);
      return parts.analog.read(pinNumber(pin), supplyMv(parts));
    },
    require: (name: string) => {
      const found = modules[name];
      if (found === undefined) throw new Error(`Module ${name} not found`);
      return found;
    },
    getSerial: (): string => `tallywell-${seed}`,
    getTime: (): number => (machine.nowMs - machine.bootMs) / 1000,
    peek32: (address: number): number => parts.counter.peek(address),
    poke32: (address: number, value: number): void => {
      mustHavePower(machine);
      parts.counter.poke(address, value);
    },
    NRF: {
      getBattery: (): number => parts.batteryMv / 1000,
      getSecurityStatus: () => ({ connected: false }),
      sleep: (): void => {},
    },
    process: {
      env: { BOARD: layout.name, VERSION: '2v29.277' },
      memory: () => ({ free: VARIABLES_FREE }),
      on: (event: string, fn: (error: unknown) => void): void => {
        if (event === 'uncaughtException') machine.uncaughtHandler = fn;
      },
    },
    print: function (): void {
      mustHavePower(machine);
      let line = '';
      // biome-ignore lint/complexity/noArguments: rest parameters do not survive on Espruino
      const all = arguments;
      for (let i = 0; i < all.length; i++) line += (i > 0 ? ' ' : '') + String(all[i]);
      machine.printed.push(line);
    },
  };
  const timers: Globals = createTimerGlobals(parts.list, machine);
  for (const name in timers) globals[name] = timers[name];
  for (const name in parts.pins.globals) globals[name] = parts.pins.globals[name];
  for (let pin = 0; pin < layout.chipPins.length; pin++) globals[`D${pin}`] = pin;
  return globals;
}

/** World time of the next thing due, or -1. */
function nextDue(parts: Parts): number {
  const machine = parts.machine;
  if (!machine.powered)
    return parts.outside.planned.length > 0 ? parts.outside.planned[0].atMs : -1;
  let due = -1;
  const timer = parts.list.first();
  if (timer !== null) due = Math.max(timer.dueMs, machine.busyUntilMs);
  const changes = parts.pins.changes;
  if (changes.length > 0 && (due < 0 || changes[0].atMs <= due)) due = changes[0].atMs;
  const planned = parts.outside.planned;
  if (planned.length > 0 && (due < 0 || planned[0].atMs <= due)) due = planned[0].atMs;
  if (parts.watchdogMs >= 0 && (due < 0 || parts.watchdogMs < due)) due = parts.watchdogMs;
  return due >= 0 && due < machine.nowMs ? machine.nowMs : due;
}

/** Runs the one thing that is due at the machine's present time: pins first, as in the idle loop. */
function runDue(parts: Parts): void {
  const machine = parts.machine;
  const changes = parts.pins.changes;
  const planned = parts.outside.planned;
  const timer = parts.list.first();
  if (planned.length > 0 && planned[0].atMs <= machine.nowMs) {
    parts.outside.runFirst();
  } else if (changes.length > 0 && changes[0].atMs <= machine.nowMs) {
    const change = changes[0];
    changes.splice(0, 1);
    parts.pins.setLevel(change.pin, change.level);
  } else if (timer !== null && timer.dueMs <= machine.nowMs) {
    parts.list.fire(timer, (run) => runEvent(parts, run));
  } else {
    machine.counts.watchdogResets++;
    powerOff(parts);
    powerUp(parts);
  }
  if (machine.powered && machine.resetAsked) restart(parts, true);
}

function createPlugs(parts: Parts): BoardPlugs {
  return {
    setPin: parts.pins.plugLevel,
    onPinWrite: parts.pins.plugListener,
    analog: parts.analog.plug,
    i2c: parts.i2c.plug,
    oneWire: parts.oneWire.plug,
    serialIn: parts.softPorts.receive,
    spi: (device) => {
      parts.spiDevice = device;
    },
    at: parts.outside.at,
    nowMs: () => parts.machine.nowMs,
  };
}

/** All parts, with what they tell each other; the power is off. */
function createParts(options: VirtualBoardOptions, layout: BoardLayout, machine: Machine) {
  const list = createTimerList(machine);
  const parts = { machine, list, watchdogMs: -1, watchdogPeriodMs: 0 } as Parts;
  parts.batteryMv = options.batteryMv;
  parts.boot = () => {};
  parts.killHandlers = [];
  parts.spiDevice = null;
  const eraseMs = options.pageEraseMs === undefined ? PAGE_ERASE_MS : options.pageEraseMs;
  const bytes = options.pageBytes;
  const cutPower = (): void => powerOff(parts);
  const flash = createNorFlash(
    machine,
    layout.storageAddress,
    bytes,
    options.pageCount,
    eraseMs,
    cutPower,
  );
  const spare = createNorFlash(
    machine,
    layout.spareAddress,
    bytes,
    layout.sparePageCount,
    eraseMs,
    cutPower,
  );
  const store = createFileStore(flash, machine);
  const enterFirmware = (run: () => void) => runEvent(parts, run);
  parts.memory = createMemory(
    machine,
    store,
    layout.isStorageMapped,
    options.ed25519,
    options.encryptBlocks,
  );
  parts.counter = createPulseCounter();
  parts.outside = createOutside(machine);
  parts.pins = createPins(machine, list, parts.outside, enterFirmware, layout.chipPins.length);
  parts.analog = createAnalogInputs(layout.analogPins);
  if (layout.batteryPin >= 0) {
    parts.analog.plug(layout.batteryPin, () =>
      Math.floor((parts.batteryMv * layout.batteryPermille) / 1000),
    );
  }
  parts.i2c = createI2cBuses(machine, parts.pins.level);
  parts.oneWire = createOneWireLines(machine, parts.pins.isHeldLow);
  parts.softPorts = createSoftPorts(machine, enterFirmware);
  parts.serial = createSerialPort(machine, enterFirmware);
  return { parts, flash, spare, store };
}

/** Makes a board, switched off and with erased flash. */
export function createVirtualBoard(options: VirtualBoardOptions): VirtualBoard {
  const machine = createMachine(options.startMs === undefined ? 0 : options.startMs);
  const layout = options.layout === undefined ? MDBT42Q : options.layout;
  const made = createParts(options, layout, machine);
  const parts = made.parts;
  const flash = made.flash;
  const store = made.store;
  const modules = {
    Storage: createStorageModule(store, machine, parts.memory.tellRead),
    Flash: createFlashModule(flash, made.spare, layout.isSpareListed, machine),
  };
  return {
    globals: createGlobals(parts, modules, options.seed, layout),
    nowMs: () => machine.nowMs,
    runUntil: (ms) => {
      let due = nextDue(parts);
      while (due >= 0 && due <= ms) {
        machine.nowMs = due;
        runDue(parts);
        due = nextDue(parts);
      }
      if (machine.nowMs < ms) machine.nowMs = ms;
    },
    nextDueMs: () => nextDue(parts),
    onTransmit: (fn) => {
      parts.serial.onTransmit = fn;
    },
    receive: (bytes) => parts.serial.receive(bytes),
    addPulses: (pin, count) => {
      if (!machine.powered || count <= 0) return 0;
      const isCounted = parts.counter.pulses(layout.chipPins[pin], count);
      const watched = parts.pins.pulses(pin, count);
      return isCounted ? count : watched;
    },
    press: (pin) => {
      if (machine.powered) parts.pins.planPress(pin);
    },
    plugs: createPlugs(parts),
    storage: {
      write: (name, data) => {
        store.write(name, bytesOf(data), 0, 0);
      },
      read: (name) => {
        const piece = store.read(name, 0, 0);
        return piece === undefined ? undefined : new Uint8Array(piece.bytes);
      },
    },
    flash: () => flash.image,
    spareFlash: () => made.spare.image,
    powerCut: () => powerOff(parts),
    powerOn: () => {
      if (!machine.powered) powerUp(parts);
    },
    reload: () => {
      if (machine.powered) restart(parts, false);
    },
    reboot: () => {
      if (machine.powered) restart(parts, true);
    },
    isPowered: () => machine.powered,
    busyUntilMs: () => machine.busyUntilMs,
    run: (event) => {
      runEvent(parts, event);
      if (machine.powered && machine.resetAsked) restart(parts, true);
    },
    powerCutAfterFlashBytes: (count) => {
      machine.flashBytesUntilCut = count;
    },
    onBoot: (fn) => {
      parts.boot = fn;
    },
    setBatteryMv: (mv) => {
      parts.batteryMv = mv;
    },
    printed: () => machine.printed,
    counts: () => machine.counts,
  };
}
