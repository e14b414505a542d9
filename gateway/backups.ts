/*
 * backups.ts: makes a backup of a gateway's database while it runs, proves it by reading it back, and gives up old ones.
 * Way: DIR/gateway.sqlite -> FOLDER/tallywell-POD-TIME.sqlite, with NAME.json (what it is) and NAME.key (the gateway's key).
 * Nothing has its final name before it was checked and synced. Described in docs/backup.md.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { toHex } from '../shared/bytes';
import { type Checked, checkDatabase } from './checking';
import {
  backupName,
  inOrder,
  isBackupName,
  type Kept,
  type LastBackup,
  type Manifest,
  toGiveUp,
} from './core/backup-name';
import {
  ownLike,
  renameDurably,
  setMode,
  sha256OfFile,
  syncPath,
  writeDurably,
} from './edges/durable';
import { loadGatewayKey } from './edges/key';
import { bytesOfDatabase, copyDatabase, makeSingleFile } from './edges/store/copy';
import { openFacts } from './edges/store/facts';
import { takeLock } from './edges/store/lock';
import { BACKUP_SPARE_BYTES } from './limits/backup';

const ANY_BACKUP = /^tallywell-([A-Za-z0-9_-]+)-(?:\d{8}T\d{4}Z(?:-\d+)?|n\d{6})\.sqlite$/;
const MANIFEST_BYTES_MAX = 65_536;
/** Name of a backup that is being made. */
const PART = 'tallywell-new.part';

/** Fact of the database: hours that the gateway ran in all. */
export const META_HOURS_RUN = 'hours_run';

/** Why no backup was made, in words for people. */
export class BackupError extends Error {
  /** place: the folder's fault. database: the database itself is not whole. busy: another one is being made. */
  constructor(
    readonly kind: 'place' | 'database' | 'busy',
    words: string,
  ) {
    super(words);
  }
}

/** What is to be done. */
export interface BackupOrder {
  dataDir: string;
  /** Where to; made when it is not there. */
  folder: string;
  /** Backups kept there, this one included. */
  keep: number;
  /** With the gateway's key. */
  withKey: boolean;
  /** Refuse a folder that lies on the disk of the data or of the system: a stick that is not there. */
  otherDisk: boolean;
  /** The time now, Unix ms; null = not known. */
  timeMs: number | null;
  clock: Manifest['clock'];
  /** Hours that the gateway ran in all, when the caller knows better than the database. */
  hoursRun?: number;
  /** Version of Tallywell. */
  program: string;
  progress(what: string, share: number): void;
}

/** A backup that was made. */
export interface MadeBackup {
  file: string;
  place: 'card' | 'stick';
  manifest: Manifest;
  checked: Checked;
  /** Names of backups that were given up for it. */
  givenUp: string[];
}

/** A backup in a folder. */
export interface FoundBackup extends Kept {
  file: string;
  pod: string;
  bytes: number;
  hasKey: boolean;
  /** null = missing or not readable. */
  manifest: Manifest | null;
}

/** A backup's manifest; null = missing or not readable. */
export function manifestOf(file: string): Manifest | null {
  const path = file.replace(/\.sqlite$/, '.json');
  try {
    if (statSync(path).size > MANIFEST_BYTES_MAX) return null;
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    const { sha256, number, records } = manifest;
    const isGood = /^[0-9a-f]{64}$/.test(sha256) && [number, records].every(Number.isSafeInteger);
    return isGood ? manifest : null;
  } catch {
    return null;
  }
}

/** The backups in a folder, oldest first; none where there is no such folder. Throws: what the file system throws. */
export function backupsIn(folder: string): FoundBackup[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => {
    const pod = ANY_BACKUP.exec(name)?.[1];
    if (pod === undefined) return [];
    const file = join(folder, name);
    const manifest = manifestOf(file);
    const hasKey = existsSync(file.replace(/\.sqlite$/, '.key'));
    const { size: bytes } = statSync(file);
    return [{ name, file, pod, bytes, hasKey, manifest, number: manifest?.number ?? 0 }];
  });
  return inOrder(found);
}

/** Takes a backup and what lies beside it away. */
function removeBackup({ file }: FoundBackup): void {
  for (const suffix of ['.key', '.sqlite', '.json'])
    rmSync(file.replace(/\.sqlite$/, suffix), { force: true });
}

function removeParts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^tallywell-.*\.part(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name));
  }
}

