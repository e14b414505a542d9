/*
 * What: the two buttons of a canteen: one press, one meal.
 * From where to where: button 0 -> counter 0 (adults), button 1 -> counter 1 (children). Espruino-safe.
 */
import type { Board } from '../board';
import { addCount, type Counting } from '../sense/counting';

export function startMealButtons(board: Board, counting: Counting): void {
  board.onPress(0, () => addCount(counting, 0, 1));
  board.onPress(1, () => addCount(counting, 1, 1));
}
