/*
 * site-facts-of.ts: everything known of a site, from what is stored of it.
 * Way: StoredSite and the time -> SiteFacts -> API, page, exports. Pure.
 */
import { namedCounters, namedReadings } from '../messages';
import { flagNames } from '../site-state';
import { breakdownsOf, type Report } from './episodes';
import { flowOf } from './flow';
import { indicatorsOf } from './indicators';
import type { FlowFact, ReadingFact, SiteFacts, StatementFact } from './site-facts';
import { personOf, STATEMENT_NAMES, type StatementName, type StatementRow } from './statements';
import { statusOf } from './status-word';
import type { StoredSite } from './stored-site';
import { totalsOf } from './totals';

/** When it was said, Unix s. Where the clock was not known: not before what had been pressed by then. */
function saidAtS({ atS, clockState, afterRecord }: StatementRow, buttons: Report[]): number {
  if (clockState !== 'unknown') return atS;
  const before = buttons.filter(({ because }) => because.id <= afterRecord);
  return Math.max(atS, ...before.map((button) => button.atS));
}

/** Everything anybody said of whether it works: the button and the phones. */
function reportsOf({ buttons, statements }: StoredSite): Report[] {
  // Oldest first: of two in one second the later one counts.
  const said = statements.filter(({ about }) => about === 'works').reverse();
  return [
    ...[...buttons].reverse(),
    ...said.map((row) => ({
      atS: saidAtS(row, buttons),
      says: row.value === 'broken' ? ('broken' as const) : ('fixed' as const),
      because: personOf(row),
    })),
  ];
}

/** The newest statement of each kind, in the order of the list. */
function newestStatements({ statements }: StoredSite): StatementFact[] {
  return STATEMENT_NAMES.flatMap((name: StatementName) => {
    const row = statements.find(({ about }) => about === name);
    return row === undefined
      ? []
      : { about: name, value: row.value, note: row.note, because: personOf(row) };
  });
}

function flowFact({ reading, usage }: StoredSite): FlowFact | null {
  if (usage === null || reading.kind !== 'water-point') return null;
  const flow = flowOf(usage.buckets, usage.bucketMinutes);
  return flow && { ...flow, because: usage.because };
}

function readingFacts({ usage }: StoredSite): ReadingFact[] {
  if (usage === null) return [];
  const { because, readings, batteryMv } = usage;
  const named = Object.entries(namedReadings(readings));
  if (batteryMv !== null) named.push(['batteryMv', batteryMv]);
  return named.map(([name, value]) => ({ name, value, because }));
}

/**
 * Makes the facts. @param nowS Unix time by the gateway's clock, s. @param dayStartS when today began, a full hour; the same
 * with which `stored` was read.
 */
export function siteFactsOf(
  stored: StoredSite,
  nowS: number,
  dayStartS = nowS - (nowS % 86_400),
): SiteFacts {
  const { reading, newest } = stored;
  const breakdowns = breakdownsOf(reportsOf(stored), nowS, stored.usedAfterS);
  const flow = flowFact(stored);
  const status = statusOf({ stored, breakdowns, flow, dayStartS, nowS });
  const statements = newestStatements(stored);
  const inputs = { stored, statements, breakdowns, flow, status, dayStartS, nowS };
  return {
    ...{ site: reading.site, name: reading.name, kind: reading.kind },
    ...{ latitude: reading.latitude, longitude: reading.longitude },
    status,
    flags: flagNames(reading.status),
    lastHeard: reading.lastHeardS,
    newest,
    flow,
    readings: readingFacts(stored),
    totals: totalsOf(stored, dayStartS, nowS),
    ever: { counters: namedCounters(reading.kind, reading.totals), because: newest },
    statements,
    breakdowns,
    indicators: indicatorsOf(inputs),
  };
}
