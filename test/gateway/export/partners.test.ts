/*
 * Tests of what partners get of sites: WPdx, DHIS2, GeoJSON, against tables of their standards' rules, and the file in which
 * a person writes the partners' names.
 */
import { parse } from 'csv-parse/sync';
import { expect, onTestFinished, test } from 'vitest';
import { exportFormat } from '../../../gateway/export/formats';
import { type Partners, readPartners } from '../../../gateway/export/partners';
import { openExport } from '../../../gateway/exporting';
import { BOOT_S } from '../support/nodes';
import { allOf, EVERYTHING, exportFolder } from './kit';

const NOW_S = BOOT_S + 41 * 3600;
const PARTNERS: Partners & Required<Pick<Partners, 'wpdx' | 'dhis2'>> = {
  wpdx: {
    ...{ source: 'Pod Kisima', country_id: 'KE', country_name: 'Kenya' },
    sites: {
      'wp-01': { water_source: 'Well', water_tech: 'Hand Pump', install_year: 2019, notes: '@x' },
      'wp-02': { water_tech: 'Tapstand' },
    },
  },
  dhis2: {
    ...{ dataSet: 'BfMAe6Itzgt', period: 'daily' },
    orgUnits: { 'wp-01': 'DiszpKrYNg8', 'canteen-01': 'O6uvpzGd5pu' },
    dataElements: {
      volumeL: 'f7n9E0hX8qk',
      childMeals: 'Ix2HsbDMLea',
      minutesCounted: 'eY5ehpbEsB7',
    },
  },
};

/** An export of the known folder, and what was left out of it. */
function made(name: string, partners: Partners = PARTNERS, more: object = {}) {
  const opened = openExport(exportFolder(), NOW_S);
  onTestFinished(opened.close);
  const leftOut: string[] = [];
  const { facts, siteFacts } = opened;
  const order = {
    facts,
    siteFacts,
    range: EVERYTHING,
    partners,
    linkBase: 'http://pi:8080',
    ...more,
  };
  const format = exportFormat(name);
  const bytes = allOf(format?.write({ ...order, leftOut: (words) => leftOut.push(words) }) ?? []);
  return { text: bytes.toString('utf8'), leftOut };
}

/** WPdx: names of the standard's columns that a provider may fill. */
const WPDX_COLUMNS = [
  ...['#source', '#lat_deg', '#lon_deg', '#report_date', '#status_id', '#status', '#water_source'],
  ...['#water_tech', '#management', '#pay', '#installer', '#install_year', '#country_id'],
  ...['#country_name', '#adm1', '#adm2', '#activity_id', '#data_lnk', '#notes'],
];
/** WPdx: what a row must have at least. */
const WPDX_LEAST = ['#source', '#lat_deg', '#lon_deg', '#report_date', '#status_id'];

