/*
 * document.ts: the HTML of the bench page. Everything is in it: no other file, no other computer is asked.
 * Way: words, acts, drawings -> text. Pure.
 */
import type { TFunction } from 'i18next';
import { DRAWINGS, drawingSvg } from '../../../hardware/wiring-drawing';
import { directionOf } from '../../../shared/page-language';
import type { LogLine } from '../bench-log';
import { PAGE_VALUE_CHARACTERS_MAX } from '../limits';
import { LANGUAGES, type Language } from '../words';
import { CLIENT_SCRIPT, PRINT_SCRIPT } from './client-script';
import type { PageAct, PageField } from './page-acts';
import { STYLE } from './style';

/** Where a page is shown. */
export interface PageView {
  t: TFunction;
  language: Language;
  /** Random, new for each answer: scripts and styles without it do not run. */
  nonce: string;
}

const PLACES = [
  { path: '/', word: 'log-back' },
  { path: '/labels', word: 'labels' },
  { path: '/log', word: 'log' },
];

/** Text as it stands in HTML. */
export function escapeHtml(text: string): string {
  const marks: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (mark) => marks[mark]);
}

/** Words with their commands, which stand between backticks, as HTML. */
function richHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** The page around its body. */
function frame(
  { t, language, nonce }: PageView,
  path: string,
  body: string,
  script: string,
): string {
  const links = LANGUAGES.map((one) => {
    const current = one === language ? ' aria-current="true"' : '';
    const name = escapeHtml(t(`page.language-of.${one}`));
    return `<a href="${path}?lang=${one}" lang="${one}" hreflang="${one}"${current}>${name}</a>`;
  });
  const places = PLACES.filter((place) => place.path !== path).map(
    (place) => `<a href="${place.path}">${escapeHtml(t(`page.${place.word}`))}</a>`,
  );
  // Only a file that says so is marked: its English fallback is not.
  const isMachineMade = t('page._review', { defaultValue: '' }) !== '';
  const machine = isMachineMade ? `<p class="hint">${escapeHtml(t('page.machine'))}</p>` : '';
  return `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(t('page.title'))} · Tallywell</title><link rel="icon" href="data:,">
<style nonce="${nonce}">${STYLE}</style></head>
<body><a class="skip" href="#work">${escapeHtml(t('page.skip'))}</a>
<header><h1>${escapeHtml(t('page.title'))}</h1>
${places.join(' ')}
<nav aria-label="${escapeHtml(t('page.language'))}">${links.join(' ')}</nav></header>
${body}${machine}${script}
</body></html>`;
}

function fieldHtml(
  t: TFunction,
  act: string,
  { name, kind, isRequired, options }: PageField,
): string {
  const id = `${act}-${name}`;
  const text = (key: string, other: string) =>
    escapeHtml(t([key, 'page.none'], { defaultValue: other }));
  const head = `<div><label for="${id}">${text(`page.field.${name}`, name)}</label>`;
  const required = isRequired ? ' required' : '';
  if (kind === 'select') {
    const all = (options ?? []).map(
      (one) => `<option value="${escapeHtml(one)}">${text(`page.option.${one}`, one)}</option>`,
    );
    return `${head}<select id="${id}" name="${name}"${required}>${all.join('')}</select></div>`;
  }
  if (kind === 'file') {
    return `${head}<input id="${id}" name="${name}" type="file" accept=".json,application/json"${required}></div>`;
  }
  const hint = text(`page.field.${name}-hint`, '');
  const secret = kind === 'secret' ? ' type="password"' : '';
  const number = kind === 'number' ? ' inputmode="numeric" pattern="[0-9]*"' : '';
  return `${head}<input id="${id}" name="${name}" placeholder="${hint}" autocomplete="off"${secret}${number}${required}></div>`;
}

function fieldsHtml(t: TFunction, act: string, fields: readonly PageField[]): string {
  const html = (isRare: boolean) =>
    fields
      .filter((field) => (field.isRare ?? false) === isRare)
      .map((field) => fieldHtml(t, act, field))
      .join('');
  const rare = html(true);
  if (rare === '') return html(false);
  const fold = escapeHtml(t(`page.act.${act}-more`));
  return `${html(false)}<details><summary>${fold}</summary>${rare}</details>`;
}

function actHtml(t: TFunction, act: PageAct): string {
  const { name, device, fields, hasDryRun, forTray } = act;
  const dry = hasDryRun
    ? `<div class="check"><input type="checkbox" id="${name}-dry" name="dryRun"><label for="${name}-dry">${escapeHtml(t('page.dry-run'))}</label></div>`
    : '';
  const tray = forTray ? `<button type="button" data-all hidden></button>` : '';
  return `<section class="step" data-act="${name}" data-device="${device}" aria-labelledby="${name}-head">
<h3 id="${name}-head">${escapeHtml(t(`page.act.${name}`))}</h3><div class="hint">${escapeHtml(t(`page.act.${name}-help`))}</div>
<form>${fieldsHtml(t, name, fields)}${dry}
<button class="big" type="submit">${escapeHtml(t('page.start'))}</button>${tray}</form>
<div class="live" data-live hidden></div></section>`;
}

