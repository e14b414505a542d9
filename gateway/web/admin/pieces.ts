/*
 * pieces.ts: what several pages of /admin are made of: fields, forms, and what became of a form.
 * Way: words and values -> HTML.
 */
import { SCOPES, type Scope } from '../../core/scopes';
import { escapeHtml } from '../html';
import type { PodWords } from '../pod-words';

/** What became of a form. */
export interface Notice {
  /** Key of the words. */
  key: string;
  isBad: boolean;
  /** In the gateway's own words, English; '' = none. */
  detail: string;
  /** Shown this once: a password or a token; '' = none. */
  secret: string;
  /** How long to wait, s; 0 = not at all. */
  waitS: number;
}

/** A notice without more. */
export function notice(key: string, isBad = false, detail = ''): Notice {
  return { key, isBad, detail, secret: '', waitS: 0 };
}

/** In the gateway's own words: they are English. */
export function ownWords(text: string): string {
  return `<span lang="en" dir="ltr">${escapeHtml(text)}</span>`;
}

/** What became of a form, as HTML. */
export function noticeHtml({ t, number }: PodWords, told: Notice | null): string {
  if (told === null) return '';
  const detail = told.detail === '' ? '' : `<br>${ownWords(told.detail)}`;
  const secret =
    told.secret === ''
      ? ''
      : `<p>${escapeHtml(t('admin.once'))}<br><code class="big" dir="ltr">${escapeHtml(told.secret)}</code></p>`;
  return `<div class="told${told.isBad ? ' bad' : ''}" role="${told.isBad ? 'alert' : 'status'}">${escapeHtml(t(told.key, { n: number(told.waitS) }))}${detail}${secret}</div>`;
}

/** A field with its label above it. */
export function field(
  { t }: PodWords,
  key: string,
  name: string,
  type: string,
  attributes = '',
): string {
  return `<label>${escapeHtml(t(key))} <input name="${name}" type="${type}"${attributes}></label>`;
}

/** Name and password. */
export function loginFields(words: PodWords): string {
  const name = ' autocomplete="username" autocapitalize="none" required dir="ltr"';
  const password = ' autocomplete="current-password" required dir="ltr"';
  return (
    field(words, 'admin.name', 'name', 'text', name) +
    field(words, 'admin.password', 'password', 'password', password)
  );
}

/** A form of /admin with one button. `hidden`: what the person does not choose. */
export function form(
  { t }: PodWords,
  to: string,
  button: string,
  hidden: Readonly<Record<string, string>>,
  fields = '',
  look = 'yes',
): string {
  const values = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  return `<form method="post" action="${to}">${values.join('')}${fields}<button class="${look}" type="submit">${escapeHtml(t(button))}</button></form>`;
}

/** Which scope. */
export function scopeField({ t }: PodWords, chosen: Scope = 'technician'): string {
  const options = SCOPES.map(
    (scope) =>
      `<option value="${scope}"${scope === chosen ? ' selected' : ''}>${escapeHtml(t(`admin.scope.${scope}`))}</option>`,
  );
  return `<label>${escapeHtml(t('admin.may'))} <select name="scope">${options.join('')}</select></label>`;
}

/** A part that opens when it is touched; browsers that do not know it show all of it. */
export function part(title: string, body: string): string {
  return `<details><summary>${title}</summary>${body}</details>`;
}
