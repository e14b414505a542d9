/*
 * indicators-sphere.ts: what Sphere asks of water supply, from what was pumped and what people said. All are estimates: Sphere
 * says that asking households measures use better than water pumped, and Oxfam not just to divide it by the population.
 * Pure. Source: The Sphere Handbook, water supply standard 2.1 and its key indicators.
 */
import {
  DAY_SHARE_MIN,
  INDICATOR_DAYS,
  SPHERE_DISTANCE_M,
  SPHERE_FILL_MINUTES,
  SPHERE_LITRES,
  SPHERE_PEOPLE,
  SPHERE_QUEUE_MINUTES,
} from '../../limits/facts';
import { answerOf, type IndicatorInputs, indicator, numberSaid, said } from './indicator-inputs';
import type { Indicator, Provenance } from './site-facts';
import type { StatementName } from './statements';
import { completenessAt, wholeDays } from './totals';

const DAY_S = 86_400;
const CAN_LITRES = 20;

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Litres a person and day: the mean of those of the last seven whole days that are complete enough. */
function litres(inputs: IndicatorInputs): Indicator {
  const { stored, dayStartS, nowS } = inputs;
  const form = { unit: 'L/person/day', standard: SPHERE_LITRES, estimate: true };
  const from = dayStartS - INDICATOR_DAYS * DAY_S;
  const completeness = completenessAt(stored, from, dayStartS, nowS);
  const sums: Provenance = { by: 'sums', from, before: dayStartS };
  const people = said(inputs, 'people');
  const days = wholeDays(stored, INDICATOR_DAYS, dayStartS, nowS).filter(
    ({ share }) => share !== null && share >= DAY_SHARE_MIN,
  );
  const caveats = ['pumped-is-not-used', 'people-as-said', 'only-complete-days'] as const;
  const told = { ...form, completeness, caveats: [...caveats] };
  if (people === undefined || Number(people.value) === 0 || days.length === 0) {
    return indicator('sphere-litres', {
      ...told,
      because: people ? [sums, people.because] : [sums],
    });
  }
  const volumeDl = days.reduce((sum, { counters }) => sum + (counters[0] ?? 0), 0);
  const value = oneDecimal(volumeDl / 10 / days.length / Number(people.value));
  const because = [sums, people.because];
  return indicator('sphere-litres', {
    ...told,
    answer: answerOf(value >= SPHERE_LITRES),
    value,
    because,
  });
}

/** People at a tap, hand pump or open well. */
function people(inputs: IndicatorInputs): Indicator {
  const technology = said(inputs, 'water-technology');
  const served = said(inputs, 'people');
  const form = { unit: 'people', estimate: true, caveats: ['people-as-said' as const] };
  if (technology === undefined || served === undefined) return indicator('sphere-people', form);
  const isTap = technology.value === 'tapstand' || technology.value === 'mechanized-pump';
  const standard = isTap
    ? SPHERE_PEOPLE.tap
    : SPHERE_PEOPLE[technology.value === 'hand-pump' ? 'hand-pump' : 'open-well'];
  const taps = isTap ? (numberSaid(inputs, 'taps') ?? 1) : 1;
  const value = Math.round(Number(served.value) / taps);
  const because = [served.because, technology.because];
  return indicator('sphere-people', {
    ...{ ...form, value, standard, because, answer: answerOf(value <= standard) },
  });
}

/** Something that people said, held against the most it may be. */
function atMost(
  inputs: IndicatorInputs,
  key: 'sphere-queue' | 'sphere-distance',
  about: StatementName,
  unit: string,
  standard: number,
): Indicator {
  const form = { unit, standard, estimate: true, caveats: ['said-not-measured' as const] };
  const one = said(inputs, about);
  if (one === undefined) return indicator(key, form);
  const value = Number(one.value);
  return indicator(key, {
    ...{ ...form, value, answer: answerOf(value <= standard), because: [one.because] },
  });
}

/** Minutes to fill 20 L. Where pauses are in the flow, filling takes this long at most. */
function fill({ flow }: IndicatorInputs): Indicator {
  const form = { unit: 'min', standard: SPHERE_FILL_MINUTES, estimate: true };
  if (flow === null || flow.dlPerMinute === 0) return indicator('sphere-fill', form);
  const value = oneDecimal(CAN_LITRES / (flow.dlPerMinute / 10));
  const isMet = value <= SPHERE_FILL_MINUTES;
  return indicator('sphere-fill', {
    ...{ ...form, value, because: [flow.because] },
    answer: isMet || !flow.atLeast ? answerOf(isMet) : 'unknown',
    caveats: flow.atLeast
      ? ['flow-from-five-minutes', 'flow-at-least']
      : ['flow-from-five-minutes'],
  });
}

/** All of Sphere's. */
export function sphereIndicators(inputs: IndicatorInputs): Indicator[] {
  return [
    litres(inputs),
    people(inputs),
    atMost(inputs, 'sphere-queue', 'queue-minutes', 'min', SPHERE_QUEUE_MINUTES),
    fill(inputs),
    atMost(inputs, 'sphere-distance', 'distance-metres', 'm', SPHERE_DISTANCE_M),
  ];
}