/** What a person is told when a folder does not take a backup. Errors that are not about the folder stay as they are. */
function wordsFor(error: unknown, folder: string): unknown {
  if (error instanceof BackupError) return error;
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const is = (...codes: string[]) => codes.some((one) => code.startsWith(one));
  const place = (words: string) => new BackupError('place', `${folder}: ${words}`);
  if (is('ENOSPC', 'SQLITE_FULL', 'EDQUOT')) return place('is full');
  if (is('EFBIG')) return place('takes no file of this size (FAT takes up to 4 GB)');
  if (is('EROFS', 'SQLITE_READONLY'))
    return place('is read-only: is the stick locked, or damaged?');
  if (is('EACCES', 'EPERM')) return place('may not be written by this user');
  if (
    is('ENOENT', 'ENODEV', 'ENXIO', 'EIO', 'ESTALE', 'ENOTDIR', 'SQLITE_IOERR', 'SQLITE_CANTOPEN')
  )
    return place(`was pulled out, or fails (${code})`);
  return error;
}

/** The nearest folder above that is there. */
function existing(folder: string): string {
  let above = resolve(folder);
  while (!existsSync(above)) above = dirname(above);
  return above;
}

/** Makes the folder. @returns a function that throws when its disk is no longer there. */
function preparePlace(order: BackupOrder): { guard(): void; place: 'card' | 'stick' } {
  const { folder, dataDir, otherDisk } = order;
  const deviceOf = (path: string) => statSync(path).dev;
  const device = deviceOf(existing(folder));
  const own = [deviceOf('/'), deviceOf(dataDir)];
  if (otherDisk && own.includes(device)) {
    throw new BackupError('place', `${folder}: no stick is mounted there; nothing was written`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  ownLike(folder, dataDir);
  removeParts(folder);
  // A disk that is read-only says so here, and not in a riddle of SQLite's.
  closeSync(openSync(join(folder, PART), 'w', 0o600));
  rmSync(join(folder, PART));
  const guard = () => {
    if (deviceOf(existing(folder)) !== device || !existsSync(folder)) {
      throw new BackupError('place', `${folder}: was pulled out`);
    }
  };
  return { guard, place: device === deviceOf(dataDir) ? 'card' : 'stick' };
}

/** Gives up the oldest until there is room, but never the newest. @returns names given up. */
function makeRoom(order: BackupOrder, bytes: number, place: 'card' | 'stick'): string[] {
  const { folder } = order;
  const needed = bytes + (place === 'card' ? BACKUP_SPARE_BYTES : 1 << 20);
  const free = () => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  const old = backupsIn(folder).filter(({ pod }) => pod === podOf(order.dataDir));
  const givenUp: string[] = [];
  while (free() < needed && old.length > 1) {
    const oldest = old.shift() as FoundBackup;
    removeBackup(oldest);
    givenUp.push(oldest.name);
  }
  if (free() >= needed) return givenUp;
  const mb = (count: number) => Math.ceil(count / 1e6);
  throw new BackupError(
    'place',
    `${folder}: is full: ${mb(needed)} MB are needed, ${mb(free())} MB are free`,
  );
}

function podOf(dataDir: string): string {
  const facts = openFacts(join(dataDir, 'gateway.sqlite'));
  try {
    return String(facts.read('pod') ?? 'pod');
  } finally {
    facts.close();
  }
}

/** The key's file as text; null where it is not wanted. Throws: BackupError when it is not this database's. */
function keyText(order: BackupOrder, publicKey: string | null): string | null {
  const path = join(order.dataDir, 'gateway.key');
  if (!order.withKey || publicKey === null) return null;
  if (toHex(loadGatewayKey(path, false).publicKey) !== publicKey) {
    throw new BackupError('database', `${path} is not the key of this database`);
  }
  return readFileSync(path, 'utf8');
}

/** Copies and proves. @returns the manifest but its number. */
async function copyAndCheck(order: BackupOrder, part: string) {
  const source = join(order.dataDir, 'gateway.sqlite');
  const facts = await copyDatabase(source, part, (share) => order.progress('copy', share));
  setMode(part, 0o600);
  makeSingleFile(part);
  syncPath(part);
  const checked = checkDatabase(part, { progress: order.progress });
  const { records, newestId, form } = checked;
  const isSame = records === facts.records && newestId === facts.newestId && form === facts.form;
  const faults = isSame ? checked.faults : [...checked.faults, 'the copy is not what was copied'];
  if (faults.length > 0) {
    throw new BackupError(
      'database',
      `the database is not whole (${faults[0]}): run tallywell repair --data ${order.dataDir}`,
    );
  }
  return { facts, checked, sha256: await sha256OfFile(part), bytes: statSync(part).size };
}

async function makeAt(order: BackupOrder): Promise<MadeBackup> {
  const { folder } = order;
  const { guard, place } = preparePlace(order);
  const room = makeRoom(order, bytesOfDatabase(join(order.dataDir, 'gateway.sqlite')), place);
  const part = join(folder, PART);
  try {
    const { facts, checked, sha256, bytes } = await copyAndCheck(order, part);
    guard();
    const made = order.timeMs === null ? null : new Date(order.timeMs).toISOString();
    const before = backupsIn(folder);
    const pod = facts.pod ?? 'pod';
    const number = Math.max(0, ...before.map((one) => one.number)) + 1;
    const name = backupName(
      pod,
      number,
      made,
      before.map((one) => one.name),
    );
    const base = join(folder, name.replace(/\.sqlite$/, ''));
    const key = keyText(order, facts.publicKey);
    const manifest: Manifest = {
      ...{ pod, publicKey: facts.publicKey, form: facts.form },
      ...{ records: facts.records, newestId: facts.newestId, bytes, sha256, number },
      made,
      ...{ clock: order.clock, hasKey: key !== null, program: order.program },
    };
    if (key !== null) writeDurably(`${base}.key`, key, 0o600);
    guard();
    renameDurably(part, `${base}.sqlite`);
    writeDurably(`${base}.json`, `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
    for (const suffix of key === null ? ['.sqlite', '.json'] : ['.sqlite', '.json', '.key'])
      ownLike(base + suffix, order.dataDir);
    const mine = backupsIn(folder).filter((one) => isBackupName(one.name, pod));
    const old = toGiveUp(mine, order.keep);
    for (const one of old) removeBackup(one);
    const givenUp = [...room, ...old.map((one) => one.name)];
    return { file: `${base}.sqlite`, place, manifest, checked, givenUp };
  } finally {
    if (existsSync(folder)) removeParts(folder);
  }
}

/** The last backup of each place, as DIR/last-backup.json remembers it. */
export type LastBackups = Partial<Record<'card' | 'stick', LastBackup>>;

/** Reads what is remembered; nothing where that is missing or damaged. */
export function lastBackups(dataDir: string): LastBackups {
  try {
    const last = JSON.parse(readFileSync(join(dataDir, 'last-backup.json'), 'utf8')) as LastBackups;
    const isGood = ({ hoursRun, bytes }: LastBackup) => [hoursRun, bytes].every(Number.isFinite);
    return Object.values(last).every(isGood) ? last : {};
  } catch {
    return {};
  }
}

/** Remembers a backup, in a file of its own: the database is the gateway's to write, which may hold it for a minute. */
function noteBackup(order: BackupOrder, made: MadeBackup): void {
  const { dataDir, timeMs } = order;
  const facts = openFacts(join(dataDir, 'gateway.sqlite'));
  const hoursRun = order.hoursRun ?? Number(facts.read(META_HOURS_RUN) ?? 0);
  facts.close();
  const last: LastBackup = {
    madeS: timeMs === null ? null : Math.floor(timeMs / 1000),
    ...{ hoursRun, file: made.file },
    ...{ records: made.manifest.records, bytes: made.manifest.bytes },
  };
  const path = join(dataDir, 'last-backup.json');
  writeDurably(path, `${JSON.stringify({ ...lastBackups(dataDir), [made.place]: last })}\n`, 0o600);
  ownLike(path, join(dataDir, 'gateway.sqlite'));
}

/**
 * Makes a backup and proves it. Changes nothing else on failure, wherever it fails.
 * Rejects: BackupError in words for people; what SQLite throws for a damaged database.
 */
export async function makeBackup(order: BackupOrder): Promise<MadeBackup> {
  const source = join(order.dataDir, 'gateway.sqlite');
  if (!existsSync(source)) throw new BackupError('database', `${source} is not there`);
  const lock = takeLock(join(order.dataDir, 'backup.lock'));
  if (lock === null) throw new BackupError('busy', 'another backup is being made just now');
  try {
    const made = await makeAt(order);
    noteBackup(order, made);
    return made;
  } catch (error) {
    throw wordsFor(error, order.folder);
  } finally {
    lock.release();
  }
}

/** A backup that was looked at. */
export interface VerifiedBackup {
  manifest: Manifest | null;
  hasKey: boolean;
  checked: Checked;
  /** What is wrong, in words; empty = it can be restored. */
  faults: string[];
}

/** Proves a backup by reading all of it. Changes nothing. Rejects: when it is not there or cannot be read. */
export async function verifyBackup(
  file: string,
  progress: (what: string, share: number) => void,
): Promise<VerifiedBackup> {
  const manifest = manifestOf(file);
  progress('checksum', 0);
  const isSame = manifest === null || (await sha256OfFile(file)) === manifest.sha256;
  const checked = checkDatabase(file, { progress });
  const faults = isSame
    ? checked.faults
    : ['its bytes changed since it was made', ...checked.faults];
  return { manifest, hasKey: existsSync(file.replace(/\.sqlite$/, '.key')), checked, faults };
}
