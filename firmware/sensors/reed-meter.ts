/*
 * What: a meter with a reed contact, or a tipping bucket: each closing is one pulse.
 * From where to where: a watched pin -> counter 0 (volume, tenths of a litre) and counter 1 (draws), in place of the
 * hardware counter. Page: docs/sensors/reed-meter.md. Espruino-safe.
 */
import { addCount, addVolume } from '../sense/counting';
import { setFault } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { need } from './fitted';
import {
  FLAG_PULSES_LOST,
  PLACE_REED,
  REED_DEBOUNCE_MS,
  REED_PULSES_MAX,
  REED_RESTLESS_TICKS,
} from './sensor-limits';
import type { Wiring } from './wiring';

/** Counts at each tick what the watch has seen. The contact leads to ground; the board pulls it up. */
export function reedMeter(sense: Sense, setup: NonNullable<Wiring['reed']>): () => void {
  const readPin = need(sense.board.readPin);
  let pulses = 0;
  let hasChanged = false;
  let restlessTicks = 0;
  let isFlowing = false;
  let toldLevel = 1;
  const hear = (level: number): void => {
    toldLevel = level;
    hasChanged = true;
    if (level === 0) pulses++;
  };
  need(sense.board.watchPin)(setup.pin, 'up', setup.debounceMs || REED_DEBOUNCE_MS, hear);
  toldLevel = readPin(setup.pin);
  return () => {
    const isRestless = !hasChanged && readPin(setup.pin) !== toldLevel;
    restlessTicks = isRestless ? restlessTicks + 1 : 0;
    const isTooFast = pulses > REED_PULSES_MAX;
    if (isTooFast) sense.flags |= FLAG_PULSES_LOST;
    else if (pulses > 0) {
      addVolume(sense.counting, pulses, sense.config.pulseUl);
      if (!isFlowing) addCount(sense.counting, 1, 1);
    }
    isFlowing = pulses > 0 && !isTooFast;
    pulses = 0;
    hasChanged = false;
    const reason = isTooFast ? 'too fast for a meter: noise on the wire' : '';
    const isStuck = restlessTicks >= REED_RESTLESS_TICKS;
    setFault(sense, PLACE_REED, isStuck ? 'contact never rests' : reason);
  };
}
