/*
 * The radio chip SX1262 at the level of its commands, on the virtual air.
 * From: bytes on SPI, RST and the antenna switch; frames of the air. To: bytes back, BUSY, DIO1; the air.
 * It is stricter than the chip: what a driver forgot, and would only show as a weak or deaf radio, is written down.
 * Source: Semtech SX1261/2 data sheet rev. 2.1: chapters 9 (modes), 11 to 13 (commands), 15 (known limitations).
 */
import type { Air, AirPort, ReceivedFrame, Station } from './air';
import type { World } from './world';

const IRQ = { txDone: 1, rxDone: 2, cadDone: 0x80, cadDetected: 0x100 };
const BANDWIDTH_HZ: Record<number, number> = { 3: 62_500, 4: 125_000, 5: 250_000, 6: 500_000 };
/** Looks at BUSY until the chip is ready: after a command, after waking, after reset and calibration. */
const LOOKS = { command: 1, wake: 3, calibrate: 12 };
const CAD_SYMBOLS: Record<number, number> = { 0: 1, 1: 2, 2: 4, 3: 8, 4: 16 };

const SET_UP_COMMANDS = [
  0x96, 0x97, 0x89, 0x98, 0x9d, 0x8a, 0x86, 0x8b, 0x8c, 0x8f, 0x95, 0x8e, 0x88,
];

type Mode = 'sleep' | 'standby' | 'send' | 'receive' | 'look';

interface ChipState {
  mode: Mode;
  registers: Map<number, number>;
  buffer: Uint8Array;
  /** The last arguments of each set-up command. */
  set: Map<number, number[]>;
  irq: number;
  dio1Mask: number;
  irqMask: number;
  rxLength: number;
  rxAt: number;
  quality: number[];
  isWarm: boolean;
}

/** The chip, and what a test may do to it. */
export interface VirtualSx1262 {
  transfer(bytes: Uint8Array): Uint8Array;
  reset(): void;
  isBusy(): boolean;
  setAntennaSwitch(isOn: boolean): void;
  onDio1(fn: () => void): void;
  /** In words, what the driver did wrong so far. */
  violations: string[];
  mode(): Mode | 'stuck';
  /** BUSY stays high and SPI reads 0xFF. */
  setStuck(isStuck: boolean): void;
  /** So many next edges of DIO1 are lost. */
  loseEdges(count: number): void;
  /** How long the receiver was on, ms. */
  listenedMs(): number;
}

function freshState(): ChipState {
  return {
    mode: 'standby',
    registers: new Map([
      [0x0740, 0x14],
      [0x0741, 0x24],
      [0x0736, 0x0d],
      [0x08d8, 0xc8],
      [0x0889, 0x01],
      [0x08e7, 0x18],
    ]),
    buffer: new Uint8Array(256),
    set: new Map(),
    irq: 0,
    dio1Mask: 0,
    irqMask: 0,
    rxLength: 0,
    rxAt: 0,
    quality: [0, 0, 0],
    isWarm: false,
  };
}

interface Chip {
  world: World;
  port: AirPort;
  station: Omit<Station, 'onFrame'>;
  frequencyHz: number;
  state: ChipState;
  busyLooks: number;
  isStuck: boolean;
  isAntennaOn: boolean;
  edgesToLose: number;
  /** Number of the present mode, so that an old wait knows that it is over. */
  turn: number;
  onSinceMs: number;
  listenedMs: number;
  tellDio1: () => void;
  violations: string[];
}

