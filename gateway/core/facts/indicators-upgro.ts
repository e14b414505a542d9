/*
 * indicators-upgro.ts: functionality in UPGro's tiers: 1 works now; 2 and yields more than 10 L/min at the end of a stroke test
 * of 30 minutes; 3 and was down less than 30 days in a year; 4 and its water is safe. Each tier stands on the one before.
 * Pure. Source: BGS Open Report OR/17/029 (UPGro, Hidden Crisis).
 */
import { DOWNTIME_DAYS_MAX, LOW_FLOW_DL_PER_MINUTE, PERFORMANCE_DAYS } from '../../limits/facts';
import { answerOf, type IndicatorInputs, indicator, said } from './indicator-inputs';
import type { Answer3, Indicator } from './site-facts';
import { countersAt } from './totals';

const DAY_S = 86_400;
const YIELD_LITRES = LOW_FLOW_DL_PER_MINUTE / 10;

/** 1: a verified draw since yesterday says yes, a person who says broken says no, silence says nothing. */
function basic({ stored, status, breakdowns, dayStartS }: IndicatorInputs): Indicator {
  if (status.word === 'removed') return indicator('upgro-1', { because: [status.because] });
  if (breakdowns.open !== null) {
    const because = [breakdowns.open.reported];
    return indicator('upgro-1', { answer: 'no', caveats: ['said-not-measured'], because });
  }
  const from = dayStartS - DAY_S;
  const before = dayStartS + DAY_S;
  const isUsed = countersAt(stored, from, before).some((value) => value > 0);
  if (!isUsed) return indicator('upgro-1', { because: [{ by: 'sums', from, before }] });
  return indicator('upgro-1', { answer: 'yes', because: [{ by: 'sums', from, before }] });
}

/** 2: a stroke test that somebody made; else the flow of the newest hour, as an estimate. */
function snapshot(inputs: IndicatorInputs): Indicator {
  const form = { unit: 'L/min', standard: YIELD_LITRES };
  const test = said(inputs, 'stroke-test-litres-per-minute');
  if (test !== undefined) {
    const value = Number(test.value);
    const because = [test.because];
    const answer = answerOf(value > YIELD_LITRES);
    return indicator('upgro-2', {
      ...form,
      answer,
      value,
      because,
      caveats: ['said-not-measured'],
    });
  }
  const { flow } = inputs;
  if (flow === null) return indicator('upgro-2', form);
  const value = flow.dlPerMinute / 10;
  const isMore = value > YIELD_LITRES;
  return indicator('upgro-2', {
    ...form,
    ...{ value, estimate: true, because: [flow.because] },
    answer: isMore || !flow.atLeast ? answerOf(isMore) : 'unknown',
    caveats: flow.atLeast
      ? ['flow-from-five-minutes', 'flow-at-least']
      : ['flow-from-five-minutes'],
  });
}

/** 3: downtime as people said it. "yes" only after a year of being watched. */
function performance({ stored, breakdowns, nowS }: IndicatorInputs): Indicator {
  const value = Math.round(breakdowns.downtimeYearS / DAY_S);
  const froms = stored.stays.flatMap(({ fromS }) => (fromS === null ? [] : fromS));
  const sinceS = Math.min(nowS, ...froms);
  const isYear = nowS - sinceS >= PERFORMANCE_DAYS * DAY_S;
  const isDown = value >= DOWNTIME_DAYS_MAX;
  return indicator('upgro-3', {
    ...{ value, unit: 'days', standard: DOWNTIME_DAYS_MAX },
    answer: isDown ? 'no' : isYear ? 'yes' : 'unknown',
    caveats: isYear ? ['downtime-as-said'] : ['downtime-as-said', 'not-yet-a-year'],
    because: breakdowns.episodes.map(({ reported }) => reported).slice(0, 5),
  });
}

/** 4: a test of the water that somebody made. */
function quality(inputs: IndicatorInputs): Indicator {
  const test = said(inputs, 'quality-safe');
  if (test === undefined) return indicator('upgro-4');
  const isOld = inputs.nowS - test.because.t > PERFORMANCE_DAYS * DAY_S;
  return indicator('upgro-4', {
    answer: answerOf(test.value === 'yes'),
    because: [test.because],
    caveats: isOld ? ['said-not-measured', 'old-statement'] : ['said-not-measured'],
  });
}

/** What a tier says together with the ones before it. */
function together(before: Answer3, own: Answer3): Answer3 {
  if (before === 'no' || own === 'no') return 'no';
  return before === 'yes' && own === 'yes' ? 'yes' : 'unknown';
}

/** The four tiers. */
export function upgroIndicators(inputs: IndicatorInputs): Indicator[] {
  let before: Answer3 = 'yes';
  return [basic(inputs), snapshot(inputs), performance(inputs), quality(inputs)].map((tier) => {
    before = together(before, tier.answer);
    return { ...tier, answer: before };
  });
}
