/*
 * pictograms.ts: drawings for people who do not read: what a site is, and how it is. Our own drawings, one symbol each.
 * Way: names -> SVG symbols once a page, and a use of one of them with its word for screen readers.
 */
import { escapeHtml } from './html';

/** Paths in a square of 24, drawn with the colour of the text around them. */
const DRAWINGS: Readonly<Record<string, string>> = {
  'water-point':
    '<path d="M3 7h9V4h3v3h3v5h-3v-1H3z"/><path d="M17 14c2 3 3 4 3 5a3 3 0 0 1-6 0c0-1 1-2 3-5z"/>',
  canteen:
    '<circle cx="12" cy="13" r="6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M2 4h1v5h1V4h1v5a2 2 0 0 1-1 2v9H3v-9a2 2 0 0 1-1-2zM20 4c2 1 2 6 2 8h-1v8h-1z"/>',
  'in-use': '<path d="M4 12l3-3 4 4 7-8 3 3-10 11z"/>',
  idle: '<path d="M6 4h4v16H6zM14 4h4v16h-4z"/>',
  'low-flow': '<path d="M11 3h2v11h4l-5 7-5-7h4z"/>',
  'says-broken': '<path d="M6 3l6 6 6-6 3 3-6 6 6 6-3 3-6-6-6 6-3-3 6-6-6-6z"/>',
  'no-news': '<path d="M7 8a5 5 0 1 1 7 5v3h-3v-5a3 3 0 1 0-1-3zM11 18h3v3h-3z"/>',
  tampered: '<path d="M12 2l11 20H1zM11 9v6h2V9zM11 17v2h2v-2z" fill-rule="evenodd"/>',
  removed: '<path d="M4 10h16v4H4z"/>',
};

const DRAWING_OF: Readonly<Record<string, string>> = { 'never-heard': 'no-news' };

/** All symbols; stands once on a page. */
export function pictogramSymbols(): string {
  const symbols = Object.entries(DRAWINGS).map(
    ([name, paths]) => `<symbol id="i-${name}" viewBox="0 0 24 24">${paths}</symbol>`,
  );
  return `<svg width="0" height="0" style="position:absolute" aria-hidden="true">${symbols.join('')}</svg>`;
}

/** One pictogram. @param label its word; '' = the word stands beside it */
export function pictogram(name: string, label = ''): string {
  const said = label === '' ? 'aria-hidden="true"' : `role="img" aria-label="${escapeHtml(label)}"`;
  const id = DRAWING_OF[name] ?? name;
  return `<svg class="i" width="24" height="24" ${said}><use xlink:href="#i-${id}" href="#i-${id}"/></svg>`;
}
