/*
 * A pressure transmitter at the floor of a tank: 4-20 mA over a shunt, or a ratiometric voltage.
 * From: a level that the world moves. To: an analogue pin of the virtual board, settled some time after the power came.
 * Source: NAMUR NE 43 for what broken and shorted loops show. Espruino-safe.
 */
import type { BoardPlugs } from '../board/plugs';

const WARM_UP_MS = 300;

/** A transmitter that the world moves and breaks. */
export interface PressureTransmitter {
  levelMm: number;
  trouble: '' | 'open' | 'short';
}

/** How it is built. */
export interface TransmitterOptions {
  pin: number;
  /** -1: always powered. */
  powerPin: number;
  /** 0: ratiometric. */
  shuntOhm: number;
  /** µA or mV at level 0 and at `rangeMm`. */
  low: number;
  high: number;
  rangeMm: number;
}

/** A transmitter in an empty tank. */
export function createPressureTransmitter(
  plugs: BoardPlugs,
  options: TransmitterOptions,
): PressureTransmitter {
  const sensor: PressureTransmitter = { levelMm: 0, trouble: '' };
  let readyMs = options.powerPin < 0 ? 0 : -1;
  if (options.powerPin >= 0) {
    plugs.onPinWrite(options.powerPin, (level) => {
      if (level === 0) readyMs = -1;
      else if (readyMs < 0) readyMs = plugs.nowMs() + WARM_UP_MS;
    });
  }
  plugs.analog(options.pin, () => {
    const isReady = readyMs >= 0 && plugs.nowMs() >= readyMs;
    if (sensor.trouble === 'open' || !isReady) return 0;
    if (sensor.trouble === 'short') return 3300;
    const span = options.high - options.low;
    const value = options.low + Math.round((sensor.levelMm * span) / options.rangeMm);
    return options.shuntOhm > 0 ? Math.round((value * options.shuntOhm) / 1000) : value;
  });
  return sensor;
}