function wiringHtml(t: TFunction): string {
  const options = DRAWINGS.map(
    ({ file, title }) => `<option value="${file}">${escapeHtml(title)}</option>`,
  );
  const drawings = DRAWINGS.map(
    (drawing, at) =>
      `<div class="wiring" data-wiring="${drawing.file}"${at ? ' hidden' : ''}>${drawingSvg(drawing)}</div>`,
  );
  return `<section class="step" data-device="board"><h3>${escapeHtml(t('page.wiring'))}</h3>
<label for="wiring">${escapeHtml(t('page.wiring-choose'))}</label><select id="wiring">${options.join('')}</select>
${drawings.join('')}</section>`;
}

/** Words that the page's script says. */
function scriptWords(t: TFunction, acts: readonly PageAct[]): Record<string, string> {
  const keys = [
    'running',
    'done',
    'failed',
    'faults',
    'what-next',
    'stop',
    'answer',
    'steps',
    'all',
    'busy',
    'file-long',
    'not-taken',
    'ports-none',
    'label-print',
  ];
  const guesses = ['espruino', 'meshtastic', 'adapter', 'bootloader', 'unknown', 'address'];
  const raw = { port: '{{port}}', count: '{{count}}', kb: PAGE_VALUE_CHARACTERS_MAX / 1024 };
  return Object.fromEntries([
    ...keys.map((key) => [key, t(`page.${key}`, raw)]),
    ...guesses.map((key) => [`guess.${key}`, t(`page.guess.${key}`)]),
    ...acts.map(({ name }) => [`act.${name}`, t(`page.act.${name}`)]),
  ]);
}

/** The bench itself. */
export function benchDocument(view: PageView, acts: readonly PageAct[]): string {
  const { t, nonce } = view;
  const text = (key: string) => escapeHtml(t(`page.${key}`));
  const body = `<div class="away" id="away" role="alert" hidden>${text('lost')}</div>
<main id="work"><section aria-labelledby="ports-head"><h2 id="ports-head">${text('ports')}</h2>
<div id="ports" aria-live="polite"></div><p class="hint">${text('ports-cable')}</p>
<form id="add"><label for="address">${text('add-label')}</label>
<input id="address" name="port" placeholder="${text('add-hint')}" autocomplete="off" required><p></p><button>${text('add')}</button></form>
<p class="hint">${text('offline')}</p></section>
<section aria-labelledby="steps-head"><h2 id="steps-head">${text('choose')}</h2>
<div id="steps" hidden><div class="kinds"><button type="button" data-kind="board">${text('board')}</button><button type="button" data-kind="radio">${text('radio')}</button></div>
${acts.map((act) => actHtml(t, act)).join('\n')}${wiringHtml(t)}</div></section></main>`;
  const words = JSON.stringify(scriptWords(t, acts)).replaceAll('<', '\\u003c');
  const script = `<script type="application/json" id="words">${words}</script><script nonce="${nonce}">${CLIENT_SCRIPT}</script>`;
  return frame(view, '/', body, script);
}

/** The log as a table, newest first. */
export function logDocument(view: PageView, lines: readonly LogLine[]): string {
  const text = (key: string) => escapeHtml(view.t(`page.${key}`));
  const heads = ['log-when', 'log-act', 'log-site', 'log-device', 'log-outcome'].map(
    (key) => `<th scope="col">${text(key)}</th>`,
  );
  const rows = [...lines].reverse().map((line) => {
    const when = new Date(line.atS * 1000).toISOString().slice(0, 16).replace('T', ' ');
    const outcome = view.t(line.outcome === 'done' ? 'log.done' : 'log.failed');
    const cells = [
      when,
      line.act,
      line.site ?? '',
      line.device,
      `${outcome} ${line.trouble ?? ''}`,
    ];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  const table = `<table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const shown = rows.length > 0 ? table : `<p>${text('log-empty')}</p>`;
  return frame(
    view,
    '/log',
    `<main id="work" class="wide"><section><h2>${text('log')}</h2></section>${shown}</main>`,
    '',
  );
}

/** Labels of these sites, to print. */
export function labelsDocument(view: PageView, sites: readonly string[]): string {
  const text = (key: string) => escapeHtml(view.t(`page.${key}`));
  const labels = sites.map(
    (site) =>
      `<img class="label" src="/label.svg?site=${encodeURIComponent(site)}" alt="${escapeHtml(site)}">`,
  );
  const isNone = labels.length === 0;
  const shown = isNone ? `<p>${text('labels-none')}</p>` : labels.join(' ');
  const button = isNone
    ? ''
    : `<button type="button" class="big" id="print">${text('log-print')}</button>`;
  const head = `<section class="noprint"><h2>${text('labels')}</h2><p class="hint">${richHtml(view.t('page.labels-hint'))}</p>${button}</section>`;
  const script = isNone ? '' : `<script nonce="${view.nonce}">${PRINT_SCRIPT}</script>`;
  const body = `<main id="work" class="wide">${head}<div class="sheet">${shown}</div></main>`;
  return frame(view, '/labels', body, script);
}

/** Nothing but a sentence. */
export function sentenceDocument(view: PageView, sentence: string): string {
  return frame(view, '/', `<main id="work"><p>${escapeHtml(sentence)}</p></main>`, '');
}
