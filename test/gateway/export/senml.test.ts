/*
 * Tests of the SenML exports: rules of RFC 8428 section by section, two independent CBOR readers (cbor-x, cborg), and the
 * same values in JSON and CBOR.
 */
import { decode as decodeX } from 'cbor-x';
import { decode as decodeG } from 'cborg';
import { expect, test } from 'vitest';
import { exportFormat } from '../../../gateway/export/formats';
import { senmlCbor, senmlJson } from '../../../gateway/export/senml';
import { toHex } from '../../../shared/bytes';
import { BOOT_S, testNode } from '../support/nodes';
import { allOf, EVERYTHING, exportFacts } from './kit';

type Entry = Record<string, unknown>;

/** RFC 8428 section 4.2 and 4.1 (JSON, table 3): fields and the types of their values. */
const TYPES: Record<string, string> = {
  ...{ bn: 'string', bt: 'number', bu: 'string', bv: 'number', bs: 'number', bver: 'number' },
  ...{ n: 'string', u: 'string', v: 'number', vs: 'string', vb: 'boolean', vd: 'string' },
  ...{ s: 'number', t: 'number', ut: 'number' },
};
/** IANA's registry "SenML Units", those without an asterisk that may be wanted here. */
const UNITS = [
  'm',
  'kg',
  'm2',
  'm3',
  's',
  'Cel',
  'V',
  'A',
  '%',
  'count',
  '/',
  '1/s',
  'lat',
  'lon',
  '%EL',
  'dBW',
];
/** Section 4.5.1: what a name may be made of, and how it begins. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;

/** Faults of a pack, and its resolved records (section 4.6). */
function resolve(pack: Entry[]): {
  faults: string[];
  records: { n: string; t: number; u?: string; value: unknown }[];
} {
  const faults: string[] = [];
  let base: { bn: string; bt: number } = { bn: '', bt: 0 };
  const records = pack.map((entry) => {
    for (const [name, value] of Object.entries(entry)) {
      if (TYPES[name] === undefined) faults.push(`field ${name}`);
      else if (typeof value !== TYPES[name]) faults.push(`type of ${name}`);
    }
    base = { bn: (entry.bn as string) ?? base.bn, bt: (entry.bt as number) ?? base.bt };
    const values = ['v', 'vs', 'vb', 'vd'].filter((name) => name in entry);
    if (values.length !== 1) faults.push(`section 4.2: ${values.length} values`);
    const n = base.bn + ((entry.n as string) ?? '');
    if (!NAME.test(n)) faults.push(`section 4.5.1: ${n}`);
    if (entry.u !== undefined && !UNITS.includes(entry.u as string)) faults.push(`unit ${entry.u}`);
    const t = base.bt + ((entry.t as number) ?? 0);
    // Section 4.5.3: smaller values are relative to now.
    if (t < 2 ** 28) faults.push(`time ${t}`);
    return { n, t, u: entry.u as string | undefined, value: entry[values[0]] };
  });
  return { faults, records };
}

const LABELS: [number, string][] = [
  [-1, 'bver'],
  [-2, 'bn'],
  [-3, 'bt'],
  [-4, 'bu'],
  [-5, 'bv'],
  [-6, 'bs'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [3, 'vs'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
  [7, 'ut'],
  [8, 'vd'],
];

/** Section 6, table 4: a record in CBOR has integers for the names. */
const named = (entry: Map<number, unknown>): Entry =>
  Object.fromEntries(
    [...entry].map(([label, value]) => [new Map(LABELS).get(label) ?? `?${label}`, value]),
  );

test('a pack follows RFC 8428, and resolves to what was put in', () => {
  const text = allOf(senmlJson('testpod', exportFacts().records(EVERYTHING))).toString();
  const { faults, records } = resolve(JSON.parse(text));
  expect(faults).toEqual([]);
  const of = (name: string, t: number) => records.find((one) => one.n === name && one.t === t);
  const hour = BOOT_S + 5 * 3600;
  expect(of('tallywell/testpod/wp-01/volume_total', hour)).toMatchObject({ u: 'm3', value: 0.03 });
  expect(of('tallywell/testpod/wp-01/level', hour)).toMatchObject({ u: 'm', value: 1.62 });
  expect(of('tallywell/testpod/wp-01/battery', hour)).toMatchObject({ u: 'V', value: 3.3 });
  expect(of('tallywell/testpod/wp-01/tamper', hour)).toMatchObject({ value: false });
  expect(of('tallywell/testpod/canteen-01/temperature', hour)).toMatchObject({
    u: 'Cel',
    value: -4.5,
  });
  expect(of('tallywell/testpod/canteen-01/child_meals_total', hour)).toMatchObject({ value: 35 });
  const event = BOOT_S + 31 * 3600;
  expect(of('tallywell/testpod/wp-01/event', event)).toMatchObject({ value: 'broken-pressed' });
  const signed = `${toHex(testNode(1).keyId)}/1/5`;
  expect(of('tallywell/testpod/wp-01/signed_record', hour)).toMatchObject({ value: signed });
});

test('records without time are left out and counted: without a time they would mean "now"', () => {
  const facts = exportFacts();
  const left: string[] = [];
  const order = { facts, range: EVERYTHING, siteFacts: () => null, partners: null, linkBase: null };
  for (const name of ['senml.json', 'senml.cbor']) {
    const format = exportFormat(name);
    const bytes = allOf(format?.write({ ...order, leftOut: (words) => left.push(words) }) ?? []);
    expect(bytes.includes('wp-01')).toBe(true);
    expect(bytes.includes('wp-02')).toBe(false);
  }
  expect(left).toEqual(Array(2).fill('3 records whose time is not known'));
});

test('CBOR says the same as JSON, to two independent readers', () => {
  const json = JSON.parse(
    allOf(senmlJson('testpod', exportFacts().records(EVERYTHING))).toString(),
  );
  const bytes = allOf(senmlCbor('testpod', exportFacts().records(EVERYTHING)));
  const byG = decodeG(bytes, { useMaps: true }) as Map<number, unknown>[];
  expect(byG.map(named)).toEqual(json);
  const byX = decodeX(bytes) as Record<string, unknown>[];
  const asMaps = byX.map(
    (one) => new Map(Object.entries(one).map(([key, value]) => [Number(key), value])),
  );
  expect(asMaps.map(named)).toEqual(json);
  expect(bytes[0]).toBe(0x9f);
  expect(bytes.at(-1)).toBe(0xff);
});

test('nothing at all is an empty pack', () => {
  expect(JSON.parse(allOf(senmlJson('p', [null])).toString())).toEqual([]);
  expect(decodeG(allOf(senmlCbor('p', [null])))).toEqual([]);
});
