/*
 * What: a flow meter that gives a pulse for each small volume.
 * From where to where: the board's hardware counter -> counter 0 (volume, tenths of a litre) and counter 1 (draws).
 * A draw begins when water flows after a reading without flow. Espruino-safe.
 */
import type { Board } from '../board';
import { addCount, addVolume, type Counting } from '../sense/counting';

/** Gives the function that takes a reading; call it every TICK_MS. `pulseUl`: µL per pulse, from the calibration. */
export function startPulseMeter(board: Board, counting: Counting, pulseUl: number): () => void {
  let lastCount = board.pulseCount();
  let isFlowing = false;
  return () => {
    const count = board.pulseCount();
    const pulses = (count - lastCount) >>> 0;
    lastCount = count;
    if (pulses > 0) {
      addVolume(counting, pulses, pulseUl);
      if (!isFlowing) addCount(counting, 1, 1);
    }
    isFlowing = pulses > 0;
  };
}
