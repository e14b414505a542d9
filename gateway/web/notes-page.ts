/*
 * notes-page.ts: what broke and what fixed it, at all sites or one, newest first, page by page, with both files of it.
 * Way: a page of notes.ts -> HTML content of a page (frame.ts).
 */
import { escapeHtml } from './html';
import type { NoteRow, NotesFrom } from './notes';
import { byText } from './pieces';
import type { PodWords } from './pod-words';
import { happeningText, recordLink } from './site-events';

/** What the page shows. */
export interface NotesView {
  /** null = all sites. */
  site: string | null;
  rows: NoteRow[];
  next: NotesFrom | null;
  /** false: older ones. */
  isFirst: boolean;
  nameOf(site: string): string;
}

function whatText(words: PodWords, { what, value, because }: NoteRow): string {
  if (because.by !== 'person') return happeningText(words, what, value);
  return words.t(what === 'note' ? 'notes.note' : `say.${what}`);
}

function rowHtml(words: PodWords, view: NotesView, row: NoteRow): string {
  const { because, what, note, site, atS } = row;
  const isPress = because.by === 'record' && what.endsWith('-pressed');
  const by = byText(
    words,
    because.by === 'record' && isPress ? { ...because, by: 'button' } : because,
  );
  const link = because.by === 'person' ? '' : ` · ${recordLink(words, site, because)}`;
  const look = what.startsWith('broken')
    ? ' class="bad"'
    : what.startsWith('fixed')
      ? ' class="good"'
      : '';
  return `<li><b${look}>${escapeHtml(whatText(words, row))}</b> · <a href="/site/${encodeURIComponent(site)}"><bdi>${escapeHtml(view.nameOf(site))}</bdi></a>
${note === '' ? '<br>' : `<div><bdi>${escapeHtml(note)}</bdi></div>`}<span class="soft">${escapeHtml(`${words.moment(atS)} · ${by}`)}${link}</span></li>`;
}

/** The content. */
export function notesContent(words: PodWords, view: NotesView): string {
  const { t } = words;
  const { rows, next, site, isFirst } = view;
  const of = site === null ? '' : `site=${encodeURIComponent(site)}`;
  const link = (to: string, key: string) => `<a href="${to}">${escapeHtml(t(key))}</a>`;
  const ways = [
    ...(isFirst ? [] : [link(`/notes${of === '' ? '' : `?${of}`}`, 'notes.newest')]),
    ...(next === null
      ? []
      : [
          link(
            `/notes?${of === '' ? '' : `${of}&amp;`}s=${next.statement}&amp;r=${next.record}`,
            'notes.older',
          ),
        ]),
  ];
  const list = rows.map((row) => rowHtml(words, view, row));
  const body =
    list.length === 0
      ? `<p>${escapeHtml(t('notes.none'))}</p>`
      : `<ul class="notes">${list.join('\n')}</ul>`;
  const of1 =
    site === null
      ? ''
      : `<p><bdi>${escapeHtml(view.nameOf(site))}</bdi> · ${link('/notes', 'notes.everywhere')}</p>`;
  return `<h1>${escapeHtml(t('notes.log'))}</h1><p class="soft">${escapeHtml(t('notes.how'))}</p>${of1}
${body}
${ways.length === 0 ? '' : `<p class="choice">${ways.join(' ')}</p>`}
<p>${escapeHtml(t('notes.files'))}: <a href="/notes.csv">CSV</a> <a href="/notes.json">JSON</a></p>`;
}
