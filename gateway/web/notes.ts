/*
 * notes.ts: what broke and what fixed it, at all sites: what people said and what nodes told, as one list, newest first.
 * Way: statements and events, each in order of acceptance -> rows of /notes and of its files. Two numbers say where a list goes on.
 */
import type { FactsKeeping } from '../api/facts-keeping';
import type { ByPerson, ByRecord } from '../core/facts/site-facts';
import { personOf } from '../core/facts/statements';
import { eventName } from '../core/messages';
import { FACT_PAGE_MAX } from '../limits/facts';

/** Codes of a node's events that say nothing of the site itself. */
const EVENT_STARTED = 7;

/** One row. */
export interface NoteRow {
  /** Unix s by the gateway's clock: when it was said, or came. */
  atS: number;
  site: string;
  /** What was said ('broken', 'fixed'; 'note' = only a text), or the name of an event. */
  what: string;
  /** What belongs to an event. */
  value: number;
  note: string;
  because: ByRecord | ByPerson;
}

/** Where a list goes on: rows of each table before these; 0 = from the newest. */
export interface NotesFrom {
  statement: number;
  record: number;
}

/** The sources of the list. */
export type NotesDoors = Pick<FactsKeeping, 'statements' | 'events'>;

/** What people said of one site or all, and only of whether it works. */
function* said({ statements }: NotesDoors, site: string | null, from: number): Generator<NoteRow> {
  let before = from;
  for (;;) {
    const rows = statements.page(site, before, FACT_PAGE_MAX);
    for (const row of rows) {
      if (row.about !== 'works' && row.about !== 'note') continue;
      const what = row.about === 'note' ? 'note' : String(row.value);
      const because = personOf(row);
      yield { atS: row.atS, site: row.site, what, value: 0, note: row.note, because };
    }
    if (rows.length < FACT_PAGE_MAX) return;
    before = rows[rows.length - 1].id;
  }
}

function* told({ events }: NotesDoors, site: string | null, from: number): Generator<NoteRow> {
  let before = from;
  for (;;) {
    const rows = events(site, before, FACT_PAGE_MAX);
    for (const { site: at, code, value, because } of rows) {
      if (code === EVENT_STARTED) continue;
      const what = eventName(code);
      yield { atS: because.received, site: at, what, value, note: '', because };
    }
    if (rows.length < FACT_PAGE_MAX) return;
    before = rows[rows.length - 1].because.id;
  }
}

/** All rows, newest first. @param site null = all sites */
export function* noteRows(
  doors: NotesDoors,
  site: string | null,
  from: NotesFrom = { statement: 0, record: 0 },
): Generator<NoteRow> {
  const people = said(doors, site, from.statement);
  const nodes = told(doors, site, from.record);
  let [person, node] = [people.next(), nodes.next()];
  while (!person.done || !node.done) {
    const isPerson = !person.done && (node.done || person.value.atS >= node.value.atS);
    if (isPerson) {
      yield person.value as NoteRow;
      person = people.next();
    } else {
      yield node.value as NoteRow;
      node = nodes.next();
    }
  }
}

/** One page of the list, and where the next one begins; null = it is the last. */
export function notesPage(
  doors: NotesDoors,
  site: string | null,
  from: NotesFrom,
  most: number,
): { rows: NoteRow[]; next: NotesFrom | null } {
  const rows: NoteRow[] = [];
  const next = { ...from };
  for (const row of noteRows(doors, site, from)) {
    if (rows.length === most) return { rows, next };
    rows.push(row);
    if (row.because.by === 'person') next.statement = row.because.id;
    else next.record = row.because.id;
  }
  return { rows, next: null };
}
