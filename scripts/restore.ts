/*
 * restore.ts: the verbs `tallywell restore` and `tallywell repair`: only while no gateway runs on the folder.
 * Way: command line -> gateway/restoring.ts, gateway/repairing.ts. Described in docs/backup.md.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { mountedSticks } from '../gateway/edges/sticks';
import { repairDatabase, repairWords } from '../gateway/repairing';
import { type Restored, restoreBackup } from '../gateway/restoring';
import { addDataFlags, type DataFlags, dataFolderOf } from './data-folder';
import { progressLine } from './progress';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface RestoreFlags extends DataFlags {
  replace?: boolean;
  json?: boolean;
}

function restoredWords({ file, verified, aside, key, bulletinSequence }: Restored): string[] {
  const { checked, manifest } = verified;
  const made = manifest?.made ?? 'a time that is not known';
  const keyWords = {
    restored: 'the gateway’s key was put back with it',
    kept: 'the gateway’s key in the folder is the right one',
    missing:
      'the gateway’s key is not in this backup: put gateway.key into the folder, or run tallywell recovery-key new-gateway',
  };
  return [
    `${file} is restored: ${checked.records} records of pod ${checked.pod ?? '(none yet)'}, made ${made}`,
    keyWords[key],
    bulletinSequence > 0
      ? `bulletins go on above number ${bulletinSequence}, so that nodes believe them`
      : 'no bulletin had been sent: set the clock when the gateway runs (tallywell clock set)',
    ...(aside === null ? [] : [`the old files are in ${aside}; delete them when all is well`]),
    'Start the gateway. Nodes send again what they still keep.',
  ];
}

async function restore(backup: string, flags: RestoreFlags): Promise<void> {
  const { data: dataDir } = dataFolderOf(flags);
  const line = progressLine();
  try {
    const done = await restoreBackup({
      ...{ backup, dataDir, replace: flags.replace === true, progress: line.show },
    });
    line.end();
    if (!flags.json) return restoredWords(done).forEach(say);
    const { file, aside, key, bulletinSequence, verified } = done;
    const { records, pod } = verified.checked;
    say(JSON.stringify({ file, records, pod, key, aside, bulletinSequence }));
  } finally {
    line.end();
  }
}

interface RepairFlags extends DataFlags {
  backup?: string[];
  register?: string;
  usb: boolean;
  force?: boolean;
  json?: boolean;
}

async function repair(flags: RepairFlags): Promise<void> {
  const { data: dataDir, config } = dataFolderOf(flags);
  const line = progressLine();
  const sticks = flags.usb ? mountedSticks(dataDir) : [];
  const backups = flags.backup ?? [
    config?.backup.folder ?? join(dataDir, 'backup'),
    ...sticks.map(({ folder }) => join(folder, 'tallywell')),
  ];
  try {
    const done = await repairDatabase({
      ...{ dataDir, backups, registerFile: flags.register ?? config?.register },
      ...{ force: flags.force === true, progress: line.show },
    });
    line.end();
    if (flags.json) say(JSON.stringify({ ...done, words: repairWords(done) }));
    else repairWords(done).forEach(say);
  } finally {
    line.end();
  }
}

async function run(verb: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    process.stderr.write(`${verb}: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** Adds the verbs `restore` and `repair` to the program. */
export function registerRestoreCommands(program: Command): void {
  const restoring = program
    .command('restore')
    .description('Put a backup in place: proven first, and nothing there is deleted.')
    .argument('<backup>', 'its .sqlite file, or a folder: then the newest in it');
  addDataFlags(restoring)
    .option('--replace', 'move the database that is there aside')
    .option('--json', 'answer as one line of JSON')
    .action((backup: string, flags: RestoreFlags) => run('restore', restore(backup, flags)));
  const repairing = program
    .command('repair')
    .description('Mend a damaged database: save what can be read, fill in from the newest backup.');
  addDataFlags(repairing)
    .option(
      '--backup <path...>',
      'backups or folders of them; else those of the configuration, and sticks',
    )
    .option('--no-usb', 'do not look on sticks')
    .option('--register <file>', 'sites and nodes (JSON), where the register is lost too')
    .option('--force', 'make a new database even of one that seems whole')
    .option('--json', 'answer as one line of JSON')
    .action((flags: RepairFlags) => run('repair', repair(flags)));
}
