/*
 * Backups: of a database that is written meanwhile, to folders that are full, read-only, gone or on the wrong disk; how many
 * are kept; and restore. The verbs run as processes, also beside a real gateway.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  type BackupOrder,
  backupsIn,
  lastBackups,
  makeBackup,
  verifyBackup,
} from '../../../gateway/backups';
import {
  lastSequenceAfterRestore,
  nextBulletinSequence,
} from '../../../gateway/core/bulletin-sequence';
import { copyDatabase } from '../../../gateway/edges/store/copy';
import { startGateway } from '../../../gateway/gateway';
import { BULLETIN_RESTORE_LIFT } from '../../../gateway/limits/bulletins';
import { packageFolder } from '../../../scripts/village/options';
import { packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';
import { addRecords, madeFolder, readValue, rowsOf, tallywell } from './kit';

const COUNT = 'SELECT count(*) FROM record';
const TIME = ['--time', '2026-11-28T02:30Z'];

function order(dataDir: string, folder: string, other: Partial<BackupOrder> = {}): BackupOrder {
  return {
    ...{ dataDir, folder, keep: 3, withKey: true, otherDisk: false, progress() {} },
    ...{ timeMs: Date.UTC(2026, 10, 28, 2, 30), clock: 'held', program: 'test', ...other },
  };
}

test('a copy made while records come in is exactly what was committed when it began', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 3, maxLength: 8 }),
      fc.nat(6),
      async (groups, at) => {
        const folder = testFolder();
        const path = join(folder, 'gateway.sqlite');
        const store = madeFolder(folder, 20);
        const states = [rowsOf(path, 'SELECT id, payload FROM record ORDER BY id')];
        let last = 20;
        let copied: Promise<unknown> | null = null;
        for (const [number, size] of groups.entries()) {
          if (number === at % groups.length) {
            // The copy goes on between these commits: it gives way after every part.
            copied = copyDatabase(path, join(folder, 'copy.sqlite'), () => {});
          }
          addRecords(store, last + 1, last + size);
          last += size;
          states.push(rowsOf(path, 'SELECT id, payload FROM record ORDER BY id'));
          await new Promise((resolve) => setImmediate(resolve));
        }
        const facts = (await copied) as { records: number; newestId: number };
        store.close();
        const found = rowsOf(
          join(folder, 'copy.sqlite'),
          'SELECT id, payload FROM record ORDER BY id',
        );
        expect(states.map((rows) => JSON.stringify(rows))).toContain(JSON.stringify(found));
        expect(facts).toMatchObject({ records: found.length, newestId: found.length });
        expect(readValue(join(folder, 'copy.sqlite'), 'PRAGMA integrity_check')).toBe('ok');
      },
    ),
    { numRuns: 6 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1) },
  );
});

test('beside a running gateway that holds a transaction open: backup, verify, list, restore, and it starts', async () => {
  const [folder, made, fresh] = [testFolder(), testFolder(), testFolder()];
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const script = join(packageFolder(), 'dist/tallywell.js');
  const args = ['gateway', '--data', folder, '--radio', radio.url, '--hold-back', '60'];
  const register = registerFile(folder, [1, 2]);
  const ports = ['--http-port', '0', '--mqtt-port', '0', '--no-backup', '--register', register];
  const child = spawn(process.execPath, [script, ...args, ...ports], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await until(() => lines.some((line) => line.includes('radio ready')));
  const node = testNode(1);
  const send = (from: number, to: number) => {
    for (let sequence = from; sequence <= to; sequence += 1)
      radio.hear({ payload: packetOf(node, usage(node, sequence)) });
  };
  // A group of a hundred is committed at once, and some more with the first telling; what follows waits in an open transaction.
  send(1, 150);
  const committed = () => Number(readValue(join(folder, 'gateway.sqlite'), COUNT));
  await until(() => committed() >= 100);
  send(151, 170);
  const backup = tallywell('backup', '--data', folder, '--to', made, '--json', ...TIME);
  await until(() => backupsIn(made).length === 1);
  send(171, 270);
  const told = await backup;
  expect(told.code, told.stderr).toBe(0);
  const [one] = JSON.parse(told.stdout).backups;
  expect(one.manifest).toMatchObject({ pod: 'testpod', hasKey: true });
  const { records } = one.manifest;
  expect(records >= 100 && records <= 170, `${records} records`).toBe(true);
  expect(one.file).toBe(join(made, 'tallywell-testpod-20261128T0230Z.sqlite'));
  expect(readdirSync(made)).toHaveLength(3);
  expect(statSync(one.file.replace('.sqlite', '.key')).mode & 0o777).toBe(0o600);
  await until(() => committed() >= 200);
  const both = await tallywell('restore', made, '--data', folder, '--replace');
  expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('stop it first')]);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('close', resolve));
  expect((await tallywell('backup', 'verify', made)).stdout).toContain(`whole. ${records} records`);
  expect((await tallywell('backup', 'list', made)).stdout).toContain('2026-11-28 02:30');
  const restored = await tallywell('restore', made, '--data', fresh);
  expect(restored.code, restored.stderr).toBe(0);
  expect(readFileSync(join(fresh, 'gateway.key'))).toEqual(
    readFileSync(join(folder, 'gateway.key')),
  );
  const gateway = await startGateway({
    ...{ dataDir: fresh, radios: [radio.url], mqttPort: 0, httpPort: 0, log: () => {} },
  });
  expect(gateway.status().records.stored).toBe(records);
  await gateway.stop();
});

test('names by time or number, oldest given up, nothing of others touched', async () => {
  const [folder, made] = [testFolder(), testFolder()];
  madeFolder(folder, 5).close();
  writeFileSync(join(made, 'tallywell-other-20200101T0000Z.sqlite'), 'not ours');
  writeFileSync(join(made, 'photo.jpg'), 'not ours');
  writeFileSync(join(made, 'tallywell-new.part'), 'left by a power cut');
  const names: string[] = [];
  for (const timeMs of [null, null, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1), null]) {
    const { file } = await makeBackup(order(folder, made, { timeMs }));
    names.push(file.slice(made.length + 1));
  }
  expect(names).toEqual([
    'tallywell-testpod-n000001.sqlite',
    'tallywell-testpod-n000002.sqlite',
    'tallywell-testpod-20260101T0000Z.sqlite',
    'tallywell-testpod-20260101T0000Z-2.sqlite',
    'tallywell-testpod-n000005.sqlite',
  ]);
  const kept = readdirSync(made).filter((name) => name.endsWith('.sqlite'));
  expect(kept.sort()).toEqual([...names.slice(2), 'tallywell-other-20200101T0000Z.sqlite'].sort());
  expect(readdirSync(made)).not.toContain('tallywell-new.part');
  expect(readdirSync(made)).toContain('photo.jpg');
  expect(lastBackups(folder).card).toMatchObject({ records: 10, madeS: null });
});

test('without the key, and a backup that somebody changed', async () => {
  const [folder, made, fresh] = [testFolder(), testFolder(), testFolder()];
  madeFolder(folder, 5).close();
  const told = await tallywell(
    'backup',
    '--data',
    folder,
    '--to',
    made,
    '--no-key',
    '--json',
    ...TIME,
  );
  const { file } = JSON.parse(told.stdout).backups[0];
  expect(readdirSync(made).some((name) => name.endsWith('.key'))).toBe(false);
  const restored = await tallywell('restore', file, '--data', fresh, '--json');
  expect(JSON.parse(restored.stdout)).toMatchObject({ key: 'missing', records: 10 });
  await expect(
    startGateway({ dataDir: fresh, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 }),
  ).rejects.toThrow(/put the file back/);
  chmodSync(file, 0o600);
  appendFileSync(file, 'x');
  expect((await verifyBackup(file, () => {})).faults[0]).toContain('changed since');
  const refused = await tallywell('restore', file, '--data', testFolder());
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('take another')]);
});

test('restore never deletes: --replace moves aside, and the number of the bulletins only rises', async () => {
  const [folder, made] = [testFolder(), testFolder()];
  const store = madeFolder(folder, 5);
  await makeBackup(order(folder, made));
  addRecords(store, 6, 9);
  store.setMeta('bulletin_sequence', 29_500_000);
  store.close();
  const refused = await tallywell('restore', made, '--data', folder);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--replace')]);
  const done = await tallywell('restore', made, '--data', folder, '--replace', '--json');
  const { aside, key, bulletinSequence } = JSON.parse(done.stdout);
  expect([key, bulletinSequence]).toEqual(['kept', 29_500_000 + BULLETIN_RESTORE_LIFT]);
  expect(readValue(join(folder, 'gateway.sqlite'), COUNT)).toBe(10);
  expect(readValue(join(aside, 'gateway.sqlite'), COUNT)).toBe(18);
  expect(statSync(aside).mode & 0o777).toBe(0o700);
});

test('a backup from before the first bulletin: after its restore the clock is the floor, not a lift from nothing', () => {
  const timeMs = Date.UTC(2026, 10, 28);
  // What the gateway may have sent since that backup was made.
  const sent = nextBulletinSequence({ last: 0, isFirst: true, timeMs: timeMs - 3_600_000 });
  const last = lastSequenceAfterRestore(0);
  expect(nextBulletinSequence({ last, isFirst: true, timeMs })).toBeGreaterThan(sent);
});

/** A small file system of its own, for a stick; null where we may not mount. */
function stick(bytes: number): string | null {
  const folder = testFolder();
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  if (done.status !== 0) {
    console.warn('SKIPPED: only root may mount a small file system');
    return null;
  }
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

test('a stick that is full, read-only, too small or not there: told in words, the rest is untouched', async () => {
  const folder = testFolder();
  madeFolder(folder, 300).close();
  const place = stick(1_500_000);
  if (place === null) return;
  const to = join(place, 'tallywell');
  const first = await makeBackup(order(folder, to, { otherDisk: true }));
  expect(first.place).toBe('stick');
  writeFileSync(join(place, 'film.bin'), Buffer.alloc(900_000));
  await expect(makeBackup(order(folder, to, { otherDisk: true }))).rejects.toThrow(/is full/);
  expect(backupsIn(to).map(({ file }) => file)).toEqual([first.file]);
  expect((await verifyBackup(first.file, () => {})).faults).toEqual([]);
  rmSync(join(place, 'film.bin'));
  execFileSync('mount', ['-o', 'remount,ro', place]);
  await expect(makeBackup(order(folder, to, { otherDisk: true }))).rejects.toThrow(/read-only/);
  execFileSync('umount', [place]);
  // The empty folder is still there, on the disk of the system: nothing may be written into it.
  await expect(makeBackup(order(folder, to, { otherDisk: true }))).rejects.toThrow(/no stick/);
  expect(readdirSync(place)).toEqual([]);
});

test('a stick pulled out in the middle: told, nothing is left on the system’s disk, the next backup is good', async () => {
  const folder = testFolder();
  madeFolder(folder, 200).close();
  const place = stick(8_000_000);
  if (place === null) return;
  let pulled = false;
  const progress = (what: string) => {
    if (what !== 'signatures' || pulled) return;
    pulled = true;
    execFileSync('umount', ['-l', place]);
  };
  const to = join(place, 'tallywell');
  await expect(makeBackup(order(folder, to, { otherDisk: true, progress }))).rejects.toThrow(
    /pulled out/,
  );
  expect(existsSync(to)).toBe(false);
  const made = await makeBackup(order(folder, join(folder, 'backup')));
  expect((await verifyBackup(made.file, () => {})).faults).toEqual([]);
});

test('two at a time: the second says so', async () => {
  const folder = testFolder();
  madeFolder(folder, 5).close();
  const both = await Promise.allSettled([
    makeBackup(order(folder, join(folder, 'a'))),
    makeBackup(order(folder, join(folder, 'b'))),
  ]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(String((both[1] as PromiseRejectedResult).reason)).toContain('another backup');
});
