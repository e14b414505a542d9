/*
 * csv.ts: rows of a table as CSV that no spreadsheet runs as a formula.
 * Way: cells -> text, a row at a time. Pure.
 * Source: RFC 4180 section 2 (fields, quotes, CRLF); OWASP "CSV Injection" (which first characters begin a formula).
 */

/** A cell: a number is written as such, null is empty, text is made harmless. */
export type Cell = string | number | boolean | null;

/** First characters that make spreadsheets compute: = + - @, their wide forms, tab, carriage return and line feed. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const QUOTED = /[",\r\n]/;

/**
 * One cell. Text that would begin a formula gets an apostrophe before it, which spreadsheets take for "this is text".
 * Throws: a number that is none.
 */
export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') {
    if (!Number.isFinite(cell)) throw new Error('no number');
    return String(cell);
  }
  if (typeof cell === 'boolean') return cell ? 'true' : 'false';
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return QUOTED.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** One row with its CRLF. A row of one empty cell is written "" (an empty line would be no row to some readers). */
export function csvRow(cells: readonly Cell[]): string {
  const text = cells.map(csvCell).join(',');
  return `${text === '' ? '""' : text}\r\n`;
}

/** A column: its name, and its cell of a row. */
export interface Column<Row> {
  name: string;
  /** HXL hashtag with attributes; '' = none. */
  tag?: string;
  of(row: Row): Cell;
}

/** A table with its header, row by row; '' for a null among the rows, which means: nothing found yet. */
export function* csvTable<Row>(columns: readonly Column<Row>[], rows: Iterable<Row | null>) {
  yield csvRow(columns.map(({ name }) => name));
  for (const row of rows) yield row === null ? '' : csvRow(columns.map((column) => column.of(row)));
}

/** The same with a row of HXL tags below the header. Columns without a tag are left out. Source: HXL 1.1. */
export function* hxlTable<Row>(columns: readonly Column<Row>[], rows: Iterable<Row | null>) {
  const tagged = columns.filter(({ tag }) => tag !== undefined && tag !== '');
  yield csvRow(tagged.map(({ name }) => name));
  // Tags begin with #, which begins no formula.
  yield csvRow(tagged.map(({ tag }) => tag ?? ''));
  for (const row of rows) yield row === null ? '' : csvRow(tagged.map((column) => column.of(row)));
}
