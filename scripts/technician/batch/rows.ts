/*
 * rows.ts: the sites of a tray: a CSV file, checked whole before any board is touched. Pure.
 * Way: text of sites.csv -> rows in their order, or Trouble bad-file with line and column. The form: docs/batch.md.
 * Source: csv-parse 7.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { PROFILES, type Profile } from '../../../firmware/profiles';
import { isTopicWord } from '../../../gateway/core/register';
import { SLOTS_MAX } from '../../../gateway/limits/bulletins';
import { BATCH_ROWS_MAX } from '../limits';
import type { ProvisionOptions } from '../provision';
import { Trouble, type TroubleDetails } from '../trouble';
import { checkWiring } from '../wiring-check';

/** One site of the tray. */
export interface BatchRow {
  /** Line of the file, from 1. */
  line: number;
  profile: Profile;
  /** What `provision` gets; `slot` only when the file says it. */
  options: ProvisionOptions;
}

/** All columns; the first two are needed. */
export const COLUMNS = [
  ...['site', 'profile', 'name', 'kind', 'latitude', 'longitude'],
  ...['pulse_ul', 'calibration_id', 'slot', 'wiring', 'radio_power_pin'],
] as const;

type Column = (typeof COLUMNS)[number];
type Cells = Partial<Record<Column, string>>;

/** Reads one row; its faults name line and column. */
interface Reader {
  file: string;
  line: number;
  cells: Cells;
}

/** `fault`: of the closed list of faults, or what is wanted there. `more`: what its words mention. */
function fault(
  file: string,
  line: number,
  column: string,
  fault: string,
  more: TroubleDetails = {},
): Trouble {
  return new Trouble('bad-file', { file, line, column, fault, ...more });
}

function cell({ cells }: Reader, column: Column): string | undefined {
  const text = cells[column]?.trim();
  return text === '' ? undefined : text;
}

function numberCell(
  reader: Reader,
  column: Column,
  [least, most]: readonly [number, number],
  isWhole: boolean,
): number | undefined {
  const text = cell(reader, column);
  if (text === undefined) return undefined;
  const number = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most && (!isWhole || Number.isInteger(number))) return number;
  throw fault(reader.file, reader.line, column, `${least} … ${most}`);
}

function profileCell(reader: Reader): Profile {
  const names = PROFILES.filter(({ kind }) => kind !== 'bench');
  const asked = cell(reader, 'profile');
  const profile = names.find(({ name }) => name === asked);
  if (profile === undefined)
    throw fault(reader.file, reader.line, 'profile', names.map(({ name }) => name).join(', '));
  const kind = cell(reader, 'kind');
  if (kind !== undefined && kind !== profile.kind)
    throw fault(reader.file, reader.line, 'kind', profile.kind);
  return profile;
}

function wiringCell(reader: Reader, profile: Profile, radioPowerPin: string | undefined): unknown {
  const text = cell(reader, 'wiring');
  let wiring: unknown;
  try {
    wiring = text === undefined ? undefined : JSON.parse(text);
  } catch {
    throw fault(reader.file, reader.line, 'wiring', 'no-json');
  }
  try {
    checkWiring(profile, wiring ?? {}, radioPowerPin);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw fault(reader.file, reader.line, 'wiring', 'wiring', error.details);
  }
  return wiring;
}

function rowOf(reader: Reader): BatchRow {
  const site = cell(reader, 'site');
  if (site === undefined || !isTopicWord(site))
    throw fault(reader.file, reader.line, 'site', "1 … 64: A-Z a-z 0-9 '-' '_'");
  const name = cell(reader, 'name');
  if (name !== undefined && name.length > 200)
    throw fault(reader.file, reader.line, 'name', '1 … 200');
  const profile = profileCell(reader);
  const radioPowerPin = cell(reader, 'radio_power_pin');
  const options: ProvisionOptions = {
    ...{ site, name, profile: profile.name, radioPowerPin },
    latitude: numberCell(reader, 'latitude', [-90, 90], false),
    longitude: numberCell(reader, 'longitude', [-180, 180], false),
    pulseUl: numberCell(reader, 'pulse_ul', [0, 1_000_000_000], true),
    calibrationId: numberCell(reader, 'calibration_id', [1, 65_535], true),
    slot: numberCell(reader, 'slot', [0, SLOTS_MAX - 1], true),
    wiring: wiringCell(reader, profile, radioPowerPin),
  };
  return { line: reader.line, profile, options };
}

function refuseTwice(file: string, rows: BatchRow[]): void {
  const sites = new Map<string, number>();
  const slots = new Map<number, number>();
  for (const { line, options } of rows) {
    const before = sites.get(options.site);
    if (before !== undefined) throw fault(file, line, 'site', 'same-as', { found: before });
    sites.set(options.site, line);
    if (options.slot === undefined) continue;
    const sameSlot = slots.get(options.slot);
    if (sameSlot !== undefined) throw fault(file, line, 'slot', 'same-as', { found: sameSlot });
    slots.set(options.slot, line);
  }
}

function refuseHead(file: string, head: string[]): string[] {
  const names = head.map((name) => name.trim());
  for (const [at, name] of names.entries()) {
    const isKnown = (COLUMNS as readonly string[]).includes(name);
    if (!isKnown || names.indexOf(name) !== at) throw fault(file, 1, name, COLUMNS.join(', '));
  }
  for (const needed of ['site', 'profile'])
    if (!names.includes(needed)) throw fault(file, 1, needed, 'no-column');
  return names;
}

/** Reads the file's text. `file`: its name, for errors. Throws: Trouble bad-file, naming line and column. */
export function readRows(file: string, text: string): BatchRow[] {
  let records: { record: Cells; info: { lines: number } }[];
  try {
    records = parse(text, {
      ...{ bom: true, info: true, skip_empty_lines: true },
      columns: (head: string[]) => refuseHead(file, head),
    }) as unknown as typeof records;
  } catch (error) {
    if (error instanceof CsvError)
      throw fault(file, Number(error.lines ?? 1), String(error.column ?? '-'), 'no-csv', {
        found: error.code,
      });
    throw error;
  }
  if (records.length === 0 || records.length > BATCH_ROWS_MAX)
    throw fault(file, 1, 'site', 'rows', { found: BATCH_ROWS_MAX });
  const rows = records.map(({ record, info }) => {
    const line = info.lines;
    return rowOf({ file, line, cells: record });
  });
  refuseTwice(file, rows);
  return rows;
}
