/*
 * The nRF52832's way to count pulses without its processor: GPIOTE event, PPI channel, TIMER in
 * counter mode, by the addresses of the product specification. A pulse counts only when all
 * three were set up right and the timer runs.
 * From: peek32 and poke32; pulses from the world. To: the timer's capture registers.
 * Source: nRF52832 product specification v1.4, GPIOTE, PPI, TIMER. Espruino-safe.
 */

const GPIOTE_EVENTS_IN = 0x40006100;
const GPIOTE_CONFIG = 0x40006510;
const GPIOTE_CHANNELS = 8;
const PPI_CHEN = 0x4001f500;
const PPI_CHENSET = 0x4001f504;
const PPI_CHENCLR = 0x4001f508;
const PPI_CH = 0x4001f510;
const PPI_CHANNELS = 20;
const TIMER3 = 0x4001a000;
const TIMER4 = 0x4001b000;
const TIMER_CAPTURES = 6;

const TASK_START = 0x000;
const TASK_STOP = 0x004;
const TASK_COUNT = 0x008;
const TASK_CLEAR = 0x00c;
const TASK_SHUTDOWN = 0x010;
const TASK_CAPTURE = 0x040;
const REGISTER_MODE = 0x504;
const REGISTER_BITMODE = 0x508;

interface CounterTimer {
  base: number;
  isRunning: boolean;
  value: number;
}

/** Registers as the firmware sees them. */
export interface PulseCounter {
  /** A register's value, unsigned 32 bits. */
  peek(address: number): number;
  poke(address: number, value: number): void;
  /** Pulses (a rise and a fall each) on a port pin. Returns whether a timer counted them. */
  pulses(pin: number, count: number): boolean;
  /** As after a reset. */
  reset(): void;
}

/** Counts per pulse at the BITMODE's width. */
function modulusOf(bitMode: number): number {
  if (bitMode === 1) return 256;
  if (bitMode === 2) return 16777216;
  if (bitMode === 3) return 4294967296;
  return 65536;
}

/** Events of one pulse for a polarity: rising 1, falling 1, both 2. */
function eventsPerPulse(polarity: number): number {
  if (polarity === 0) return 0;
  return polarity === 3 ? 2 : 1;
}

/** The register model of one chip. */
export function createPulseCounter(): PulseCounter {
  let registers: { [address: string]: number } = {};
  let enabledChannels = 0;
  let timers: CounterTimer[] = [];
  const valueAt = (address: number): number => {
    const value = registers[`r${address}`];
    return value === undefined ? 0 : value;
  };
  const countTask = (timer: CounterTimer, events: number): boolean => {
    const mode = valueAt(timer.base + REGISTER_MODE);
    if (!timer.isRunning || (mode !== 1 && mode !== 2)) return false;
    timer.value = (timer.value + events) % modulusOf(valueAt(timer.base + REGISTER_BITMODE));
    return true;
  };
  const timerTask = (timer: CounterTimer, task: number): boolean => {
    if (task === TASK_START) timer.isRunning = true;
    else if (task === TASK_STOP || task === TASK_SHUTDOWN) timer.isRunning = false;
    else if (task === TASK_CLEAR) timer.value = 0;
    else if (task === TASK_COUNT) countTask(timer, 1);
    else if (task >= TASK_CAPTURE && task < TASK_CAPTURE + 4 * TIMER_CAPTURES) {
      registers[`r${timer.base + task + 0x500}`] = timer.value;
    } else return false;
    return true;
  };
  const routeEvents = (channel: number, events: number): boolean => {
    const source = GPIOTE_EVENTS_IN + 4 * channel;
    registers[`r${source}`] = 1;
    let isCounted = false;
    for (let i = 0; i < timers.length; i++) {
      let isWired = false;
      for (let m = 0; m < PPI_CHANNELS; m++) {
        if (((enabledChannels >>> m) & 1) === 0) continue;
        if (valueAt(PPI_CH + 8 * m) !== source) continue;
        if (valueAt(PPI_CH + 8 * m + 4) === timers[i].base + TASK_COUNT) isWired = true;
      }
      if (isWired && countTask(timers[i], events)) isCounted = true;
    }
    return isCounted;
  };
  const counter: PulseCounter = {
    peek: (address) => {
      if (address === PPI_CHEN || address === PPI_CHENSET || address === PPI_CHENCLR) {
        return enabledChannels >>> 0;
      }
      return valueAt(address);
    },
    poke: (address, value) => {
      const word = value >>> 0;
      for (let i = 0; i < timers.length; i++) {
        const task = address - timers[i].base;
        if (word !== 0 && task >= 0 && timerTask(timers[i], task)) return;
      }
      if (address === PPI_CHEN) enabledChannels = word;
      else if (address === PPI_CHENSET) enabledChannels = enabledChannels | word;
      else if (address === PPI_CHENCLR) enabledChannels = enabledChannels & ~word;
      else registers[`r${address}`] = word;
    },
    pulses: (pin, count) => {
      let isCounted = false;
      for (let n = 0; n < GPIOTE_CHANNELS; n++) {
        const config = valueAt(GPIOTE_CONFIG + 4 * n);
        if ((config & 3) !== 1 || ((config >>> 8) & 63) !== pin) continue;
        const events = count * eventsPerPulse((config >>> 16) & 3);
        if (events > 0 && routeEvents(n, events)) isCounted = true;
      }
      return isCounted;
    },
    reset: () => {
      registers = {};
      enabledChannels = 0;
      timers = [
        { base: TIMER3, isRunning: false, value: 0 },
        { base: TIMER4, isRunning: false, value: 0 },
      ];
    },
  };
  counter.reset();
  return counter;
}
