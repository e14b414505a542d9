/*
 * What: notices that Espruino's queue of edges was full: pulses of watched contacts are lost.
 * From where to where: the board's error flags -> the status "pulses lost" of this hour's record. The hardware counter
 * of a flow meter loses nothing by it. Source: Espruino reference, E.getErrorFlags. Espruino-safe.
 */
import type { Sense } from '../sense/sense';
import { FLAG_PULSES_LOST, HOUR_MS } from './sensor-limits';

/** The first sensor of a kind: it takes back what the record of the hour before has told. */
export function lostPulses(sense: Sense): () => void {
  let hour = 0;
  let isTold = false;
  return () => {
    const board = sense.board;
    const hourNow = Math.floor(board.uptimeMs() / HOUR_MS);
    if (isTold) sense.flags &= ~FLAG_PULSES_LOST;
    isTold = hourNow !== hour;
    hour = hourNow;
    const flags = board.errorFlags ? board.errorFlags() : [];
    if (flags.indexOf('FIFO_FULL') >= 0) sense.flags |= FLAG_PULSES_LOST;
  };
}
