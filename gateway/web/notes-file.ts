/*
 * notes-file.ts: what broke and what fixed it as a file, so that another pod learns: /notes.csv and /notes.json.
 * Way: rows of notes.ts -> CSV that no spreadsheet runs as a formula, or JSON, in pieces made while they are sent.
 * Names of columns are the same in every language: programs read them.
 */
import type { Answer } from '../edges/http/answer';
import { type Column, csvTable } from '../export/csv';
import { NOTES_FILE_ROWS_MAX } from '../limits/facts';
import { type NoteRow, type NotesDoors, noteRows } from './notes';

/** ISO 8601, UTC. */
function timeText(atS: number): string {
  return new Date(atS * 1000).toISOString().replace('.000Z', 'Z');
}

const COLUMNS: readonly Column<NoteRow & { pod: string; name: string }>[] = [
  { name: 'time', of: ({ atS }) => timeText(atS) },
  { name: 'pod', of: ({ pod }) => pod },
  { name: 'site', of: ({ site }) => site },
  { name: 'name', of: ({ name }) => name },
  { name: 'what', of: ({ what }) => what },
  { name: 'value', of: ({ value, because }) => (because.by === 'person' ? null : value) },
  { name: 'note', of: ({ note }) => note },
  { name: 'by', of: ({ because }) => (because.by === 'person' ? because.reporter : 'node') },
  { name: 'clock', of: ({ because }) => (because.by === 'person' ? because.clock : null) },
  { name: 'record', of: ({ because }) => (because.by === 'person' ? null : because.id) },
  { name: 'statement', of: ({ because }) => (because.by === 'person' ? because.id : null) },
];

function* first<T>(rows: Iterable<T>, most: number): Generator<T> {
  let count = 0;
  for (const row of rows) {
    if (count++ === most) return;
    yield row;
  }
}

type FileRow = NoteRow & { pod: string; name: string };

function* jsonPieces(rows: Iterable<FileRow>): Generator<string> {
  yield '{"notes":[';
  let before = '\n';
  for (const row of rows) {
    const cells = COLUMNS.map(({ name, of }) => [name, of(row)]);
    yield before + JSON.stringify(Object.fromEntries(cells));
    before = ',\n';
  }
  yield '\n]}\n';
}

function* encoded(texts: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const text of texts) yield encoder.encode(text);
}

/** The file. @param nameOf name of a site @param form 'csv' or 'json' */
export function notesFile(
  doors: NotesDoors,
  pod: string,
  nameOf: (site: string) => string,
  form: 'csv' | 'json',
): Answer {
  function* rows(): Generator<FileRow> {
    for (const row of first(noteRows(doors, null), NOTES_FILE_ROWS_MAX)) {
      yield { ...row, pod, name: nameOf(row.site) };
    }
  }
  const texts = form === 'csv' ? csvTable(COLUMNS, rows()) : jsonPieces(rows());
  return {
    status: 200,
    type: form === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json',
    body: encoded(texts),
    headers: { 'Content-Disposition': `attachment; filename="${pod}-notes.${form}"` },
  };
}
