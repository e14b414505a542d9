/*
 * Reads where water points really stand.
 * From: a CSV of WPdx's classic columns (quotes, Latin-1). To: points for sites.ts.
 * Source: RFC 4180 for the quoting; WPdx column names lat_deg, lon_deg, water_tech, status_id, adm2, country_name
 * (a leading # as in WPdx's own exports is taken too).
 */
import { readText } from './taps';

/** A real water point. Degrees are WGS 84. Texts may be empty. */
export interface Point {
  rowId: string;
  latitude: number;
  longitude: number;
  technology: string;
  district: string;
  country: string;
}

/** What a file gave: usable points and how many rows were not (first of them named). */
export interface PointReading {
  points: Point[];
  badRows: number;
  firstBad: string;
}

/** Splits CSV text into rows of fields by RFC 4180: quotes, doubled quotes, line ends inside quotes. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = (): void => {
    row.push(field);
    field = '';
    if (row.length > 1 || row[0].trim() !== '') rows.push(row);
    row = [];
  };
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[index + 1] === '"') {
        field += '"';
        index++;
      } else quoted = false;
    } else if (letter === '"' && field === '') quoted = true;
    else if (letter === ',') {
      row.push(field);
      field = '';
    } else if (letter === '\n') endRow();
    else if (letter !== '\r') field += letter;
  }
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

/** A number of degrees within +-limit, or undefined for anything else (also for an empty text). */
function degrees(text: string | undefined, limit: number): number | undefined {
  if (text === undefined || !/^\s*[+-]?\d{1,3}(\.\d{1,15})?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= limit ? value : undefined;
}

/**
 * Reads a whole file's text. Bad rows (too few fields, no coordinates, 0/0) are counted, never fatal.
 * Throws: an Error when the header lacks lat_deg or lon_deg.
 */
export function parsePoints(name: string, text: string): PointReading {
  const rows = parseCsv(text.replace(/^\u00EF\u00BB\u00BF|^\uFEFF/, ''));
  const header = (rows[0] ?? []).map((title) => title.trim().toLowerCase().replace(/^#/, ''));
  const at = (title: string): number => header.indexOf(title);
  if (at('lat_deg') < 0 || at('lon_deg') < 0) {
    throw new Error(`--points ${name}: the first line must name the columns lat_deg and lon_deg`);
  }
  const reading: PointReading = { points: [], badRows: 0, firstBad: '' };
  rows.slice(1).forEach((fields, index) => {
    const latitude = degrees(fields[at('lat_deg')], 90);
    const longitude = degrees(fields[at('lon_deg')], 180);
    if (latitude === undefined || longitude === undefined || (latitude === 0 && longitude === 0)) {
      reading.badRows++;
      if (reading.firstBad === '') reading.firstBad = `row ${index + 2} has no usable coordinates`;
      return;
    }
    const column = (title: string): string => (fields[at(title)] ?? '').trim();
    reading.points.push({
      rowId: column('row_id') || String(index + 1),
      latitude,
      longitude,
      technology: column('water_tech'),
      district: column('adm2') || column('adm1'),
      country: column('country_name'),
    });
  });
  return reading;
}

/** Reads a points file by path. Throws: an Error that says what to do (no file, no such columns, no usable row). */
export function readPoints(path: string): PointReading {
  const reading = parsePoints(path, readText(path, '--points'));
  if (reading.points.length === 0) {
    throw new Error(`--points ${path}: no row with usable lat_deg and lon_deg`);
  }
  return reading;
}
