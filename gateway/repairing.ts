/*
 * repairing.ts: mends a gateway's database: makes the sums again from the records, or a new database out of what a damaged
 * one still holds and the newest backup.
 * Way: DIR/gateway.sqlite -> checked -> sums made again in place, or DIR/gateway.sqlite.fresh -> put in place.
 * Described in docs/backup.md.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../shared/bytes';
import { keyIdOf } from '../shared/verify';
import { backupsIn, verifyBackup } from './backups';
import { type Checked, checkDatabase } from './checking';
import { setMode, syncPath } from './edges/durable';
import { loadGatewayKey } from './edges/key';
import { lostDatabaseWords } from './edges/store/facts';
import { MIGRATIONS } from './edges/store/migrations';
import { rebuildRollups } from './edges/store/rollups';
import { type SalvageReport, salvage } from './edges/store/salvage';
import { Sqlite } from './edges/store/sqlite';
import { META_GATEWAY_KEY, openStore } from './edges/store/store';
import { createVerifier } from './edges/verify';
import { freshPath, installDatabase, readyPath, removeFresh, takeFolder } from './installing';
import { registerFile } from './register-file';
import { importWithRegistrations } from './registering';

/** What is to be done. */
export interface RepairOrder {
  dataDir: string;
  /** Backups, or folders of backups, that may fill in what is lost. */
  backups: string[];
  /** Register of sites and nodes, for when that is lost too. */
  registerFile?: string;
  /** Make a new database even of one that seems whole. */
  force: boolean;
  progress(what: string, share: number): void;
}

/** What was done. */
export interface Repaired {
  /** sums: only the sums were made again. salvaged: a new database. finished: a repair or restore that was cut off. */
  outcome: 'sums' | 'salvaged' | 'finished';
  /** What was wrong. */
  faults: string[];
  /** Records in the database now. */
  records: number;
  /** The backup that filled in; null = none was used. */
  backup: string | null;
  report: SalvageReport | null;
  /** Where the damaged files are. */
  aside: string | null;
  /** Is the gateway's key there? */
  key: 'kept' | 'restored' | 'missing';
}

/** Public half of a key file, hex; null = missing or damaged. */
function publicKeyOf(path: string): string | null {
  try {
    return toHex(loadGatewayKey(path, false).publicKey);
  } catch {
    return null;
  }
}

/** The backup that holds most records and is whole. Backups of other gateways are passed over. */
async function bestBackup(order: RepairOrder): Promise<string | null> {
  const ownKey = publicKeyOf(join(order.dataDir, 'gateway.key'));
  const files = order.backups
    .filter(existsSync)
    .flatMap((path) =>
      statSync(path).isDirectory() ? backupsIn(path).map(({ file }) => file) : [path],
    );
  const found: { file: string; checked: Checked }[] = [];
  for (const file of files) {
    order.progress(`looking at ${file}`, 0);
    const { faults, checked } = await verifyBackup(file, () => {});
    const isOwn = ownKey === null || checked.publicKey === null || checked.publicKey === ownKey;
    if (faults.length === 0 && isOwn) found.push({ file, checked });
  }
  found.sort((a, b) => a.checked.records - b.checked.records);
  return found.at(-1)?.file ?? null;
}

/** The backup as a database of the newest form; a copy where it is older. */
function inNewestForm(file: string | null, scratch: string): string | null {
  if (file === null) return null;
  const database = new Sqlite(file, { readonly: true });
  const form = database.pragma('user_version', { simple: true });
  database.close();
  if (form === MIGRATIONS.length) return file;
  copyFileSync(file, scratch);
  openStore(scratch).close();
  return scratch;
}

/** The gateway's key that a database names. */
function publicKeyIn(path: string): string | undefined {
  const database = new Sqlite(path, { readonly: true });
  try {
    const get = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
    return get.get(META_GATEWAY_KEY) as string | undefined;
  } finally {
    database.close();
  }
}

function makeSumsAgain(path: string): void {
  openStore(path).close();
  const database = new Sqlite(path);
  try {
    database.pragma('synchronous = FULL');
    database.transaction(() => rebuildRollups(database)).immediate();
  } finally {
    database.close();
  }
}

/** The key of the new database: the one in the folder, or the one that lies beside the backup. */
function keyFor(dataDir: string, made: string, backup: string | null) {
  const database = new Sqlite(made);
  try {
    const get = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
    const own = publicKeyOf(join(dataDir, 'gateway.key'));
    const known = get.get(META_GATEWAY_KEY) as string | undefined;
    // What the database says may be damaged too. The backup bears witness; without one the key's file is believed.
    const isWitnessed = known !== undefined && backup !== null && publicKeyIn(backup) === known;
    if (own !== null && (own === known || !isWitnessed)) {
      database.prepare('INSERT OR REPLACE INTO meta VALUES (?,?)').run(META_GATEWAY_KEY, own);
      return { key: null, state: 'kept' as const };
    }
    const beside = backup?.replace(/\.sqlite$/, '.key') ?? '';
    if (known !== undefined && publicKeyOf(beside) === known)
      return { key: readFileSync(beside, 'utf8'), state: 'restored' as const };
    return { key: null, state: 'missing' as const };
  } finally {
    database.close();
  }
}

