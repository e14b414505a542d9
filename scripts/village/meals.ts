/*
 * Meals at an invented canteen: when the adult and the child button are pressed.
 * From: the seed. To: the world's schedule (world.ts). Source: our own; two meals a day at meal hours.
 */
import { createRandomStream } from '../../hardware/virtual/random';

/** One press: second of the day 0..86399 and whose meal. */
export interface MealPress {
  secondOfDay: number;
  counter: 0 | 1;
}

/** Two presses of one button are at least this many seconds apart, far above any debounce. */
const PRESS_GAP_S = 2;
/** Serving times: from, for how long, at most how many portions of each kind. */
const SERVINGS = [
  { fromS: 7 * 3600, lastS: 5400, portionsMax: 60 },
  { fromS: 12 * 3600, lastS: 7200, portionsMax: 120 },
] as const;

/** Presses of one canteen's day in order of time; each counter at most once in {@link PRESS_GAP_S} seconds. */
export function drawMeals(seed: number, site: string, day: number): MealPress[] {
  const chance = createRandomStream(seed, `meals/${site}/${day}`);
  const presses: MealPress[] = [];
  for (const serving of SERVINGS) {
    for (const counter of [0, 1] as const) {
      const seconds = new Set<number>();
      const portions = Math.floor(serving.portionsMax / 3) + chance.below(serving.portionsMax);
      for (let portion = 0; portion < portions; portion++) {
        seconds.add(chance.below(serving.lastS / PRESS_GAP_S) * PRESS_GAP_S);
      }
      for (const second of seconds) presses.push({ secondOfDay: serving.fromS + second, counter });
    }
  }
  return presses.sort((a, b) => a.secondOfDay - b.secondOfDay || a.counter - b.counter);
}