/** What must hold before the chip may send or hear; in words what does not. */
function missing(state: ChipState, frequencyHz: number): string[] {
  const register = (address: number): number => state.registers.get(address) ?? 0;
  const args = (opcode: number): string => (state.set.get(opcode) ?? []).join();
  const wide = state.set.get(0x8b)?.[1] === 6;
  const band = frequencyHz > 900e6 ? '225,233' : frequencyHz > 850e6 ? '215,219' : '107,111';
  const wanted: [boolean, string][] = [
    [args(0x96) === '1', 'DC-DC regulator'],
    [args(0x97).startsWith('2,'), 'oscillator of 1.8 V at DIO3'],
    [args(0x89) === '127', 'calibration of all blocks after the oscillator'],
    [args(0x98) === band, `image calibration for the band (${band})`],
    [args(0x9d) === '1', 'antenna switch at DIO2'],
    [args(0x8a) === '1', 'packet type LoRa'],
    [state.set.has(0x86), 'frequency'],
    [state.set.has(0x8b), 'modulation'],
    [state.set.has(0x8c), 'packet parameters'],
    [args(0x8f) === '0,0', 'buffer base addresses'],
    [register(0x0740) === 0x24 && register(0x0741) === 0xb4, 'sync word of Meshtastic'],
    [(register(0x0736) & 4) === 4, 'limitation 15.4: IQ polarity'],
    [(register(0x0889) & 4) === (wide ? 0 : 4), 'limitation 15.1: modulation quality'],
  ];
  return wanted.filter(([holds]) => !holds).map(([, words]) => words);
}

function missingToSend(state: ChipState): string[] {
  const register = (address: number): number => state.registers.get(address) ?? 0;
  const wanted: [boolean, string][] = [
    [(state.set.get(0x95) ?? []).join() === '4,7,0,1', 'PA configuration for 22 dBm'],
    [state.set.has(0x8e), 'power and ramp'],
    [(register(0x08d8) & 0x1e) === 0x1e, 'limitation 15.2: antenna mismatch'],
    [register(0x08e7) === 0x38, 'over-current protection of 140 mA'],
    [(state.dio1Mask & state.irqMask & IRQ.txDone) !== 0, 'TxDone at DIO1'],
  ];
  return wanted.filter(([holds]) => !holds).map(([, words]) => words);
}

function blame(chip: Chip, words: string): void {
  if (!chip.violations.includes(words)) chip.violations.push(words);
}

/** Interrupts; DIO1 rises with the first of them. */
function raise(chip: Chip, irqs: number): void {
  const { state, world } = chip;
  const was = state.irq & state.dio1Mask;
  state.irq |= irqs & state.irqMask;
  if (was !== 0 || (state.irq & state.dio1Mask) === 0) return;
  if (chip.edgesToLose > 0) chip.edgesToLose--;
  else world.at(world.nowMs(), chip.tellDio1);
}

function enter(chip: Chip, mode: Mode): void {
  const { state, world, port } = chip;
  if (state.mode === 'send' && mode !== 'standby') blame(chip, `${mode} while it sends`);
  if (chip.onSinceMs >= 0) chip.listenedMs += world.nowMs() - chip.onSinceMs;
  const isOn = mode === 'receive';
  chip.onSinceMs = isOn ? world.nowMs() : -1;
  port.setListening(isOn);
  state.mode = mode;
  chip.turn++;
}

/** Later, unless the mode has changed by then. */
function after(chip: Chip, ms: number, fn: () => void): void {
  const { turn, world } = chip;
  world.at(world.nowMs() + ms, () => {
    if (chip.turn === turn) fn();
  });
}

function receive(chip: Chip, { bytes, rssiDbm, snrDb }: ReceivedFrame): void {
  const { state } = chip;
  if (state.mode !== 'receive' || chip.isStuck) return;
  state.rxAt = 0;
  state.buffer.set(bytes, 0);
  state.rxLength = bytes.length;
  state.quality = [-2 * rssiDbm, Math.round(snrDb * 4) & 255, -2 * rssiDbm];
  raise(chip, IRQ.rxDone);
}

