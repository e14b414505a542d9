/*
 * indicators-canteen.ts: days without a meal, stock, fridge, hot holding.
 * Way: days and newest readings of a canteen -> indicators. A day that was not counted is no day without a meal.
 * Pure. Source: WHO, Five Keys to Safer Food (cold at most 5 °C, hot at least 60 °C); days without a meal as in the exception
 * list of Uttar Pradesh's mid-day meals; stock as Jharkhand's schools tell it by SMS, against the weight that the canteen itself named.
 */
import {
  DAY_SHARE_MIN,
  FRIDGE_CENTIC_MAX,
  HOT_HOLDING_CENTIC_MIN,
  MEAL_DAYS,
} from '../../limits/facts';
import { answerOf, type IndicatorInputs, indicator, numberSaid, said } from './indicator-inputs';
import type { Indicator } from './site-facts';
import { completenessAt, wholeDays } from './totals';

const DAY_S = 86_400;
const DAYS_OF_WEEK = 7;
const READING_WEIGHT = 2;
const READING_FRIDGE = 3;
const GRAMS_PER_KILOGRAM = 1000;
const READING_HOT = 4;

/** yes: no more than the days on which no meals are planned. Without a plan only the number is told. */
function daysWithoutMeal(inputs: IndicatorInputs): Indicator {
  const { stored, dayStartS, nowS } = inputs;
  const from = dayStartS - MEAL_DAYS * DAY_S;
  const because = [{ by: 'sums' as const, from, before: dayStartS }];
  const completeness = completenessAt(stored, from, dayStartS, nowS);
  const days = wholeDays(stored, MEAL_DAYS, dayStartS, nowS);
  // A day with a meal is one with a meal however much of it was counted.
  const judged = days.filter(
    ({ share, counters }) => counters.some((value) => value > 0) || (share ?? 0) >= DAY_SHARE_MIN,
  );
  const key = 'canteen-days-without-meal';
  const told = { unit: 'days', completeness, because };
  const caveats = dayStartS % DAY_S === 0 ? (['days-by-utc'] as const) : [];
  if (judged.length === 0) return indicator(key, { ...told, caveats: [...caveats] });
  const value = judged.filter(({ counters }) => counters.every((count) => count === 0)).length;
  const planned = numberSaid(inputs, 'meal-days-a-week');
  if (planned === null) {
    return indicator(key, { ...told, value, caveats: ['planned-days-not-known', ...caveats] });
  }
  const standard = Math.ceil((judged.length * (DAYS_OF_WEEK - planned)) / DAYS_OF_WEEK);
  const plan = said(inputs, 'meal-days-a-week');
  return indicator(key, {
    ...{ ...told, value, standard, answer: answerOf(value <= standard), caveats: [...caveats] },
    because: plan === undefined ? because : [...because, plan.because],
  });
}

/** yes: more is left than the weight at which new food must be ordered. Without that weight only the stock is told. */
function stock(inputs: IndicatorInputs): Indicator {
  const { usage } = inputs.stored;
  const low = said(inputs, 'stock-low-kilograms');
  const standard = low === undefined ? null : Number(low.value);
  const form = { unit: 'kg', standard };
  const grams = usage?.readings.find(([id]) => id === READING_WEIGHT)?.[1];
  if (usage === null || grams === undefined) return indicator('canteen-stock', form);
  const value = grams / GRAMS_PER_KILOGRAM;
  const caveats = ['reading-at-end-of-hour', 'scale-weighs-all'] as const;
  if (low === undefined || standard === null) {
    return indicator('canteen-stock', {
      ...{ ...form, value, because: [usage.because] },
      caveats: [...caveats, 'stock-low-not-known'],
    });
  }
  return indicator('canteen-stock', {
    ...{ ...form, value, answer: answerOf(value > standard), caveats: [...caveats] },
    because: [usage.because, low.because],
  });
}

function temperature(
  { stored: { usage } }: IndicatorInputs,
  key: 'canteen-fridge' | 'canteen-hot-holding',
  readingId: number,
  standard: number,
  isMet: (value: number) => boolean,
): Indicator {
  const form = { unit: 'centiC', standard };
  const value = usage?.readings.find(([id]) => id === readingId)?.[1];
  if (usage === null || value === undefined) return indicator(key, form);
  const caveats = ['reading-at-end-of-hour' as const];
  return indicator(key, {
    ...{ ...form, value, answer: answerOf(isMet(value)), because: [usage.because] },
    caveats: key === 'canteen-hot-holding' ? [...caveats, 'only-while-serving'] : caveats,
  });
}

/** All of a canteen's. */
export function canteenIndicators(inputs: IndicatorInputs): Indicator[] {
  return [
    daysWithoutMeal(inputs),
    stock(inputs),
    temperature(
      inputs,
      'canteen-fridge',
      READING_FRIDGE,
      FRIDGE_CENTIC_MAX,
      (value) => value <= FRIDGE_CENTIC_MAX,
    ),
    temperature(
      inputs,
      'canteen-hot-holding',
      READING_HOT,
      HOT_HOLDING_CENTIC_MIN,
      (value) => value >= HOT_HOLDING_CENTIC_MIN,
    ),
  ];
}
