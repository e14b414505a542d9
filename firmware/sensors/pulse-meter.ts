/*
 * What: a flow meter that gives a pulse for each small volume.
 * From where to where: the board's hardware counter -> counter 0 (volume, tenths of a litre) and counter 1 (draws).
 * A draw begins when water flows after a reading without flow. Espruino-safe.
 */
import { addCount, addVolume } from '../sense/counting';
import type { Sense } from '../sense/sense';

/** Reads the counter at each tick; the volume of a pulse is the configuration's. */
export function pulseMeter(sense: Sense): () => void {
  let lastCount = sense.board.pulsesAtStart;
  let isFlowing = false;
  return () => {
    const count = sense.board.pulseCount();
    const pulses = (count - lastCount) >>> 0;
    lastCount = count;
    if (pulses > 0) {
      addVolume(sense.counting, pulses, sense.config.pulseUl);
      if (!isFlowing) addCount(sense.counting, 1, 1);
    }
    isFlowing = pulses > 0;
  };
}
