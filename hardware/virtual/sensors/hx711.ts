/*
 * The HX711 at the level of its two wires: 24 bits after each conversion, more pulses choose the next input, a clock
 * that stays high for 60 µs sends it to sleep, and it settles for 400 ms after it wakes.
 * From: counts that the world sets. To: data pin; clock edges come from the virtual board.
 * Source: Avia Semiconductor HX711 datasheet: "Serial Interface", "Reset and Power-Down". Espruino-safe.
 */
import type { BoardPlugs } from '../board/plugs';

const SLEEP_US = 60;
const SETTLE_MS = 400;
const CONVERSION_MS = 100;
const PULSES_GAIN_128 = 25;

/** A load cell with its chip. */
export interface Hx711 {
  /** What the bridge shows at gain 128, -8388608..8388607. */
  count: number;
  trouble: '' | 'unplugged' | 'stuck-low';
  isAsleep(): boolean;
  /** Readings that asked for anything but channel A at gain 128. */
  wrongGains(): number;
}

/** A chip that has just got power. Chip pin numbers as the board's plugs take them. */
export function createHx711(plugs: BoardPlugs, clockPin: number, dataPin: number): Hx711 {
  let shiftOut = 0;
  let pulses = 0;
  let roseUs = -1;
  let wake = 0;
  let wrongGains = 0;
  const show = (level: number): void => {
    const isBad = chip.trouble !== '';
    plugs.setPin(dataPin, isBad ? (chip.trouble === 'unplugged' ? 1 : 0) : level);
  };
  const convertAfter = (ms: number): void => {
    const thisWake = wake;
    plugs.at(plugs.nowMs() + ms, () => {
      if (chip.isAsleep() || thisWake !== wake) return;
      // Pulses of the reading before say what this conversion measures.
      if (pulses !== 0 && pulses !== PULSES_GAIN_128) wrongGains++;
      shiftOut = chip.count & 0xffffff;
      pulses = 0;
      show(0);
    });
  };
  const rise = (atUs: number): void => {
    roseUs = atUs;
    pulses++;
    if (pulses <= 24) show((shiftOut >> (24 - pulses)) & 1);
    else show(1);
    if (pulses === 24) convertAfter(CONVERSION_MS);
  };
  const fall = (atUs: number): void => {
    if (roseUs < 0) return;
    if (atUs - roseUs > SLEEP_US) {
      wake++;
      pulses = 0;
      show(1);
      convertAfter(SETTLE_MS);
    }
    roseUs = -1;
  };
  const chip: Hx711 = {
    count: 0,
    trouble: '',
    isAsleep: () => roseUs >= 0 && plugs.nowMs() * 1000 - roseUs > SLEEP_US,
    wrongGains: () => wrongGains,
  };
  plugs.onPinWrite(clockPin, (level, atUs) => {
    if (level === 1 && roseUs < 0) rise(atUs);
    else if (level === 0) fall(atUs);
  });
  show(1);
  convertAfter(SETTLE_MS);
  return chip;
}
