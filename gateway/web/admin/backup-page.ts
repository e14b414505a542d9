/*
 * backup-page.ts: the last backups, where the next one goes, and a button that makes one now.
 * Way: backups in status -> HTML content of a page (frame.ts). Form: POST /admin/backup.
 */
import type { BackupPlaceView, BackupView } from '../../backup-keeping';
import { escapeHtml } from '../html';
import type { PodWords } from '../pod-words';
import { line } from './overview-page';
import { form, type Notice, noticeHtml, ownWords } from './pieces';

const HOUR_S = 3600;

function placeHtml(words: PodWords, key: string, place: BackupPlaceView | null): string {
  const { t } = words;
  if (place === null) return line(t(key), escapeHtml(t('backup.never')));
  const when = place.made === null ? '' : `${words.moment(place.made)} · `;
  const under = `${when}${t('admin.records')}: ${words.number(place.records)}`;
  const file = `<br><code dir="ltr">${escapeHtml(place.file)}</code>`;
  return line(t(key), escapeHtml(words.duration(place.hours * HOUR_S)), escapeHtml(under) + file);
}

/** The content. @param folder where a backup goes that is made now */
export function backupContent(
  words: PodWords,
  backup: BackupView | null,
  folder: string,
  told: Notice | null,
): string {
  const { t } = words;
  const title = `<h1>${escapeHtml(t('admin.part.backup'))}</h1>${noticeHtml(words, told)}`;
  if (backup === null) return `${title}<p>${escapeHtml(t('backup.none'))}</p>`;
  const failed = [...backup.failed, ...(backup.damage === null ? [] : [backup.damage])];
  const faults =
    failed.length === 0
      ? ''
      : `<section class="notice"><h2>${escapeHtml(t('backup.failed'))}</h2><ul>${failed.map((text) => `<li>${ownWords(text)}</li>`).join('')}</ul></section>`;
  const now = backup.running
    ? `<p class="told wait" role="status">${escapeHtml(t('backup.running'))}</p>`
    : form(words, '/admin/backup', 'backup.now', {});
  return `${title}${faults}
<p>${escapeHtml(t('backup.where'))} <code dir="ltr">${escapeHtml(folder)}</code></p>${now}
<h2>${escapeHtml(t('backup.last'))}</h2><table class="loose">${placeHtml(words, 'backup.card', backup.card)}${placeHtml(words, 'backup.stick', backup.stick)}</table>
<p class="soft">${escapeHtml(t('backup.outside'))}</p>`;
}
