/*
 * data.ts: the doctor on the data folder: rights, key, database, register, accounts, backups, silence of sites.
 * Way: files, database (opened to read only) -> findings.
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Config } from '../../gateway/config/schema';
import { secretFilesOf, secretFileWarnings } from '../../gateway/config/secret-files';
import { loadGatewayKey } from '../../gateway/edges/key';
import { MIGRATIONS } from '../../gateway/edges/store/migrations';
import { createSiteReader } from '../../gateway/edges/store/read-sites';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { META_GATEWAY_KEY } from '../../gateway/edges/store/store';
import {
  DOCTOR_BACKUP_OLD_S,
  DOCTOR_DATABASE_MS,
  DOCTOR_SITES_MAX,
} from '../../gateway/limits/operations';
import { NO_NEWS_AFTER_S } from '../../gateway/limits/store';
import { META_RECOVERY_KEY } from '../../gateway/recovery';
import { registerFile } from '../../gateway/register-file';
import { toHex } from '../../shared/bytes';
import { type Finding, fails, ok, warning } from './finding';

function folderFindings(folder: string): Finding[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    return [
      warning(
        'folder',
        `${folder} is not there yet`,
        'the gateway makes it at its first start; after a loss restore a backup first',
      ),
    ];
  }
  if (!found.isDirectory())
    return [fails('folder', `${folder} is no folder`, 'name a folder: data')];
  const mode = (found.mode & 0o777).toString(8);
  if ((found.mode & 0o007) !== 0) {
    return [warning('folder', `${folder} is open to others (mode ${mode})`, `chmod 700 ${folder}`)];
  }
  const uid = process.getuid?.();
  if (uid !== undefined && uid !== 0 && uid !== found.uid) {
    return [
      warning('folder', `${folder} belongs to another user (${found.uid})`, 'run this with sudo'),
    ];
  }
  return [ok('folder', `${folder}, mode ${mode}`)];
}

function keyFindings(config: Config, database: Database | null): Finding[] {
  const path = join(config.data, 'gateway.key');
  const known = database
    ?.prepare('SELECT value FROM meta WHERE name = ?')
    .pluck()
    .get(META_GATEWAY_KEY);
  const open = secretFileWarnings(secretFilesOf(config)).map((text) => {
    const [found, todo] = text.split(': run ');
    return warning('secrets', found, todo ?? 'chmod 600');
  });
  if (!existsSync(path)) {
    if (known === undefined) return [...open, ok('key', 'none yet: made at the first start')];
    const todo = 'put gateway.key back from a backup, or use the recovery key: docs/recovery.md';
    return [...open, fails('key', 'gateway.key is missing, nodes trust it', todo)];
  }
  try {
    const publicKey = toHex(loadGatewayKey(path, false).publicKey);
    if (known !== undefined && known !== publicKey) {
      return [
        ...open,
        fails('key', 'gateway.key is not the key of this database', 'put the right file back'),
      ];
    }
    return [...open, ok('key', `${publicKey.slice(0, 16)}… fits the database`)];
  } catch {
    return [
      ...open,
      fails(
        'key',
        'gateway.key cannot be read, or is damaged',
        'run this with sudo; else put it back from a backup',
      ),
    ];
  }
}

/** Reads table by table, until its time is over. */
function integrityFinding(database: Database, limitMs: number): Finding {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const untilMs = performance.now() + limitMs;
  let checked = 0;
  for (const table of tables) {
    if (performance.now() > untilMs) break;
    const said = database.pragma(`quick_check('${table.replaceAll("'", "''")}')`, { simple: true });
    if (said !== 'ok') {
      return fails(
        'database',
        `damaged (table ${table})`,
        'stop the gateway, copy the folder, restore the newest backup',
      );
    }
    checked += 1;
  }
  const records = database.prepare('SELECT coalesce(max(id), 0) FROM record').pluck().get();
  const part =
    checked === tables.length
      ? 'whole'
      : `${checked} of ${tables.length} tables whole, more were not read in time`;
  return ok('database', `${part}, form ${MIGRATIONS.length}, ${records} records`);
}

function siteFindings(database: Database, nowS: number): Finding[] {
  const sites = createSiteReader(database);
  const silent = sites.siteNames().flatMap((site) => {
    const heard = sites.readSite(site, nowS - (nowS % 86_400))?.lastHeardS ?? null;
    if (heard !== null && nowS - heard <= NO_NEWS_AFTER_S) return [];
    return [
      heard === null ? `${site} (never)` : `${site} (${Math.round((nowS - heard) / 3600)} h)`,
    ];
  });
  const all = sites.siteNames().length;
  if (all === 0)
    return [
      warning('sites', 'no site is registered', 'name the register: register in the configuration'),
    ];
  if (silent.length === 0) return [ok('sites', `all ${all} were heard in the last 3 h`)];
  const named = silent.slice(0, DOCTOR_SITES_MAX).join(', ');
  const more = silent.length > DOCTOR_SITES_MAX ? ', …' : '';
  const todo =
    'look at the node, its radio, the path, and this gateway’s radio; silence does not say which';
  return [warning('sites', `${silent.length} of ${all} are silent: ${named}${more}`, todo)];
}

