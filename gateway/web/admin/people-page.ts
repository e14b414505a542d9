/*
 * people-page.ts: accounts and tokens, for administrators.
 * Way: lists -> HTML content of a page (frame.ts). Forms: POST /admin/people.
 */
import type { People } from '../../people';
import { escapeHtml } from '../html';
import type { PodWords } from '../pod-words';
import { field, form, type Notice, noticeHtml, part, scopeField } from './pieces';

const TO = '/admin/people';
const NEW_PASSWORD = ' autocomplete="new-password" minlength="10" dir="ltr"';
const NAME =
  ' pattern="[A-Za-z0-9][A-Za-z0-9_-]*" maxlength="64" autocapitalize="none" required dir="ltr"';

function accountHtml(words: PodWords, one: ReturnType<People['accounts']>[number]): string {
  const { t } = words;
  const { name, scope, made } = one;
  const since = made === null ? '' : ` · ${words.day(made)}`;
  const title = `<bdi>${escapeHtml(name)}</bdi> <span class="soft">${escapeHtml(t(`admin.scope.${scope}`) + since)}</span>`;
  const password = field(words, 'admin.newPassword', 'password', 'password', NEW_PASSWORD);
  return part(
    title,
    form(words, TO, 'admin.setPassword', { act: 'password', name }, password) +
      form(words, TO, 'admin.save', { act: 'scope', name }, scopeField(words, scope)) +
      form(words, TO, 'admin.remove', { act: 'remove', name }, '', 'no'),
  );
}

function tokenHtml(words: PodWords, one: ReturnType<People['tokens']>[number]): string {
  const { t } = words;
  const { name, scope, ends } = one;
  const until = ends === null ? t('admin.noEnd') : `${t('admin.ends')} ${words.day(ends)}`;
  const title = `<bdi>${escapeHtml(name)}</bdi> <span class="soft">${escapeHtml(`${t(`admin.scope.${scope}`)} · ${until}`)}</span>`;
  return part(title, form(words, TO, 'admin.remove', { act: 'untoken', name }, '', 'no'));
}

/** The content. */
export function peopleContent(words: PodWords, people: People, told: Notice | null): string {
  const { t } = words;
  const name = field(words, 'admin.name', 'name', 'text', NAME);
  const password = field(words, 'admin.newPassword', 'password', 'password', NEW_PASSWORD);
  const days = field(words, 'admin.days', 'days', 'number', ' min="1" max="3650"');
  const add = name + scopeField(words) + password;
  return `<h1>${escapeHtml(t('admin.part.people'))}</h1>${noticeHtml(words, told)}
<h2>${escapeHtml(t('admin.accounts'))}</h2>${people
    .accounts()
    .map((one) => accountHtml(words, one))
    .join('')}
${part(escapeHtml(t('admin.addAccount')), form(words, TO, 'admin.add', { act: 'add' }, add))}
<h2>${escapeHtml(t('admin.tokens'))}</h2><p class="soft">${escapeHtml(t('admin.tokensWhat'))}</p>${people
    .tokens()
    .map((one) => tokenHtml(words, one))
    .join('')}
${part(escapeHtml(t('admin.addToken')), form(words, TO, 'admin.add', { act: 'token' }, name + scopeField(words, 'reader') + days))}`;
}
