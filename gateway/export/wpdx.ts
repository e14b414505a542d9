/*
 * wpdx.ts: water points as a CSV that the Water Point Data Exchange takes.
 * Way: what is known of a site, its last verified draw, what a person wrote of it -> rows of csv.ts. Pure.
 * Source: WPdx data standard: names of the columns; the least a row must have (place, was there water, date, who says so,
 * source or technology). Columns that WPdx computes or gives itself are not written.
 * "Yes" only where a signed record holds a draw; "No" only where a person said that it is broken. Silence and idleness
 * are neither: such a site has no row. The standard asks whether there was water when somebody looked: so a draw after
 * "broken" is "Yes" at the time of the draw, and #status tells that nobody has said "fixed".
 */
import type { Episode, SiteFacts } from '../core/facts/site-facts';
import { type Column, csvTable } from './csv';
import type { RecordFact } from './facts';
import type { Partners } from './partners';
import { isoDate, litres } from './units';

type Mapping = NonNullable<Partners['wpdx']>;
type Told = Mapping['sites'][string];

/** What a row is made from. */
export interface WpdxSite {
  facts: SiteFacts;
  /** Newest record of the time asked for in which something was drawn; null = none. */
  lastDraw: RecordFact | null;
}

/** One row before it is written. */
interface WpdxRow {
  facts: SiteFacts;
  told: Told;
  /** Unix s of what the status stands on. */
  dateS: number;
  isWorking: boolean;
  status: string;
  /** Row of the signed record; null = a person said so on the page. */
  recordId: number | null;
}

/** Why a site has no row. */
export type WpdxLeftOut =
  | 'is no water point'
  | 'has no place'
  | 'was removed'
  | 'has neither water_source nor water_tech in the partners file'
  | 'was neither seen working nor said to be broken';

/** How complete the last month is, in words. */
function monthWords({ totals }: SiteFacts): string {
  const month = totals.find(({ period }) => period === 'month');
  if (month === undefined) return '';
  const { counted, expected } = month.completeness;
  const volume = litres(month.counters.volumeDl ?? 0);
  return ` ${volume} L in the last 30 days, ${counted} of ${expected} hours counted.`;
}

function reportedWords({ reported, start }: Episode): string {
  const who = reported.by === 'person' ? 'on the page' : 'at its button';
  return `Said to be broken on ${isoDate(start)} ${who}.`;
}

/** Was something drawn after that was reported? Its bucket must have begun then: an hour with both in it proves nothing. */
function isAfter({ record, timeS }: RecordFact, { start }: Episode): boolean {
  if (record.kind === 3 || timeS === null) return false;
  const { buckets, bucketMinutes } = record;
  const newest = buckets.findLastIndex((bucket) => bucket.some((value) => value > 0));
  return newest >= 0 && timeS - (buckets.length - newest) * bucketMinutes * 60 >= start;
}

/** What is known, or why that is not enough. */
function rowOf(site: WpdxSite, told: Told | undefined): WpdxRow | WpdxLeftOut {
  const { facts, lastDraw } = site;
  const { open } = facts.breakdowns;
  if (facts.kind !== 'water-point') return 'is no water point';
  if (facts.latitude === null || facts.longitude === null) return 'has no place';
  if (facts.status.word === 'removed') return 'was removed';
  if (told?.water_source === undefined && told?.water_tech === undefined)
    return 'has neither water_source nor water_tech in the partners file';
  const drawnS = lastDraw?.timeS ?? lastDraw?.receivedAtS ?? null;
  const head = { facts, told };
  if (lastDraw !== null && drawnS !== null && (open === null || isAfter(lastDraw, open))) {
    const broken = open === null ? '' : ` ${reportedWords(open)} Used since.`;
    const status = `Water drawn on ${isoDate(drawnS)}, measured.${broken}${monthWords(facts)}`;
    return { ...head, dateS: drawnS, isWorking: true, status, recordId: lastDraw.id };
  }
  if (open === null) return 'was neither seen working nor said to be broken';
  const status = `${reportedWords(open)} Not seen used since.${monthWords(facts)}`;
  const recordId = open.reported.by === 'person' ? null : open.reported.id;
  return { ...head, dateS: open.start, isWorking: false, status, recordId };
}

/** The columns, in the order of the standard's downloads. */
function columnsOf(pod: string, mapping: Mapping, linkBase: string | null): Column<WpdxRow>[] {
  const told = (name: keyof Told): Column<WpdxRow> => ({
    name: `#${name}`,
    of: ({ told }) => told[name] ?? null,
  });
  return [
    { name: '#source', of: () => mapping.source },
    { name: '#lat_deg', of: ({ facts }) => facts.latitude },
    { name: '#lon_deg', of: ({ facts }) => facts.longitude },
    { name: '#report_date', of: ({ dateS }) => isoDate(dateS) },
    { name: '#status_id', of: ({ isWorking }) => (isWorking ? 'Yes' : 'No') },
    { name: '#status', of: ({ status }) => status },
    told('water_source'),
    told('water_tech'),
    told('management'),
    told('pay'),
    told('installer'),
    told('install_year'),
    { name: '#country_id', of: () => mapping.country_id ?? null },
    { name: '#country_name', of: () => mapping.country_name ?? null },
    told('adm1'),
    told('adm2'),
    { name: '#activity_id', of: ({ facts }) => `${pod}/${facts.site}` },
    {
      name: '#data_lnk',
      of: ({ facts, recordId }) =>
        linkBase === null || recordId === null
          ? null
          : `${linkBase}/api/v1/sites/${facts.site}/records/${recordId}.cose`,
    },
    told('notes'),
  ];
}

/**
 * The file. @param linkBase http://host of the gateway, without a slash at the end; null = no links
 * @param onLeftOut is told of each site that has no row, and why
 */
export function* wpdxCsv(
  pod: string,
  mapping: Mapping,
  linkBase: string | null,
  all: Iterable<WpdxSite>,
  onLeftOut: (site: string, why: WpdxLeftOut) => void = () => {},
): Generator<string> {
  function* rows(): Generator<WpdxRow> {
    for (const site of all) {
      const row = rowOf(site, mapping.sites[site.facts.site]);
      if (typeof row === 'string') onLeftOut(site.facts.site, row);
      else yield row;
    }
  }
  yield* csvTable(columnsOf(pod, mapping, linkBase), rows());
}
