/*
 * data.ts: the doctor on the data folder: rights, key, database, register, accounts, silence of sites.
 * Way: files, database (opened to read only) -> findings.
 */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { checkDatabase } from '../../gateway/checking';
import type { Config } from '../../gateway/config/schema';
import { secretFilesOf, secretFileWarnings } from '../../gateway/config/secret-files';
import { loadGatewayKey } from '../../gateway/edges/key';
import { MIGRATIONS } from '../../gateway/edges/store/migrations';
import { createSiteReader } from '../../gateway/edges/store/read-sites';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { META_GATEWAY_KEY } from '../../gateway/edges/store/store';
import { DOCTOR_DATABASE_BYTES, DOCTOR_SITES_MAX } from '../../gateway/limits/operations';
import { NO_NEWS_AFTER_S } from '../../gateway/limits/store';
import { recoveryView, recoveryWarnings } from '../../gateway/recovery';
import { registerFile } from '../../gateway/register-file';
import { toHex } from '../../shared/bytes';
import { accountFindings } from './accounts';
import { type Finding, fails, ok, told, warning } from './finding';

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

/** Is it whole? A large one is not read to its last page. */
function integrityFinding(path: string, fullBytes: number): Finding {
  const bytes = statSync(path).size;
  const everyPage = bytes <= fullBytes;
  const { faults, onlySums, form, records } = checkDatabase(path, { everyPage });
  if (faults.length > 0) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    const todo = onlySums
      ? 'stop the gateway, then: tallywell repair (it makes the sums again from the records)'
      : 'stop the gateway, then: tallywell repair (it saves what can be read, and takes the rest from the newest backup)';
    return fails('database', `damaged: ${faults[0]}${more}`, todo);
  }
  const known = `form ${form}, ${records} records`;
  if (everyPage) return ok('database', `whole, ${known}`);
  const size = Math.round(bytes / 1e6);
  const rest = 'not every page was read: `tallywell backup` reads them all';
  return ok('database', `its end and its keys are whole, ${known}, ${size} MB; ${rest}`);
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

function recoveryFindings(database: Database, nowS: number): Finding[] {
  const asked = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  const view = recoveryView((name) => asked.get(name) as string | undefined, null);
  const warnings = recoveryWarnings(view, nowS).map((words) =>
    told('warning', 'recovery key', words, 'docs/recovery.md'),
  );
  return warnings.length > 0 ? warnings : [ok('recovery key', `made, ${view.fingerprint}`)];
}

function databaseFindings(config: Config, fullBytes: number): Finding[] {
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
    const integrity = integrityFinding(path, fullBytes);
    if (integrity.level === 'fails') return [integrity, ...keyFindings(config, null)];
    const nowS = Math.floor(Date.now() / 1000);
    return [
      integrity,
      ...keyFindings(config, database),
      ...recoveryFindings(database, nowS),
      ...accountFindings(database, config),
      ...siteFindings(database, nowS),
    ];
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    const mayNot = code === 'SQLITE_CANTOPEN' || code === 'SQLITE_READONLY';
    const todo = mayNot ? 'run this with sudo' : 'stop the gateway, then: tallywell repair';
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

/** Everything that lies in files but backups. @param fullBytes largest database that is read to its last page, bytes */
export function dataFindings(config: Config, fullBytes = DOCTOR_DATABASE_BYTES): Finding[] {
  return [
    ...folderFindings(config.data),
    ...databaseFindings(config, fullBytes),
    ...registerFindings(config),
  ];
}