/** Whether it is set to the channel that it ought to be on. */
function isTuned({ state, station, frequencyHz }: Chip): boolean {
  const [sf, bandwidth, codingRate, slow] = state.set.get(0x8b) ?? [];
  const { preset } = station.modem;
  const steps = (state.set.get(0x86) ?? []).reduce((all, byte) => all * 256 + byte, 0);
  return (
    Math.abs((steps * 32e6) / 2 ** 25 - frequencyHz) < 2 &&
    sf === preset.spreadingFactor &&
    BANDWIDTH_HZ[bandwidth] === preset.bandwidthHz &&
    codingRate === preset.codingRate - 4 &&
    slow === (preset.symbolUs >= 16_000 ? 1 : 0)
  );
}

function mustBeSetUp(chip: Chip, what: string): boolean {
  const lacks = missing(chip.state, chip.frequencyHz);
  if (!chip.isAntennaOn) lacks.push('the antenna switch');
  if (!isTuned(chip)) lacks.push('being on the channel');
  for (const words of lacks) blame(chip, `${what} without ${words}`);
  return lacks.length === 0;
}

function send(chip: Chip): void {
  const { state, port } = chip;
  for (const words of missingToSend(state)) blame(chip, `sending without ${words}`);
  const isGood = mustBeSetUp(chip, 'sending');
  const [, , header, length, crc, iq] = state.set.get(0x8c) ?? [];
  if (header !== 0 || crc !== 1 || iq !== 0)
    blame(chip, 'sending without header, CRC, standard IQ');
  enter(chip, 'send');
  if (!isGood) return;
  after(chip, port.transmit(Uint8Array.from(state.buffer.subarray(0, length))), () => {
    enter(chip, 'standby');
    raise(chip, IRQ.txDone);
  });
}

function look(chip: Chip): void {
  const isGood = mustBeSetUp(chip, 'looking');
  const [symbols] = chip.state.set.get(0x88) ?? [];
  if (symbols === undefined) blame(chip, 'looking without parameters');
  enter(chip, 'look');
  const symbolUs = chip.station.modem.preset.symbolUs;
  after(chip, Math.ceil(((CAD_SYMBOLS[symbols] ?? 4) * symbolUs) / 1000), () => {
    enter(chip, 'standby');
    const isActive = isGood && chip.port.isChannelActive();
    raise(chip, IRQ.cadDone | (isActive ? IRQ.cadDetected : 0));
  });
}

/** A command that only sets something. */
function setUpBy(chip: Chip, opcode: number, args: number[]): void {
  const { state } = chip;
  const name = `0x${opcode.toString(16)}`;
  if (!SET_UP_COMMANDS.includes(opcode)) blame(chip, `unknown command ${name}`);
  if (state.mode !== 'standby') blame(chip, `set-up ${name} outside of standby`);
  if (opcode === 0x97) state.set.delete(0x89);
  if (opcode === 0x8a) for (const lost of [0x8b, 0x8c]) state.set.delete(lost);
  const needsType = opcode === 0x8b || opcode === 0x8c;
  if (needsType && !state.set.has(0x8a)) blame(chip, 'modulation before the packet type');
  state.set.set(opcode, args);
  if (opcode === 0x89 || opcode === 0x98) chip.busyLooks = LOOKS.calibrate;
}

/** A command that changes the mode. false: it is none. */
function changeMode(chip: Chip, opcode: number, args: number[]): boolean {
  const { state } = chip;
  if (opcode === 0x83) send(chip);
  else if (opcode === 0xc5) look(chip);
  else if (opcode === 0x82) {
    mustBeSetUp(chip, 'listening');
    enter(chip, 'receive');
  } else if (opcode === 0x80) {
    if (state.mode === 'send') blame(chip, 'standby while it sends');
    enter(chip, 'standby');
  } else if (opcode === 0x84) {
    if (state.mode !== 'standby') blame(chip, 'sleep from another mode than standby');
    state.isWarm = (args[0] & 4) !== 0;
    enter(chip, 'sleep');
  } else return false;
  return true;
}

