/*
 * sites-page.ts: register, rename, retire; people served. A bench's signed file is shown before it counts.
 * Way: sites and a file that was read -> HTML content of a page (frame.ts). Forms: POST /admin/sites.
 */
import { fromHex, toHex } from '../../../shared/bytes';
import type { RegisterSite } from '../../core/register';
import { fingerprintOf } from '../../recovery';
import type { RegistrationFile } from '../../registration-file';
import { escapeHtml } from '../html';
import { keyWordsOf } from '../key-words';
import type { PodWords } from '../pod-words';
import { field, form, type Notice, noticeHtml, part } from './pieces';

/** A site as the page lists it. */
export interface AdminSite {
  site: string;
  name: string;
  /** As a bench registered it; null: it stands in the register's file, where it is changed. */
  registered: RegisterSite | null;
  /** Public keys in use, 32 bytes. */
  keys: Uint8Array[];
  /** People served, as somebody said; null = nobody did. */
  people: number | string | null;
}

/** What the page shows. */
export interface SitesHead {
  sites: AdminSite[];
  /** A file that waits for a yes. */
  asked: { text: string; file: RegistrationFile } | null;
  told: Notice | null;
}

function askedHtml(words: PodWords, { sites, asked }: SitesHead): string {
  if (asked === null) return '';
  const { t } = words;
  const { file, text } = asked;
  const known = new Set(sites.map(({ site }) => site));
  const rows = file.sites.map(({ site, replaces }) => {
    const what = [
      t(known.has(site.site) ? 'admin.known' : 'admin.new'),
      ...(replaces ? [t('admin.replaces')] : []),
    ];
    return `<tr><th scope="row"><bdi>${escapeHtml(site.site)}</bdi></th><td>${escapeHtml(what.join(' · '))}</td></tr>`;
  });
  const bench = `${t('admin.bench')} <code dir="ltr">${escapeHtml(fingerprintOf(fromHex(file.bench)))}</code>`;
  return `<section class="notice"><h2>${escapeHtml(t('admin.sure'))}</h2>
<p>${bench} · ${escapeHtml(words.moment(file.madeAt))}</p><table class="loose">${rows.join('')}</table>
${form(words, '/admin/sites', 'admin.register', { act: 'take', text })}</section>`;
}

function nodesHtml(words: PodWords, { site, keys, registered }: AdminSite): string {
  const { t } = words;
  const nodes = keys.map((key) => {
    const hex = toHex(key);
    const retire =
      registered === null
        ? ''
        : form(words, '/admin/sites', 'admin.retire', { act: 'retire', site, key: hex }, '', 'no');
    return `<p>${escapeHtml(t('admin.node'))} <b dir="ltr" lang="en">${keyWordsOf(hex).join(' ')}</b></p>${retire}`;
  });
  return nodes.length === 0 ? `<p>${escapeHtml(t('admin.noNode'))}</p>` : nodes.join('');
}

function siteHtml(words: PodWords, one: AdminSite): string {
  const { t } = words;
  const { site, name, registered, people } = one;
  const value = people === null ? '' : ` value="${escapeHtml(String(people))}"`;
  const number = field(
    words,
    'admin.people',
    'value',
    'number',
    ` min="0" max="100000" required${value}`,
  );
  const text = ` maxlength="200" required value="${escapeHtml(name)}"`;
  const rename =
    registered === null
      ? `<p class="soft">${escapeHtml(t('admin.inFile'))}</p>`
      : form(
          words,
          '/admin/sites',
          'admin.save',
          { act: 'name', site },
          field(words, 'admin.siteName', 'name', 'text', text),
        );
  const served = form(words, '/admin/sites', 'admin.save', { act: 'people', site }, number);
  return part(
    `<bdi>${escapeHtml(name)}</bdi> <bdi class="soft">${escapeHtml(site)}</bdi>`,
    served + rename + nodesHtml(words, one),
  );
}

/** A form with a file: it needs another coding than all others. */
function fileForm({ t }: PodWords): string {
  return `<form method="post" action="/admin/sites" enctype="multipart/form-data"><input type="hidden" name="act" value="look">
<label>${escapeHtml(t('admin.file'))} <input type="file" name="file" accept=".json,application/json"></label>
<label>${escapeHtml(t('admin.paste'))} <textarea name="text" rows="3" dir="ltr" autocapitalize="none" spellcheck="false"></textarea></label>
<button class="yes" type="submit">${escapeHtml(t('admin.look'))}</button></form>`;
}

/** The content. */
export function sitesContent(words: PodWords, head: SitesHead): string {
  const { t } = words;
  return `<h1>${escapeHtml(t('admin.part.sites'))}</h1>${noticeHtml(words, head.told)}
${askedHtml(words, head)}
<h2>${escapeHtml(t('admin.registerTitle'))}</h2><p>${escapeHtml(t('admin.registerHow'))}</p>${fileForm(words)}
<h2>${escapeHtml(t('page.all'))}</h2>${head.sites.map((site) => siteHtml(words, site)).join('\n')}`;
}
