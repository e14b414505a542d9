/*
 * backup.ts: the doctor on backups: what the gateway knows of them; where it does not run, what last-backup.json remembers.
 * Way: GatewayStatus.backup, or last-backup.json and the hours the gateway ran -> findings.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { type BackupView, backupWarnings, placeView } from '../../gateway/backup-keeping';
import { lastBackups, META_HOURS_RUN } from '../../gateway/backups';
import type { Config } from '../../gateway/config/schema';
import { cardHours, type LastBackup } from '../../gateway/core/backup-name';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { CLOCK_PLAUSIBLE_FROM_MS } from '../../gateway/limits/clock';
import { DOCTOR_BACKUP_LATE_HOURS } from '../../gateway/limits/operations';
import { type Finding, fails, ok, told, warning } from './finding';

const LOG = 'look at the log for why: journalctl -u tallywell';

/** Hours the gateway ran in all; 0 where the database cannot tell. */
function hoursRun(dataDir: string): number {
  let database: Database | null = null;
  try {
    database = new Sqlite(join(dataDir, 'gateway.sqlite'), { readonly: true, fileMustExist: true });
    const asked = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
    return Number(asked.get(META_HOURS_RUN) ?? 0);
  } catch {
    return 0;
  } finally {
    database?.close();
  }
}

/** What last-backup.json remembers, as a gateway would tell it. */
function rememberedView(dataDir: string): BackupView {
  const { card, stick } = lastBackups(dataDir);
  const hours = hoursRun(dataDir);
  const nowS = Date.now() < CLOCK_PLAUSIBLE_FROM_MS ? null : Math.floor(Date.now() / 1000);
  const view = (last: LastBackup | undefined) =>
    last === undefined ? null : placeView(last, hours, nowS);
  return { card: view(card), stick: view(stick), running: false, failed: [], damage: null };
}

/** The copy on the database's own disk. */
function cardFinding({ data }: Config, { card, running }: BackupView): Finding {
  if (card === null) {
    if (running) return ok('backup', 'the first one is being made');
    return warning(
      'backup',
      'none was made yet',
      'the gateway makes one when it has run for an hour',
    );
  }
  const { file, hours, records } = card;
  if (!existsSync(file)) {
    return warning('backup', `${file} is gone`, 'make one: tallywell backup');
  }
  const found = `${file}, ${records} records, ${hours} h old`;
  const due = cardHours(lastBackups(data).card?.bytes ?? 0);
  if (hours > due + DOCTOR_BACKUP_LATE_HOURS) return warning('backup', `${found}: too old`, LOG);
  return ok('backup', found);
}

/** Backups. @param told what the running gateway says; undefined = it does not run, or does not tell */
export function backupFindings(config: Config, status?: BackupView | null): Finding[] {
  if (!config.backup.daily || status === null) {
    const todo = 'write backup: daily: true in the configuration';
    return [warning('backup', 'no backups are made', todo)];
  }
  const view = status ?? rememberedView(config.data);
  return [
    ...(view.damage === null ? [] : [fails('backup', view.damage, LOG)]),
    cardFinding(config, view),
    ...backupWarnings(view).map((words) => told('warning', 'backup', words, LOG)),
  ];
}
