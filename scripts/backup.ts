/*
 * backup.ts: the verbs `tallywell backup`, `backup list`, `backup verify`: also beside a running gateway, which runs this
 * verb itself once a day.
 * Way: command line -> gateway/backups.ts -> folder or stick. Described in docs/backup.md.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import {
  BackupError,
  type BackupOrder,
  backupsIn,
  type FoundBackup,
  type MadeBackup,
  makeBackup,
  verifyBackup,
} from '../gateway/backups';
import { recallClock } from '../gateway/clock-keeping';
import { systemClock } from '../gateway/edges/clock';
import { thisMachine } from '../gateway/edges/machine';
import { mountedSticks } from '../gateway/edges/sticks';
import { openFacts } from '../gateway/edges/store/facts';
import { BACKUP_KEEP, BACKUP_KEEP_MAX } from '../gateway/limits/backup';
import { backupFile } from '../gateway/restoring';
import packageJson from '../package.json';
import { addDataFlags, type DataFlags, type DataFolder, dataFolderOf } from './data-folder';
import { progressLine } from './progress';

interface MakeFlags extends DataFlags {
  to?: string[];
  keep?: number;
  key: boolean;
  usb: boolean;
  otherDisk?: boolean;
  time?: string;
  clockState: BackupOrder['clock'];
  hoursRun?: number;
  json?: boolean;
}

interface Failure {
  folder: string;
  kind: BackupError['kind'];
  words: string;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function keepCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,3}$/.test(text) || count < 1 || count > BACKUP_KEEP_MAX) {
    throw new InvalidArgumentError(`a number from 1 to ${BACKUP_KEEP_MAX}`);
  }
  return count;
}

/** The time: what the caller says, else what this machine can prove. */
function timeOf(flags: MakeFlags, dataDir: string): Pick<BackupOrder, 'timeMs' | 'clock'> {
  if (flags.time !== undefined) {
    const timeMs = Date.parse(flags.time);
    if (Number.isFinite(timeMs)) return { timeMs, clock: flags.clockState };
    throw new Error(`--time ${flags.time}: write it like 2026-11-24T12:30Z`);
  }
  const clock = systemClock(thisMachine());
  const facts = openFacts(join(dataDir, 'gateway.sqlite'));
  recallClock(clock, { meta: facts.read, lastReceivedS: facts.lastReceivedS });
  facts.close();
  const state = clock.state();
  return { timeMs: state === 'unknown' ? null : clock.nowMs(), clock: state };
}

/** Where to: what was asked for, or the gateway's folder of backups and every stick. */
function placesOf(
  flags: MakeFlags,
  { data, config }: DataFolder,
): { folder: string; otherDisk: boolean }[] {
  if (flags.to !== undefined)
    return flags.to.map((folder) => ({ folder, otherDisk: flags.otherDisk === true }));
  const sticks = flags.usb && config?.backup.usb !== false ? mountedSticks(data) : [];
  return [
    { folder: config?.backup.folder ?? join(data, 'backup'), otherDisk: false },
    ...sticks.map(({ folder }) => ({ folder: join(folder, 'tallywell'), otherDisk: true })),
  ];
}

function madeWords({ file, manifest, checked, place, givenUp }: MadeBackup): string {
  const mb = (manifest.bytes / 1e6).toFixed(1);
  const old = givenUp.length > 0 ? `; given up: ${givenUp.join(', ')}` : '';
  const where = place === 'card' ? ' (the same disk as the database: also make one elsewhere)' : '';
  return (
    `${file}: ${manifest.records} records, ${mb} MB, read back and found whole ` +
    `(${checked.signatures} signatures, ${checked.days} days of sums)${where}${old}`
  );
}

async function make(flags: MakeFlags): Promise<void> {
  const place = dataFolderOf(flags);
  const { data: dataDir, config } = place;
  const keep = flags.keep ?? config?.backup.keep ?? BACKUP_KEEP;
  const withKey = flags.key && config?.backup.key !== false;
  if (!existsSync(join(dataDir, 'gateway.sqlite')))
    throw new Error(`${join(dataDir, 'gateway.sqlite')} is not there`);
  const time = timeOf(flags, dataDir);
  const line = progressLine();
  const made: MadeBackup[] = [];
  const failed: Failure[] = [];
  for (const { folder, otherDisk } of placesOf(flags, place)) {
    try {
      const order = { dataDir, folder, otherDisk, keep, withKey };
      const { hoursRun } = flags;
      made.push(
        await makeBackup({
          ...order,
          ...time,
          hoursRun,
          program: packageJson.version,
          progress: (what, share) => line.show(`${folder}: ${what}`, share),
        }),
      );
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      failed.push({ folder, kind: error.kind, words: error.message });
    } finally {
      line.end();
    }
  }
  if (flags.json) {
    const backups = made.map(({ file, place, manifest, givenUp }) => ({
      ...{ file, place, verified: true, givenUp, manifest },
    }));
    say(JSON.stringify({ backups, failed }));
  } else for (const one of made) say(madeWords(one));
  for (const { words } of failed) process.stderr.write(`backup: ${words}\n`);
  if (failed.length > 0) process.exitCode = 1;
}