/** Does a command; gives the bytes that come back from the third on. */
function run(chip: Chip, opcode: number, args: number[]): number[] {
  const { state } = chip;
  const address = args[0] * 256 + args[1];
  if (opcode === 0x1d) return [0, 0, state.registers.get(address) ?? 0];
  if (opcode === 0x1e) return [0, ...state.buffer.subarray(args[0], args[0] + args.length - 2)];
  if (opcode === 0x12) return [state.irq >> 8, state.irq & 255];
  if (opcode === 0x13) return [state.rxLength, state.rxAt];
  if (opcode === 0x14) return state.quality;
  if (opcode === 0x0d) {
    for (let i = 2; i < args.length; i++) state.registers.set(address + i - 2, args[i]);
  } else if (opcode === 0x0e) state.buffer.set(args.slice(1), args[0]);
  else if (opcode === 0x02) state.irq &= ~address;
  else if (opcode === 0x08) {
    state.irqMask = address;
    state.dio1Mask = args[2] * 256 + args[3];
  } else if (opcode !== 0xc0 && opcode !== 0x07 && !changeMode(chip, opcode, args)) {
    setUpBy(chip, opcode, args);
  }
  return [];
}

/** One time that NSS is low. The first one of a sleeping chip only wakes it. */
function transfer(chip: Chip, bytes: Uint8Array): Uint8Array {
  const back = new Uint8Array(bytes.length);
  if (chip.isStuck) return back.fill(255);
  if (chip.state.mode === 'sleep') {
    if (!chip.state.isWarm) chip.state = freshState();
    enter(chip, 'standby');
    chip.busyLooks = LOOKS.wake;
    return back;
  }
  if (chip.busyLooks > 0) blame(chip, `command 0x${bytes[0].toString(16)} while BUSY`);
  chip.busyLooks = LOOKS.command;
  const answer = run(chip, bytes[0], [...bytes.subarray(1)]);
  for (let i = 0; i < answer.length && i + 2 < back.length; i++) back[i + 2] = answer[i];
  return back;
}

function createChip(
  world: World,
  air: Air,
  station: Omit<Station, 'onFrame'>,
  frequencyHz: number,
): Chip {
  const port = air.attach({ ...station, onFrame: (frame) => receive(chip, frame) });
  port.setListening(false);
  const chip: Chip = {
    ...{ world, port, station, frequencyHz },
    state: freshState(),
    busyLooks: LOOKS.calibrate,
    isStuck: false,
    isAntennaOn: false,
    edgesToLose: 0,
    turn: 0,
    onSinceMs: -1,
    listenedMs: 0,
    tellDio1: () => {},
    violations: [],
  };
  return chip;
}

/** Puts a chip on the air. `station`: its place and the modem it ought to be set to; `frequencyHz` the channel's. */
export function createVirtualSx1262(
  world: World,
  air: Air,
  station: Omit<Station, 'onFrame'>,
  frequencyHz: number,
): VirtualSx1262 {
  const chip = createChip(world, air, station, frequencyHz);
  return {
    violations: chip.violations,
    mode: () => (chip.isStuck ? 'stuck' : chip.state.mode),
    transfer: (bytes) => transfer(chip, bytes),
    reset: () => {
      chip.state = freshState();
      enter(chip, 'standby');
      chip.busyLooks = LOOKS.calibrate;
    },
    isBusy: () => {
      const isBusy = chip.isStuck || chip.busyLooks > 0;
      chip.busyLooks = Math.max(0, chip.busyLooks - 1);
      return isBusy;
    },
    setAntennaSwitch: (isOn) => {
      chip.isAntennaOn = isOn;
    },
    onDio1: (fn) => {
      chip.tellDio1 = () => {
        if (!chip.isStuck) fn();
      };
    },
    setStuck: (isStuck) => {
      chip.isStuck = isStuck;
      if (isStuck) enter(chip, 'standby');
    },
    loseEdges: (count) => {
      chip.edgesToLose = count;
    },
    listenedMs: () => chip.listenedMs + (chip.onSinceMs >= 0 ? world.nowMs() - chip.onSinceMs : 0),
  };
}
