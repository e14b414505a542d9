/*
 * overview-page.ts: the first page of /admin, and the form for logging in: who one is, how the gateway is, and ways to the rest.
 * Way: status of the gateway and scope of the reader -> HTML content of a page (frame.ts).
 */
import { allows, type Scope } from '../../core/scopes';
import type { GatewayStatus } from '../../status';
import { escapeHtml } from '../html';
import type { PodWords } from '../pod-words';
import { form, loginFields, type Notice, noticeHtml, ownWords } from './pieces';

/** Parts of /admin and the scope that each needs. '' is the first page. */
export const ADMIN_PARTS: Readonly<Record<string, Scope>> = {
  '': 'reader',
  language: 'technician',
  sites: 'technician',
  people: 'admin',
  backup: 'admin',
};

/** The form for logging in. @param next where to go then */
export function loginContent(words: PodWords, told: Notice | null, next: string): string {
  const title = escapeHtml(words.t('admin.logIn'));
  return `<h1>${title}</h1>${noticeHtml(words, told)}<p>${escapeHtml(words.t('admin.who'))}</p>
${form(words, '/admin/login', 'admin.logIn', { next }, loginFields(words))}`;
}

/** A line of a table. */
export function line(head: string, value: string, under = ''): string {
  const small = under === '' ? '' : `<span class="soft">${under}</span>`;
  return `<tr><th scope="row">${escapeHtml(head)}</th><td>${value}${small}</td></tr>`;
}

function faults({ t }: PodWords, texts: string[], key: string): string {
  if (texts.length === 0) return '';
  const list = texts.map((text) => `<li>${ownWords(text)}</li>`);
  return `<section class="notice"><h2>${escapeHtml(t(key))}</h2><ul>${list.join('')}</ul></section>`;
}

function stateHtml(words: PodWords, status: GatewayStatus): string {
  const { t } = words;
  const radios = status.radios.map(({ name, session, problem }) =>
    line(
      `${t('admin.radio')} ${name}`,
      escapeHtml(t(`admin.session.${session}`)),
      problem === null ? '' : ownWords(problem),
    ),
  );
  const clock = line(t('clock.title'), escapeHtml(t(`clock.${status.clock.state}`)));
  const { stored, rejected } = status.records;
  const records = line(
    t('admin.records'),
    escapeHtml(words.number(stored)),
    escapeHtml(`${t('admin.rejected')}: ${words.number(rejected)}`),
  );
  const waiting = status.quarantine.map(({ key }) => key).join(' ');
  const unknown = waiting === '' ? '' : line(t('admin.unknownKeys'), `<code>${waiting}</code>`);
  return `<h2>${escapeHtml(t('admin.state'))}</h2><table class="loose">${radios.join('')}${clock}${records}${unknown}</table>
${faults(words, status.problems, 'page.problems')}${faults(words, status.warnings, 'page.warnings')}`;
}

function languageForm(words: PodWords, chosen: string): string {
  const { t } = words;
  const option = (value: string, text: string, lang = value) =>
    `<option value="${value}"${lang === '' ? '' : ` lang="${lang}"`}${value === chosen ? ' selected' : ''}>${escapeHtml(text)}</option>`;
  const options = words.languages.map(({ code, name }) => option(code, name));
  const field = `<label>${escapeHtml(t('admin.language'))} <select name="language">${option('', t('admin.byPhone'), '')}${options.join('')}</select></label>`;
  return form(words, '/admin/language', 'admin.save', {}, field);
}

/** What the first page shows. */
export interface OverviewHead {
  name: string | null;
  scope: Scope;
  status: GatewayStatus;
  /** Language of the pod; '' = as the browser asks. */
  language: string;
  told: Notice | null;
}

/** The content. */
export function overviewContent(words: PodWords, head: OverviewHead): string {
  const { t } = words;
  const { name, scope, status, language, told } = head;
  const may = (part: string) => allows(scope, ADMIN_PARTS[part]);
  const ways = [
    ['/clock', 'clock.title'],
    ...['sites', 'people', 'backup']
      .filter(may)
      .map((part) => [`/admin/${part}`, `admin.part.${part}`]),
  ].map(([to, key]) => `<a href="${to}">${escapeHtml(t(key))}</a>`);
  return `<h1>${escapeHtml(t('page.admin'))}</h1>${noticeHtml(words, told)}
<p><bdi>${escapeHtml(name ?? t('admin.token'))}</bdi> · ${escapeHtml(t(`admin.scope.${scope}`))}</p>
<nav aria-label="${escapeHtml(t('page.admin'))}">${ways.join('<br>')}</nav>
${stateHtml(words, status)}
${may('language') ? languageForm(words, language) : ''}
${form(words, '/admin/logout', 'admin.logOut', {}, '', 'no')}`;
}