test('WPdx: exact columns, the least a row needs, words of its vocabularies, links to signed records', () => {
  const { text, leftOut } = made('wpdx.csv');
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  expect(Object.keys(rows[0])).toEqual(WPDX_COLUMNS);
  for (const row of rows) {
    for (const name of WPDX_LEAST) expect(row[name]).not.toBe('');
    expect(['Yes', 'No']).toContain(row['#status_id']);
    expect(row['#report_date']).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
  // The button was pressed in hour 31, after the last draw, in hour 30.
  expect(rows).toMatchObject([
    {
      ...{ '#source': 'Pod Kisima', '#lat_deg': '-1.25', '#lon_deg': '37.5', '#status_id': 'No' },
      ...{ '#water_source': 'Well', '#water_tech': 'Hand Pump', '#install_year': '2019' },
      ...{ '#activity_id': 'testpod/wp-01', '#report_date': '2026-03-02', '#notes': "'@x" },
      '#data_lnk': 'http://pi:8080/api/v1/sites/wp-01/records/39.cose',
    },
  ]);
  expect(leftOut).toEqual(['canteen-01 is no water point', 'wp-02 has no place']);
});

test('WPdx: "Yes" only by a record with a draw in the time asked for; silence and idleness give no row', () => {
  const before = { ...EVERYTHING, beforeS: BOOT_S + 3 * 3600 };
  const opened = openExport(exportFolder(), NOW_S);
  onTestFinished(opened.close);
  expect(opened.facts.lastUse('wp-01', EVERYTHING)?.id).toBe(30);
  expect(opened.facts.lastUse('wp-01', before)?.id).toBe(2);
  expect(opened.facts.lastUse('wp-01', { ...EVERYTHING, fromS: BOOT_S + 31 * 3600 })).toBeNull();
  // Nobody said that it is broken, and it was used: yes. Not used in that time: no row.
  const notBroken = (site: string) => {
    const known = opened.siteFacts(site);
    return known && { ...known, breakdowns: { ...known.breakdowns, open: null, episodes: [] } };
  };
  const yes = parse(made('wpdx.csv', PARTNERS, { siteFacts: notBroken, linkBase: null }).text, {
    columns: true,
  });
  expect(yes).toMatchObject([
    { '#status_id': 'Yes', '#report_date': '2026-03-02', '#data_lnk': '' },
  ]);
  const late = { ...EVERYTHING, fromS: BOOT_S + 31 * 3600 };
  const none = made('wpdx.csv', PARTNERS, { siteFacts: notBroken, range: late });
  expect(parse(none.text)).toHaveLength(1);
  expect(none.leftOut).toContain('wp-01 was neither seen working nor said to be broken');
});

/** Rows of wp-01, of which a person said at this time that it is broken; its last draw was in the 5 minutes before hour 30. */
function rowsBrokenAt(start: number) {
  const opened = openExport(exportFolder(), NOW_S);
  onTestFinished(opened.close);
  const siteFacts = (site: string) => {
    const known = opened.siteFacts(site);
    const open = known?.breakdowns.open;
    return known && open
      ? { ...known, breakdowns: { ...known.breakdowns, open: { ...open, start } } }
      : known;
  };
  return parse(made('wpdx.csv', PARTNERS, { siteFacts }).text, { columns: true });
}

test('WPdx: water drawn after somebody said "broken" is "Yes", and the words tell both; drawn before it is "No"', () => {
  const lastBucketS = BOOT_S + 30 * 3600 - 300;
  expect(rowsBrokenAt(lastBucketS)).toMatchObject([
    {
      '#status_id': 'Yes',
      '#status': expect.stringMatching(
        /^Water drawn on 2026-03-02, measured. Said to be broken on 2026-03-02 at its button. Used since./,
      ),
    },
  ]);
  // In the same hour, but nobody knows that it was after that: the record's hour is no proof.
  expect(rowsBrokenAt(lastBucketS + 1)).toMatchObject([
    { '#status_id': 'No', '#status': expect.stringContaining('Not seen used since.') },
  ]);
});

test('WPdx: a site that was removed has no row, however much was drawn there once', () => {
  const opened = openExport(exportFolder(), NOW_S);
  onTestFinished(opened.close);
  const removed = (site: string) => {
    const known = opened.siteFacts(site);
    return known && { ...known, status: { ...known.status, word: 'removed' as const } };
  };
  expect(made('wpdx.csv', PARTNERS, { siteFacts: removed }).leftOut).toContain('wp-01 was removed');
});

test('WPdx: a site of which neither source nor technology is known has no row', () => {
  const wpdx = { ...PARTNERS.wpdx, sites: {} };
  expect(made('wpdx.csv', { wpdx }).leftOut).toContain(
    'wp-01 has neither water_source nor water_tech in the partners file',
  );
});

interface DataValue {
  dataElement: string;
  period: string;
  orgUnit: string;
  value: string;
  comment: string;
}

test('DHIS2: a dataValueSet with its identifiers, periods and text values; no value for what is not known', () => {
  const { text, leftOut } = made('dhis2.json');
  const { dataSet, dataValues } = JSON.parse(text) as { dataSet: string; dataValues: DataValue[] };
  expect(dataSet).toBe('BfMAe6Itzgt');
  for (const { dataElement, orgUnit, period, value } of dataValues) {
    for (const uid of [dataElement, orgUnit]) expect(uid).toMatch(/^[A-Za-z][A-Za-z0-9]{10}$/);
    expect(period).toMatch(/^\d{8}$/);
    expect(value).toMatch(/^\d+(\.\d+)?$/);
  }
  const short = dataValues.map(({ orgUnit, period, value }) => [orgUnit, period, value]);
  expect(short).toEqual([
    ['O6uvpzGd5pu', '20260301', '35'],
    ['O6uvpzGd5pu', '20260301', '300'],
    ['DiszpKrYNg8', '20260301', '144'],
    ['DiszpKrYNg8', '20260301', '1440'],
    ['DiszpKrYNg8', '20260302', '36'],
    ['DiszpKrYNg8', '20260302', '360'],
  ]);
  expect(dataValues[4].comment).toBe('360 of 1440 minutes counted (25 %), from signed records');
  expect(leftOut).toEqual([]);
});

test('DHIS2 by months: sums of their days, and how complete they are; sites without identifier are told', () => {
  const { 'canteen-01': _, ...orgUnits } = PARTNERS.dhis2.orgUnits;
  const dhis2 = { ...PARTNERS.dhis2, dataSet: undefined, period: 'monthly' as const, orgUnits };
  const { text, leftOut } = made('dhis2.json', { dhis2 });
  const { dataValues } = JSON.parse(text) as { dataValues: DataValue[] };
  expect(dataValues.map(({ period, value }) => [period, value])).toEqual([
    ['202603', '180'],
    ['202603', '1800'],
  ]);
  expect(dataValues[0].comment).toContain('1800 of 2880 minutes counted (62.5 %)');
  expect(leftOut).toEqual(['canteen-01 has no orgUnit in the partners file']);
});

test('GeoJSON: RFC 7946 sections 3.1.1, 3.2, 3.3; each site with its status, totals and completeness', () => {
  const collection = JSON.parse(made('sites.geojson').text);
  expect(Object.keys(collection).sort()).toEqual(['features', 'type']);
  expect(collection.type).toBe('FeatureCollection');
  for (const feature of collection.features) {
    expect(feature.type).toBe('Feature');
    expect(feature).toHaveProperty('geometry');
    expect(typeof feature.properties).toBe('object');
  }
  const [canteen, one, two] = collection.features;
  expect(one.geometry).toEqual({ type: 'Point', coordinates: [37.5, -1.25] });
  expect(one).toMatchObject({
    id: 'wp-01',
    properties: { status: { word: 'says-broken' }, breakdowns: { open: { reported: { id: 39 } } } },
  });
  expect(one.properties.totals[0]).toHaveProperty('completeness.expected');
  expect(two.geometry).toBeNull();
  expect(canteen.id).toBe('canteen-01');
});

const WRONG: [text: string, words: string][] = [
  ['{', 'no JSON'],
  ['{"wpdx":{"source":"a","sites":{"wp-01":{"water_tech":"Bucket"}}}}', 'water_tech'],
  ['{"dhis2":{"period":"weekly","orgUnits":{},"dataElements":{}}}', 'dhis2.period'],
  ['{"dhis2":{"period":"daily","orgUnits":{"a":"short"},"dataElements":{}}}', 'dhis2.orgUnits.a'],
  ['{"linkBase":"javascript:alert(1)"}', 'linkBase'],
  ['{"password":"x"}', 'password'],
  ['[]', 'the file'],
];

test.each(WRONG)('a partners file that is wrong is told where: %s', (text, words) => {
  const read = readPartners(text);
  expect('wrong' in read && read.wrong).toContain(words);
});

test('a partners file that is right is taken as it is', () => {
  expect(readPartners(JSON.stringify(PARTNERS))).toEqual(PARTNERS);
});
