/*
 * What: the two buttons of a canteen on pins of one's choice: one press, one meal.
 * From where to where: watched pins -> counter 0 (adults), counter 1 (children). D2 and D3 unless `wiring.meals` names
 * others: D6 and D7 are the radio's serial line. With a radio chip of its own it is the other way round. Page: docs/sensors/meal-contacts.md. Espruino-safe.
 */
import { addCount } from '../sense/counting';
import { setFault } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { need } from './fitted';
import { CONTACT_DEBOUNCE_MS, PLACE_MEALS } from './sensor-limits';

/** A pin that cannot be watched is a fault; the other button counts all the same. */
function countPresses(sense: Sense, pin: string, counter: number): void {
  try {
    need(sense.board.watchPin)(pin, 'up', CONTACT_DEBOUNCE_MS, (level) => {
      if (level === 0) addCount(sense.counting, counter, 1);
    });
  } catch (error) {
    setFault(sense, PLACE_MEALS, String(error));
  }
}

/** Needs nothing at a tick. */
export function mealContacts(sense: Sense): () => void {
  const meals = sense.config.wiring?.meals;
  const hasChip = sense.board.lora !== undefined;
  countPresses(sense, meals ? meals.adultPin : hasChip ? 'D6' : 'D2', 0);
  countPresses(sense, meals ? meals.childPin : hasChip ? 'D7' : 'D3', 1);
  return () => {};
}
