/*
 * dhis2.ts: daily sums as a dataValueSet of DHIS2, value by value.
 * Way: DayFact and the partner's identifiers -> JSON text. Pure.
 * Source: DHIS2 developer guide, Web API, "Data value sets" (form of the payload), "Date and period format" (daily
 * yyyyMMdd, monthly yyyyMM).
 * A day of which nothing is known has no value: zero would be a lie. The comment of each value says how complete it is.
 */
import type { DayFact } from './facts';
import type { Partners } from './partners';
import { completePercent, DAY_MINUTES } from './tables';
import { isoDate, litres } from './units';

type Mapping = NonNullable<Partners['dhis2']>;
type Value = keyof Mapping['dataElements'];

/** Sums of one site and period. */
interface Sums {
  site: string;
  kind: DayFact['siteKind'];
  period: string;
  days: number;
  minutes: number;
  counters: number[];
}

function periodOf(mapping: Mapping, dayS: number): string {
  const date = isoDate(dayS).replaceAll('-', '');
  return mapping.period === 'daily' ? date : date.slice(0, 6);
}

/** Adds days of one site and period together. */
function* sumsOf(mapping: Mapping, days: Iterable<DayFact>): Generator<Sums> {
  let open: Sums | null = null;
  for (const day of days) {
    const period = periodOf(mapping, day.dayS);
    if (open !== null && (open.site !== day.site || open.period !== period)) {
      yield open;
      open = null;
    }
    open ??= { site: day.site, kind: day.siteKind, period, days: 0, minutes: 0, counters: [] };
    open.days += 1;
    open.minutes += day.minutes;
    for (const [at, value] of day.counters.entries())
      open.counters[at] = (open.counters[at] ?? 0) + value;
  }
  if (open !== null) yield open;
}

const COUNTERS: Record<DayFact['siteKind'], readonly Value[]> = {
  'water-point': ['volumeL', 'draws', 'strokes'],
  canteen: ['adultMeals', 'childMeals'],
};

function valuesOf({ kind, counters, minutes }: Sums): [Value, number][] {
  const values = counters.flatMap((value, at): [Value, number][] => {
    const name = COUNTERS[kind][at];
    if (name === undefined) return [];
    return [[name, name === 'volumeL' ? litres(value) : value]];
  });
  return [...values, ['minutesCounted', minutes]];
}

/** How complete a value is, in words for its comment. */
function comment({ days, minutes }: Sums): string {
  const percent = completePercent(minutes / days);
  return `${minutes} of ${days * DAY_MINUTES} minutes counted (${percent} %), from signed records`;
}

function* dataValues(mapping: Mapping, sums: Sums): Generator<object> {
  const orgUnit = mapping.orgUnits[sums.site];
  if (orgUnit === undefined || sums.minutes === 0) return;
  const { categoryOptionCombo, attributeOptionCombo } = mapping;
  for (const [name, value] of valuesOf(sums)) {
    const dataElement = mapping.dataElements[name];
    if (dataElement === undefined) continue;
    yield {
      ...{ dataElement, period: sums.period, orgUnit, categoryOptionCombo, attributeOptionCombo },
      ...{ value: String(value), comment: comment(sums) },
    };
  }
}

/** The dataValueSet. @param onUnmapped is told of each site that has no identifier there */
export function* dhis2Json(
  mapping: Mapping,
  days: Iterable<DayFact>,
  onUnmapped: (site: string) => void = () => {},
): Generator<string> {
  const unmapped = new Set<string>();
  const head = mapping.dataSet === undefined ? '' : `"dataSet":${JSON.stringify(mapping.dataSet)},`;
  yield `{${head}"dataValues":[`;
  let before = '\n';
  for (const sums of sumsOf(mapping, days)) {
    if (mapping.orgUnits[sums.site] === undefined && !unmapped.has(sums.site)) {
      unmapped.add(sums.site);
      onUnmapped(sums.site);
    }
    for (const value of dataValues(mapping, sums)) {
      yield `${before}${JSON.stringify(value)}`;
      before = ',\n';
    }
  }
  yield '\n]}\n';
}
