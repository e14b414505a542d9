/*
 * What: the two buttons of a canteen: one press, one meal.
 * From where to where: button 0 -> counter 0 (adults), button 1 -> counter 1 (children). Espruino-safe.
 */
import { addCount } from '../sense/counting';
import type { Sense } from '../sense/sense';

/** Needs nothing at a tick. */
export function mealButtons(sense: Sense): () => void {
  sense.board.onPress(0, () => addCount(sense.counting, 0, 1));
  sense.board.onPress(1, () => addCount(sense.counting, 1, 1));
  return () => {};
}
