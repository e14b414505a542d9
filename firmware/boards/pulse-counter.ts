/*
 * What: counts the pulses of a pin without the processor: GPIOTE event -> PPI channel -> TIMER3 as a counter.
 * From where to where: meter pin -> boards/nrf52832.ts.
 * Source: nRF52832 Product Specification, chapters GPIOTE, PPI and TIMER. Espruino-safe.
 */

const GPIOTE_CHANNEL = 7;
const GPIOTE_CONFIG = 0x40006510 + 4 * GPIOTE_CHANNEL;
const GPIOTE_EVENTS_IN = 0x40006100 + 4 * GPIOTE_CHANNEL;
const PPI_CHANNEL = 10;
const PPI_EEP = 0x4001f510 + 8 * PPI_CHANNEL;
const PPI_TEP = 0x4001f514 + 8 * PPI_CHANNEL;
const PPI_CHENSET = 0x4001f504;
const TIMER_TASKS_START = 0x4001a000;
const TIMER_TASKS_COUNT = 0x4001a008;
const TIMER_TASKS_CAPTURE = 0x4001a040;
const TIMER_MODE = 0x4001a504;
const TIMER_BITMODE = 0x4001a508;
const TIMER_CC = 0x4001a540;
/** GPIOTE mode "event" on the change from low to high. */
const EVENT_LOW_TO_HIGH = 0x10001;
const MODE_COUNTER = 1;
const BITMODE_32 = 3;

/**
 * Starts counting rising edges of a pin (its number on the chip). Gives what the last reading before was: 0 after a
 * reset of the chip. Where only the program starts again the counter runs on, and nothing is missed.
 */
export function startPulseCounter(pinNumber: number): number {
  const lastReading = peek32(TIMER_CC) >>> 0;
  poke32(TIMER_MODE, MODE_COUNTER);
  poke32(TIMER_BITMODE, BITMODE_32);
  poke32(GPIOTE_CONFIG, EVENT_LOW_TO_HIGH | (pinNumber << 8));
  poke32(PPI_EEP, GPIOTE_EVENTS_IN);
  poke32(PPI_TEP, TIMER_TASKS_COUNT);
  poke32(PPI_CHENSET, 1 << PPI_CHANNEL);
  poke32(TIMER_TASKS_START, 1);
  return lastReading;
}

/** Pulses since the chip's reset, modulo 2^32. */
export function readPulseCounter(): number {
  poke32(TIMER_TASKS_CAPTURE, 1);
  return peek32(TIMER_CC) >>> 0;
}
