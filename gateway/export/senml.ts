/*
 * senml.ts: stored records as one SenML pack, in JSON and in CBOR, entry by entry.
 * Way: RecordFact -> entries -> text or bytes. Pure.
 * Source: RFC 8428 sections 4.1 to 4.5 (fields, names), 5 (JSON), 6 and table 4 (CBOR labels), 12.1 (units: of those
 * with an asterisk, such as litre and gram, none is written; hence cubic metres and kilograms).
 * A record that nothing dates is left out: an entry without time would mean "now" (section 4.5.3).
 */
import { toHex } from '../../shared/bytes';
import { eventName } from '../core/messages';
import { batteryMv, flagNames } from '../core/site-state';
import { encodeFloat, encodeText } from './cbor-values';
import type { RecordFact } from './facts';
import { celsius, cubicMetres, thousandths, uncertaintyS } from './units';

/** One SenML record. Base fields stand in the first one of each stored record and hold until the next. */
export interface SenmlEntry {
  bn?: string;
  bt?: number;
  n: string;
  u?: string;
  v?: number;
  vb?: boolean;
  vs?: string;
}

const COUNTERS: Record<string, readonly (readonly [string, string, (value: number) => number])[]> =
  {
    'water-point': [
      ['volume_total', 'm3', cubicMetres],
      ['draws_total', 'count', Number],
      ['strokes_total', 'count', Number],
    ],
    canteen: [
      ['adult_meals_total', 'count', Number],
      ['child_meals_total', 'count', Number],
    ],
  };

/** By the reading's id (docs/wire.md). */
const READINGS: Record<number, readonly [string, string, (value: number) => number]> = {
  1: ['level', 'm', thousandths],
  2: ['weight', 'kg', thousandths],
  3: ['temperature', 'Cel', celsius],
  4: ['hot_holding', 'Cel', celsius],
};

const FLAGS = ['tamper', 'leak', 'battery-low', 'sensor-fault'];

/** The entries of one stored record; [] where nothing dates it. @param pod a checked word, as its sites' names are */
export function senmlEntries(pod: string, fact: RecordFact): SenmlEntry[] {
  const { record, timeS } = fact;
  if (timeS === null) return [];
  const entries: SenmlEntry[] = [];
  record.counters.forEach((value, at) => {
    const known = COUNTERS[fact.siteKind]?.[at];
    if (known !== undefined) entries.push({ n: known[0], u: known[1], v: known[2](value) });
  });
  for (const [id, value] of record.kind === 3 ? [] : record.readings) {
    const known = READINGS[id];
    if (known !== undefined) entries.push({ n: known[0], u: known[1], v: known[2](value) });
  }
  if (record.kind === 3) entries.push({ n: 'event', vs: eventName(record.eventCode) });
  const mv = batteryMv(record.status);
  if (mv !== null) entries.push({ n: 'battery', u: 'V', v: thousandths(mv) });
  const flags = flagNames(record.status);
  for (const flag of FLAGS) entries.push({ n: flag, vb: flags.includes(flag) });
  const uncertain = uncertaintyS(fact.uncertainty);
  if (uncertain !== null) entries.push({ n: 'time_uncertainty', u: 's', v: uncertain });
  // Which signed record says all this: its COSE_Sign1 is in the export of signed records.
  const name = `${toHex(record.keyId)}/${record.epoch}/${record.sequence}`;
  entries.push({ n: 'signed_record', vs: name }, { n: 'signature_verified', vb: true });
  entries[0] = { bn: `tallywell/${pod}/${fact.site}/`, bt: timeS, ...entries[0] };
  return entries;
}

/** The pack in JSON (application/senml+json). @param onUndated is told of each record without time */
export function* senmlJson(
  pod: string,
  records: Iterable<RecordFact | null>,
  onUndated = () => {},
) {
  let before = '[';
  for (const fact of records) {
    if (fact === null) {
      yield '';
      continue;
    }
    const entries = senmlEntries(pod, fact);
    if (entries.length === 0) onUndated();
    for (const entry of entries) {
      yield `${before}${JSON.stringify(entry)}`;
      before = ',\n';
    }
  }
  yield before === '[' ? '[]\n' : ']\n';
}

/** Labels of RFC 8428 table 4. */
const LABELS = { bn: -2, bt: -3, n: 0, u: 1, v: 2, vs: 3, vb: 4 } as const;
type Field = keyof typeof LABELS;

/** An integer of -24..23, as the labels are. */
const label = (value: number) => (value < 0 ? 0x20 + (-1 - value) : value);

function encodeEntry(out: number[], entry: SenmlEntry): void {
  const fields = Object.entries(entry) as [Field, string | number | boolean][];
  out.push(0xa0 + fields.length);
  for (const [name, value] of fields) {
    out.push(label(LABELS[name]));
    if (typeof value === 'string') encodeText(out, value);
    else if (typeof value === 'boolean') out.push(value ? 0xf5 : 0xf4);
    else encodeFloat(out, value);
  }
}

/** The pack in CBOR (application/senml+cbor): an array of indefinite length, as nobody knows how long it will be. */
export function* senmlCbor(
  pod: string,
  records: Iterable<RecordFact | null>,
  onUndated = () => {},
) {
  yield Uint8Array.of(0x9f);
  for (const fact of records) {
    if (fact === null) {
      yield new Uint8Array();
      continue;
    }
    const entries = senmlEntries(pod, fact);
    if (entries.length === 0) onUndated();
    // One piece for each record: each costs memory outside of the heap.
    const out: number[] = [];
    for (const entry of entries) encodeEntry(out, entry);
    if (out.length > 0) yield Uint8Array.from(out);
  }
  yield Uint8Array.of(0xff);
}
