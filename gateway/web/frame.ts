/*
 * frame.ts: what is around every page of the pod: head, ways to the other pages, languages, the live script.
 * Way: title and content as HTML -> a whole document and its security policy. Reading needs no script; with it, what changed
 * comes by itself (GET /api/v1/stream).
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from './html';
import { pictogramSymbols } from './pictograms';
import { POD_STYLE } from './pod-style';
import type { PodWords } from './pod-words';

/** ES5. Fetches the page anew one to three seconds after a change (thirty phones hear of it at once) and puts its content in place of the old one, unless somebody is at a button. */
const SCRIPT = `(function () {
  if (!window.EventSource || !window.DOMParser) return;
  var timer = null, first = true;
  function isWriting(content) {
    var text = content.querySelector('textarea');
    return text !== null && text.value !== '';
  }
  function keepOpen(were, are) {
    for (var at = 0; at < are.length && were.length === are.length; at++) are[at].open = were[at].open;
  }
  function take() {
    timer = null;
    var ask = new XMLHttpRequest();
    ask.open('GET', location.pathname + location.search);
    ask.onload = function () {
      if (ask.status !== 200) return;
      var fresh = new DOMParser().parseFromString(ask.responseText, 'text/html').getElementById('content');
      var old = document.getElementById('content');
      if (!fresh || !old || old.querySelector('form :focus') || isWriting(old)) return;
      var now = document.importNode(fresh, true);
      keepOpen(old.querySelectorAll('details'), now.querySelectorAll('details'));
      old.parentNode.replaceChild(now, old);
      var done = document.createEvent('Event');
      done.initEvent('tallywell-content', false, false);
      document.dispatchEvent(done);
    };
    ask.send();
  }
  function soon() { if (timer === null) timer = setTimeout(take, 1000 + Math.random() * 2000); }
  var stream = new EventSource('/api/v1/stream');
  stream.addEventListener('ready', function () { if (!first) soon(); first = false; });
  stream.addEventListener('site', soon);
  stream.addEventListener('statement', soon);
  stream.addEventListener('milestones', soon);
})();`;

/** Headers of a page: its own script and server only. Browsers tell the origin of a form only with this referrer policy. */
export const POD_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'self' 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'same-origin',
  Vary: 'Accept-Language, Cookie, Accept-Encoding',
};

/** What a page is. */
export interface PodPage {
  words: PodWords;
  pod: string;
  title: string;
  /** Path, without query: other languages lead there. */
  path: string;
  /** What was asked: other languages keep what chooses what is shown. */
  query?: URLSearchParams;
  /** HTML. */
  content: string;
  /** CSS of this page alone. */
  style?: string;
  /** false: a sheet or a text that stays as it is. */
  isLive: boolean;
}

/** What chooses what a page shows. Nothing else that was asked is written into a page. */
const CHOICES = ['period', 'page', 'paper', 'site', 's', 'r'];
/** A site's name is the longest of them. */
const CHOICE_CHARS = 64;

/** The same page in another language, in the same choice. */
function inLanguage({ path, query }: PodPage, code: string): string {
  const kept = new URLSearchParams();
  for (const name of CHOICES) {
    const value = query?.get(name) ?? '';
    if (value !== '' && value.length <= CHOICE_CHARS) kept.set(name, value);
  }
  kept.set('lang', code);
  return `${path}?${kept}`;
}

function languageLinks(page: PodPage): string {
  const { words } = page;
  return words.languages
    .map(({ code, name }) => {
      const told = `<bdi>${escapeHtml(name)}</bdi>`;
      if (code === words.language) return `<b lang="${code}">${told}</b>`;
      return `<a href="${escapeHtml(inLanguage(page, code))}" lang="${code}" hreflang="${code}">${told}</a>`;
    })
    .join(' ');
}

/** The whole document. */
export function podDocument(page: PodPage): string {
  const { words, pod, title, content, style = '', isLive } = page;
  const say = (key: string) => escapeHtml(words.t(key));
  const links = [
    ['/', 'page.all'],
    ['/milestones', 'goal.title'],
    ['/notes', 'notes.log'],
    ['/t', 'page.text'],
    ['/print', 'page.print'],
    ['/admin', 'page.admin'],
  ].map(([to, key]) => `<a href="${to}">${say(key)}</a>`);
  return `<!doctype html>
<html lang="${words.language}" dir="${words.direction}"><head><meta charset="utf-8"><title>${escapeHtml(title)} – ${escapeHtml(pod)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>${POD_STYLE}${style}</style></head><body>
<a class="skip" href="#content">${say('page.skip')}</a>${pictogramSymbols()}
<nav aria-label="${escapeHtml(pod)}">${links.join(' ')}</nav>
<main id="content">
${content}
</main>
<nav class="langs" aria-label="${say('page.languages')}">${languageLinks(page)}</nav>${words.needsReview ? `<p class="soft noprint">${say('page.machine')}</p>` : ''}
${isLive ? `<noscript><p class="soft">${say('page.noScript')}</p></noscript><script>${SCRIPT}</script>` : ''}
</body></html>
`;
}