async function makeNew(order: RepairOrder, faults: string[]): Promise<Repaired> {
  const { dataDir, progress } = order;
  const fresh = freshPath(dataDir);
  const scratch = join(dataDir, 'gateway.sqlite.scratch');
  try {
    const backup = await bestBackup(order);
    const report = salvage(fresh, {
      damaged: join(dataDir, 'gateway.sqlite'),
      backup: inNewestForm(backup, scratch),
      ...{ verify: createVerifier(), keyIdOf, progress },
      addRegister(target) {
        if (order.registerFile === undefined) return;
        const store = openStore(target);
        const register = registerFile(order.registerFile).read();
        importWithRegistrations(store, register, Math.floor(Date.now() / 1000));
        store.close();
      },
    });
    const { key, state } = keyFor(dataDir, fresh, backup);
    const checked = checkDatabase(fresh, { progress });
    if (checked.faults.length > 0) {
      throw new Error(`the new database is not whole (${checked.faults[0]}): nothing was changed`);
    }
    setMode(fresh, 0o600);
    syncPath(fresh);
    const aside = installDatabase(dataDir, key, 'damaged');
    const { records } = checked;
    return { outcome: 'salvaged', faults, records, backup, report, aside, key: state };
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal'])
      rmSync(scratch + suffix, { force: true });
    removeFresh(dataDir);
  }
}

function finish(dataDir: string): Repaired {
  const ready = readyPath(dataDir);
  const path = join(dataDir, 'gateway.sqlite');
  const checked = existsSync(ready) ? checkDatabase(ready) : null;
  if (checked === null || checked.faults.length > 0) throw new Error(lostDatabaseWords(path));
  const { key } = keyFor(dataDir, ready, null);
  const aside = installDatabase(dataDir, key, 'damaged');
  const state = publicKeyOf(join(dataDir, 'gateway.key')) === checked.publicKey;
  const { records } = checked;
  const nothing = { faults: [], backup: null, report: null };
  return { outcome: 'finished', ...nothing, records, aside, key: state ? 'kept' : 'missing' };
}

/**
 * Mends the database of a folder that no gateway runs on. What was there is kept aside.
 * Rejects: an Error in words for people; nothing was changed then.
 */
export async function repairDatabase(order: RepairOrder): Promise<Repaired> {
  const { dataDir } = order;
  const path = join(dataDir, 'gateway.sqlite');
  if (!existsSync(dataDir)) throw new Error(`${dataDir} is not there`);
  const lock = takeFolder(dataDir);
  try {
    if (!existsSync(path)) return finish(dataDir);
    const checked = checkDatabase(path, { allSignatures: true, progress: order.progress });
    const isWhole = checked.faults.length === 0 || checked.onlySums;
    if (!isWhole || order.force) return await makeNew(order, checked.faults);
    order.progress('sums', 0);
    makeSumsAgain(path);
    const key = publicKeyOf(join(dataDir, 'gateway.key')) === checked.publicKey;
    return {
      ...{ outcome: 'sums', faults: checked.faults, records: checked.records },
      ...{ backup: null, report: null, aside: null, key: key ? 'kept' : 'missing' },
    };
  } finally {
    lock.release();
  }
}

/** What was done, in words for people. */
export function repairWords(done: Repaired): string[] {
  const words: string[] = [];
  if (done.outcome === 'finished')
    words.push('a repair or restore that was cut off is finished now');
  if (done.outcome === 'sums') {
    const before =
      done.faults.length > 0 ? `They were wrong: ${done.faults[0]}.` : 'They were right.';
    words.push(`the database is whole; the sums were made again from the records. ${before}`);
  }
  const { report } = done;
  if (report !== null) {
    const { kept, found, fromBackup, refused, missing } = report.records;
    words.push(`what was wrong: ${done.faults[0] ?? 'nothing that was found'}`);
    words.push(
      `records: ${kept} are in the new database, ${found} from the damaged file, ${fromBackup} from ` +
        (done.backup ?? 'no backup (none was found)'),
    );
    words.push(
      missing === 0
        ? 'no record is missing in the order of acceptance'
        : `${missing} records are missing. Nodes that still keep them will send them again`,
    );
    if (refused > 0) words.push(`${refused} rows that nobody’s signature proves were left out`);
    for (const { table, state, rows, fromBackup: filled } of report.tables) {
      if (state === 'partly')
        words.push(
          `table ${table}: damaged; ${rows} rows are there now, ${filled} of them from the backup`,
        );
    }
    words.push('the number of the bulletins was lifted, so that nodes believe them');
  }
  if (done.aside !== null)
    words.push(`the old files are in ${done.aside}; delete them when all is well`);
  if (done.key === 'missing') {
    words.push(
      'gateway.key is missing or another one: put the right file there, or run tallywell recovery-key new-gateway',
    );
  }
  return words;
}
