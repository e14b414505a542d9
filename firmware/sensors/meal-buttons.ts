/*
 * What: the two buttons of a canteen: one press, one meal.
 * From where to where: button 0 -> counter 0 (adults), button 1 -> counter 1 (children). Espruino-safe.
 */
import { TICK_MS } from '../node-limits';
import { addCount } from '../sense/counting';
import type { Sense } from '../sense/sense';
import { FLAG_PULSES_LOST, HOUR_MS } from './sensor-limits';

/**
 * Before each hour's record it asks whether Espruino's queue of edges was full: presses are lost then. The flags of a
 * canteen with buttons alone are nothing else.
 */
export function mealButtons(sense: Sense): () => void {
  sense.board.onPress(0, () => addCount(sense.counting, 0, 1));
  sense.board.onPress(1, () => addCount(sense.counting, 1, 1));
  return () => {
    const board = sense.board;
    if (board.uptimeMs() % HOUR_MS >= TICK_MS || !board.errorFlags) return;
    sense.flags = board.errorFlags().indexOf('FIFO_FULL') < 0 ? 0 : FLAG_PULSES_LOST;
  };
}
