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
import { progressLine } from './progress';

interface MakeFlags {
  data?: string;
  to?: string[];
  keep: number;
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

/** Where to: what was asked for, or the folder in DATA and every stick. */
function placesOf(flags: MakeFlags, dataDir: string): { folder: string; otherDisk: boolean }[] {
  if (flags.to !== undefined)
    return flags.to.map((folder) => ({ folder, otherDisk: flags.otherDisk === true }));
  const sticks = flags.usb ? mountedSticks(dataDir) : [];
  return [
    { folder: join(dataDir, 'backup'), otherDisk: false },
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
  const dataDir = flags.data as string;
  if (!existsSync(join(dataDir, 'gateway.sqlite')))
    throw new Error(`${join(dataDir, 'gateway.sqlite')} is not there`);
  const time = timeOf(flags, dataDir);
  const line = progressLine();
  const made: MadeBackup[] = [];
  const failed: Failure[] = [];
  for (const { folder, otherDisk } of placesOf(flags, dataDir)) {
    try {
      const order = { dataDir, folder, otherDisk, keep: flags.keep, withKey: flags.key };
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

interface ListFlags {
  data?: string;
  json?: boolean;
}

function list(folders: string[], flags: ListFlags): void {
  const places =
    folders.length > 0
      ? folders
      : [
          ...(flags.data === undefined ? [] : [join(flags.data, 'backup')]),
          ...mountedSticks(flags.data ?? '/').map(({ folder }) => join(folder, 'tallywell')),
        ];
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
    .description('Copy the database while the gateway runs, and prove the copy by reading it back.')
    .option('--data <dir>', 'folder of the gateway’s database and key')
    .option('--to <dir...>', 'where to; else DATA/backup and every stick that is mounted')
    .option('--keep <count>', 'backups kept at each place', keepCount, BACKUP_KEEP)
    .option('--no-key', 'leave out the gateway’s key')
    .option('--no-usb', 'not to sticks')
    .option('--other-disk', 'refuse a folder on the disk of the database or the system')
    .option('--time <iso>', 'the time now, when this machine does not know it')
    .option('--clock-state <state>', 'how sure that time is: trusted or held', 'held')
    .option('--hours-run <hours>', 'hours that the gateway ran in all (it says so itself)', Number)
    .option('--json', 'answer as one line of JSON')
    .action((flags: MakeFlags) => {
      if (flags.data === undefined)
        verb.error("error: required option '--data <dir>' not specified");
      return run(() => make(flags));
    });
  verb
    .command('list')
    .description('The backups in folders; else in DATA/backup and on sticks.')
    .argument('[folders...]', 'folders to look into')
    .option('--data <dir>', 'folder of the gateway')
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