function listed({ file, manifest, bytes, hasKey }: FoundBackup): string {
  const when = manifest?.made?.slice(0, 16).replace('T', ' ') ?? 'time not known   ';
  const records = manifest === null ? 'no manifest' : `${manifest.records} records`;
  return `${when}  ${records.padStart(16)}  ${(bytes / 1e6).toFixed(1).padStart(8)} MB  ${hasKey ? 'key' : '   '}  ${file}`;
}

interface ListFlags extends DataFlags {
  json?: boolean;
}

/** The gateway's folder, where there is one: sticks are listed without too. */
function folderIfAny(flags: DataFlags): DataFolder | null {
  try {
    return dataFolderOf(flags);
  } catch (error) {
    if (flags.config !== undefined) throw error;
    return null;
  }
}

function list(folders: string[], flags: ListFlags): void {
  const place = folders.length > 0 ? null : folderIfAny(flags);
  const card = place === null ? [] : [place.config?.backup.folder ?? join(place.data, 'backup')];
  const sticks = () =>
    mountedSticks(place?.data ?? '/').map(({ folder }) => join(folder, 'tallywell'));
  const places = folders.length > 0 ? folders : [...card, ...sticks()];
  const found = places.flatMap(backupsIn);
  if (flags.json) {
    say(JSON.stringify({ folders: places, backups: found }));
    return;
  }
  for (const one of found) say(listed(one));
  if (found.length === 0) say(`no backup in ${places.join(', ') || 'any stick that is mounted'}`);
}

async function verify(path: string, flags: { json?: boolean }): Promise<void> {
  const line = progressLine();
  const file = backupFile(path);
  const { manifest, hasKey, checked, faults } = await verifyBackup(file, line.show);
  line.end();
  if (flags.json)
    say(JSON.stringify({ file, whole: faults.length === 0, faults, hasKey, manifest }));
  else if (faults.length === 0) {
    say(`${file}: whole. ${checked.records} records of pod ${checked.pod ?? '(none yet)'}`);
    say(hasKey ? 'the gateway’s key is with it' : 'without the gateway’s key');
    if (manifest === null) say('it has no manifest: its checksum could not be compared');
  }
  for (const fault of faults) process.stderr.write(`backup: ${file}: ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

/** Runs a verb; an error is told in words and ends it with 1. */
async function run(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`backup: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** Adds the verb `backup` to the program. */
export function registerBackupCommand(program: Command): void {
  const verb = program
    .command('backup')
    .description(
      'Copy the database while the gateway runs, and prove the copy by reading it back.',
    );
  addDataFlags(verb)
    .option('--to <dir...>', 'where to; else the configuration’s folder and every mounted stick')
    .option('--keep <count>', `backups kept at each place (default ${BACKUP_KEEP})`, keepCount)
    .option('--no-key', 'leave out the gateway’s key')
    .option('--no-usb', 'not to sticks')
    .option('--other-disk', 'refuse a folder on the disk of the database or the system')
    .option('--time <iso>', 'the time now, when this machine does not know it')
    .option('--clock-state <state>', 'how sure that time is: trusted or held', 'held')
    .option('--hours-run <hours>', 'hours that the gateway ran in all (it says so itself)', Number)
    .option('--json', 'answer as one line of JSON')
    .action((flags: MakeFlags) => run(() => make(flags)));
  const listing = verb
    .command('list')
    .description('The backups in folders; else in the configuration’s folder and on sticks.')
    .argument('[folders...]', 'folders to look into');
  addDataFlags(listing)
    .option('--json', 'answer as one line of JSON')
    .action((folders: string[], _flags, command: Command) =>
      run(() => list(folders, command.optsWithGlobals())),
    );
  verb
    .command('verify')
    .description('Read a whole backup: form, structure, signatures, sums, checksum.')
    .argument('<backup>', 'its .sqlite file, or a folder: then the newest in it')
    .option('--json', 'answer as one line of JSON')
    .action((path: string, _flags, command: Command) =>
      run(() => verify(path, command.optsWithGlobals())),
    );
}
