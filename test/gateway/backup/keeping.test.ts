/*
 * When the gateway makes backups by itself: with a real gateway in this process and the real verb in a process of its own;
 * which mounts count as sticks; and when a copy is due, with and without a clock.
 */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createBackupKeeping } from '../../../gateway/backup-keeping';
import { backupsIn, makeBackup } from '../../../gateway/backups';
import { cardHours, isDue, type LastBackup } from '../../../gateway/core/backup-name';
import { mountsIn, sticksAmong } from '../../../gateway/core/mounts';
import { parentClock } from '../../../gateway/edges/clock';
import { startGateway } from '../../../gateway/gateway';
import { packageFolder } from '../../../scripts/village/options';
import { testFolder, until } from '../support/places';
import { madeFolder } from './kit';

const PROGRAM = join(packageFolder(), 'dist/tallywell.js');
const HOUR_MS = 3_600_000;

/** A Pi with its card (mmcblk0), a stick (sda), a second partition of the card, and things that are no disks. */
const MOUNTINFO = `24 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw
30 24 0:25 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,size=100k
41 24 179:1 / /boot/firmware rw shared:9 - vfat /dev/mmcblk0p1 rw
55 24 8:1 / /media/pi/STICK\\040ONE rw,nosuid - vfat /dev/sda1 rw,uid=1000
56 24 179:3 / /mnt/second rw - ext4 /dev/mmcblk0p3 rw
57 24 8:17 / /mnt/locked ro - exfat /dev/sdb1 rw
58 24 0:40 / /mnt/share rw - nfs4 server:/share rw
59 24 8:33 / /home/disk rw - ext4 /dev/sdc1 rw
60 24 8:49 / /mnt/under rw - ext4 /dev/sdd1 rw
61 60 0:41 / /mnt/under rw - tmpfs tmpfs rw
this line is none
`;
const DISKS: Record<string, string> = {
  ...{ '179:1': 'mmcblk0', '179:2': 'mmcblk0', '179:3': 'mmcblk0' },
  ...{ '8:1': 'sda', '8:17': 'sdb', '8:33': 'sdc', '8:49': 'sdd' },
};

test('sticks are other disks below /media, /run/media and /mnt, and nothing else', () => {
  const sticks = sticksAmong(
    mountsIn(MOUNTINFO),
    '/var/lib/tallywell',
    (one) => DISKS[one] ?? null,
  );
  expect(sticks.map(({ folder, isReadOnly }) => [folder, isReadOnly])).toEqual([
    ['/media/pi/STICK ONE', false],
    ['/mnt/locked', true],
  ]);
  // The data itself lies on the stick: then that is no other disk.
  const own = sticksAmong(
    mountsIn(MOUNTINFO),
    '/media/pi/STICK ONE/data',
    (one) => DISKS[one] ?? null,
  );
  expect(own.map(({ folder }) => folder)).toEqual(['/mnt/locked']);
});

test('when a copy is due: by the clock or by hours run, and large ones seldom on the card', () => {
  const last = (other: Partial<LastBackup>): LastBackup => ({
    ...{ madeS: 1_800_000_000, hoursRun: 100, file: 'x', records: 1, bytes: 1_000_000, ...other },
  });
  const day = 1_800_000_000 + 86_400;
  expect(isDue('stick', null, 0, null)).toBe(true);
  expect([isDue('card', null, 0, null), isDue('card', null, 1, null)]).toEqual([false, true]);
  // Runs six hours a day: the clock says a day.
  expect([isDue('stick', last({}), 106, day), isDue('stick', last({}), 106, day - 60)]).toEqual([
    true,
    false,
  ]);
  // No clock: hours that it ran.
  expect([isDue('stick', last({}), 123, null), isDue('stick', last({}), 124, null)]).toEqual([
    false,
    true,
  ]);
  expect(isDue('stick', last({ madeS: null }), 124, day)).toBe(true);
  expect([1e6, 16e6, 160e6, 1.3e9].map(cardHours)).toEqual([24, 24, 240, 720]);
  expect(isDue('card', last({ bytes: 160_000_000 }), 110, day)).toBe(false);
});

test('a stick that is put in gets a backup at once; the status tells it; one at a time; then a day of quiet', async () => {
  const [folder, stick] = [testFolder(), testFolder()];
  const store = madeFolder(folder, 20);
  onTestFinished(() => store.close());
  const clock = parentClock();
  const startMs = Date.UTC(2026, 10, 28);
  clock.set(startMs);
  const log: string[] = [];
  const mount = { id: 7, device: '8:1', folder: stick, source: '/dev/sda1', isReadOnly: false };
  let mounted = [{ ...mount, id: 6, isReadOnly: true }];
  const options = { dataDir: folder, radios: [], backup: { program: PROGRAM, keep: 2 } };
  const keeping = createBackupKeeping(options, {
    ...{ store, clock, log: (line: string) => void log.push(line), sticks: () => mounted },
  });
  onTestFinished(() => keeping.stop());
  keeping.tick();
  expect(keeping.view()).toMatchObject({ card: null, stick: null, running: false });
  mounted = [mount];
  keeping.tick();
  keeping.tick();
  expect(keeping.view()?.running).toBe(true);
  await until(() => keeping.view()?.running === false);
  // That folder lies on the disk of the data, so it is no stick: refused, told, and tried again only after an hour.
  expect(log.join()).toContain('no stick is mounted there');
  expect(backupsIn(join(stick, 'tallywell'))).toEqual([]);
  expect(keeping.view()?.failed[0]).toContain('nothing was written');
  mounted = [];
  clock.set(startMs + HOUR_MS);
  keeping.tick();
  expect(keeping.view()?.running).toBe(true);
  await until(() => keeping.view()?.running === false);
  const view = keeping.view();
  expect(view?.card).toMatchObject({ made: (startMs + HOUR_MS) / 1000, hours: 0, records: 40 });
  keeping.tick();
  expect(keeping.view()?.running).toBe(false);
});

test('a running gateway tells a backup that somebody makes beside it, and what is wrong without one', async () => {
  const folder = testFolder();
  madeFolder(folder, 20).close();
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 },
    ...{ log: () => {}, backup: { program: PROGRAM, usb: false } },
  });
  onTestFinished(() => gateway.stop());
  expect(gateway.status().backup).toMatchObject({ card: null, stick: null, damage: null });
  expect(gateway.status().warnings.join()).toContain('no backup outside this computer');
  await makeBackup({
    ...{ dataDir: folder, folder: join(folder, 'backup'), keep: 3, withKey: true },
    ...{ otherDisk: false, timeMs: null, clock: 'unknown', program: 'test', progress() {} },
  });
  expect(gateway.status().backup?.card).toMatchObject({ made: null, records: 40 });
});