function accountFindings(database: Database, { anonymous }: Config): Finding[] {
  const accounts = database.prepare('SELECT count(*) FROM account').pluck().get() as number;
  const tokens = database.prepare('SELECT count(*) FROM token').pluck().get() as number;
  const found = `${accounts} accounts, ${tokens} tokens; without one: ${anonymous === 'reader' ? 'may read' : 'nothing'}`;
  if (accounts + tokens > 0) return [ok('accounts', found)];
  if (anonymous === 'nobody') return [fails('accounts', found, 'nobody can read: make an account')];
  return [warning('accounts', found, 'make an account for the technician')];
}

function recoveryFinding(database: Database): Finding {
  const key = database
    .prepare('SELECT value FROM meta WHERE name = ?')
    .pluck()
    .get(META_RECOVERY_KEY);
  if (key !== undefined) return ok('recovery key', 'made');
  return warning(
    'recovery key',
    'none',
    'run `tallywell recovery-key make`, before nodes are provisioned',
  );
}

function databaseFindings(config: Config, limitMs: number): Finding[] {
  const path = join(config.data, 'gateway.sqlite');
  if (!existsSync(path)) {
    const hasKey = existsSync(join(config.data, 'gateway.key'));
    if (!hasKey)
      return [ok('database', 'none yet: made at the first start'), ...keyFindings(config, null)];
    const todo = 'restore the newest backup before the gateway is started';
    return [
      fails('database', 'gateway.sqlite is missing, the key is there', todo),
      ...keyFindings(config, null),
    ];
  }
  let database: Database | null = null;
  try {
    database = new Sqlite(path, { readonly: true, fileMustExist: true });
    const form = database.pragma('user_version', { simple: true }) as number;
    if (form > MIGRATIONS.length) {
      return [
        fails('database', `made by a newer Tallywell (form ${form})`, 'install that version again'),
      ];
    }
    if (form < MIGRATIONS.length) {
      const todo = 'make a backup; the gateway brings it to the newest form at its start';
      return [
        warning('database', `of an earlier form (${form})`, todo),
        ...keyFindings(config, database),
      ];
    }
    const integrity = integrityFinding(database, limitMs);
    if (integrity.level === 'fails') return [integrity, ...keyFindings(config, null)];
    const nowS = Math.floor(Date.now() / 1000);
    return [
      integrity,
      ...keyFindings(config, database),
      recoveryFinding(database),
      ...accountFindings(database, config),
      ...siteFindings(database, nowS),
    ];
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    const mayNot = code === 'SQLITE_CANTOPEN' || code === 'SQLITE_READONLY';
    const todo = mayNot
      ? 'run this with sudo'
      : 'stop the gateway, copy the folder, restore the newest backup';
    return [fails('database', `cannot be read: ${message}`, todo)];
  } finally {
    database?.close();
  }
}

function registerFindings({ register }: Config): Finding[] {
  if (register === undefined) return [];
  try {
    const { sites } = registerFile(register).read();
    return [ok('register', `${sites.length} sites`)];
  } catch (error) {
    return [
      fails(
        'register',
        (error as Error).message,
        'mend the file; the gateway goes on with what it knew',
      ),
    ];
  }
}

function backupFindings({ data, backup }: Config): Finding[] {
  if (!backup.daily) {
    return [
      warning('backup', 'no daily backups', 'write backup: daily: true in the configuration'),
    ];
  }
  const folder = backup.folder ?? join(data, 'backup');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const newestMs = Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs));
  if (newestMs === 0)
    return [warning('backup', `none in ${folder} yet`, 'wait a day; then look again')];
  const hours = Math.round((Date.now() - newestMs) / 3_600_000);
  const found = `the newest in ${folder} is ${hours} h old`;
  if (hours * 3600 > DOCTOR_BACKUP_OLD_S)
    return [warning('backup', found, 'look at the log for why none is made')];
  return [ok('backup', found)];
}

/** Everything that lies in files. @param limitMs longest the database is read, ms */
export function dataFindings(config: Config, limitMs = DOCTOR_DATABASE_MS): Finding[] {
  return [
    ...folderFindings(config.data),
    ...databaseFindings(config, limitMs),
    ...registerFindings(config),
    ...backupFindings(config),
  ];
}
