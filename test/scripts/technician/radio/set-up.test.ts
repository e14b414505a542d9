/*
 * The acts at a radio, against the virtual radio behind a real TCP port and a real pseudo terminal: everything that can go wrong has
 * its own trouble, and undo brings the settings back.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { radioProblems, radioWarnings } from '../../../../gateway/core/radio-checks';
import type { AdminFaults } from '../../../../hardware/virtual/radio-admin';
import { openRadioLink } from '../../../../scripts/technician/radio/link';
import { setUpRadio, undoRadio } from '../../../../scripts/technician/radio/set-up';
import type { RadioSettings } from '../../../../scripts/technician/radio/settings';
import { Trouble } from '../../../../scripts/technician/trouble';
import { hasPython } from '../../../gateway/support/pty';
import { CHANNEL_KEY, testDoors } from './bench-in-memory';
import { readInfo } from './read-info';
import { radioOnPty, radioOnTcp } from './virtual-radio';

const AT_GATEWAY = { role: 'gateway', site: null } as const;
const AT_SITE = { role: 'site', site: 'Well 7', board: 'rak4631' } as const;

async function settingsAt(port: string): Promise<RadioSettings> {
  const link = await openRadioLink(port);
  link.close();
  return link.settings;
}

/** Everything but what the radio makes itself: its key pair, and what it works out of the preset. */
function comparable(settings: RadioSettings): unknown {
  const sections = (all: Map<string, object>) =>
    Object.fromEntries(
      [...all].map(([name, told]) => {
        const { privateKey, publicKey, spreadFactor, codingRate, ...rest } = told as Record<
          string,
          unknown
        >;
        return [name, { ...rest, $unknown: undefined }];
      }),
    );
  const { owner, configs, modules, channels } = settings;
  return {
    names: [owner?.longName, owner?.shortName],
    configs: sections(configs),
    modules: sections(modules),
    channels: [...channels],
  };
}

async function troubleOf(work: Promise<unknown>): Promise<Trouble> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Trouble);
  return error as Trouble;
}

test('a new radio over TCP becomes what the gateway wants: no problem, no warning', async () => {
  const { port } = await radioOnTcp();
  const before = await readInfo(port);
  expect(radioProblems(before, 'serial')).not.toEqual([]);
  const doors = testDoors();
  const result = await setUpRadio(doors, { port, ...AT_GATEWAY });
  expect(result).toMatchObject({ device: '!a1b2c3d4', isChanged: true, hardware: 'RAK4631' });
  const info = await readInfo(port);
  expect(radioProblems(info, 'serial')).toEqual([]);
  expect(radioWarnings(info, 'serial')).toEqual([]);
  expect(doors.steps).toEqual(['radio-open', 'radio-write', 'radio-restart', 'radio-compare']);
  expect(doors.notes).toEqual([]);
  expect(doors.log).toMatchObject([{ act: 'radio', device: '!a1b2c3d4', outcome: 'done' }]);
});

test('again: nothing is written, nothing saved', async () => {
  const { port } = await radioOnTcp();
  const doors = testDoors();
  await setUpRadio(doors, { port, ...AT_GATEWAY });
  const again = await setUpRadio(doors, { port, ...AT_GATEWAY });
  expect(again).toMatchObject({ isChanged: false, differences: [] });
  expect(doors.saved).toHaveLength(1);
  expect(doors.notes).toEqual(['radio-right']);
});

test('a dry run tells the differences without secrets, and changes nothing', async () => {
  const { port } = await radioOnTcp();
  const before = comparable(await settingsAt(port));
  const doors = testDoors({ isDryRun: true });
  const { differences, isChanged } = await setUpRadio(doors, { port, ...AT_GATEWAY });
  expect(isChanged).toBe(false);
  const settings = differences.map(({ setting }) => setting);
  expect(settings).toEqual(
    expect.arrayContaining(['lora.region', 'bluetooth.enabled', 'channel 0.psk', 'owner.longName']),
  );
  expect(differences.find(({ setting }) => setting === 'channel 0.psk')).toMatchObject({
    from: '…',
    to: '…',
  });
  expect(doors.log).toEqual([]);
  expect(doors.saved).toEqual([]);
  expect(comparable(await settingsAt(port))).toEqual(before);
});

test('a radio of a site on a pseudo terminal: Serial module, pins, speed; then undo, with its key pair kept', async ({
  skip,
}) => {
  if (!hasPython()) return skip();
  const { port } = await radioOnPty();
  const before = await settingsAt(port);
  const doors = testDoors();
  await setUpRadio(doors, { port, ...AT_SITE });
  const set = await settingsAt(port);
  expect(set.modules.get('serial')).toMatchObject({
    enabled: true,
    mode: 2,
    rxd: 15,
    txd: 16,
    baud: 11,
    overrideConsoleSerialPort: false,
  });
  expect(set.owner).toMatchObject({ longName: 'Well 7', shortName: 'c3d4' });
  const key = set.configs.get('security')?.privateKey;
  expect(key).toHaveLength(32);
  await undoRadio(doors, { port });
  const after = await settingsAt(port);
  expect(comparable(after)).toEqual(comparable(before));
  expect(after.configs.get('security')?.privateKey).toEqual(key);
  expect(doors.log.map(({ act, outcome }) => [act, outcome])).toEqual([
    ['radio', 'done'],
    ['undo', 'done'],
  ]);
  expect((await troubleOf(undoRadio(doors, { port }))).code).toBe('nothing-to-undo');
});

test('keys are in no log and no result; what is saved holds no private key', async () => {
  const { port } = await radioOnTcp();
  const doors = testDoors();
  const result = await setUpRadio(doors, { port, ...AT_GATEWAY });
  const { configs } = await settingsAt(port);
  const secrets = [CHANNEL_KEY, configs.get('security')?.privateKey as Uint8Array];
  await setUpRadio(doors, { port, ...AT_GATEWAY, longName: 'Other' });
  for (const secret of secrets) {
    for (const spelling of ['hex', 'base64'] as const) {
      const text = Buffer.from(secret).toString(spelling);
      expect(JSON.stringify([result, doors.log, doors.notes])).not.toContain(text);
    }
  }
  const bytes = Buffer.from(secrets[1]);
  const saved = Object.values((doors.saved[1].radio as { configs: object }).configs).map((text) =>
    Buffer.from(text as string, 'base64'),
  );
  expect(saved.length).toBeGreaterThan(7);
  expect(saved.some((section) => section.includes(bytes))).toBe(false);
});

const FAULTS: [string, AdminFaults, string, object][] = [
  ['refuses a setting', { refuses: 'config.6' }, 'radio-refused', { setting: 'lora' }],
  [
    'forgets a setting',
    { forgets: 'config.7' },
    'radio-differs',
    { settings: 'bluetooth.enabled' },
  ],
  ['keeps no region', { forgets: 'config.6' }, 'region-unset', {}],
];

test.each(FAULTS)('a radio that %s', async (_what, adminFaults, code, details) => {
  const { port } = await radioOnTcp({ adminFaults });
  const doors = testDoors();
  const options = { port, ...AT_GATEWAY };
  const trouble = await troubleOf(setUpRadio(doors, options));
  expect(trouble.code).toBe(code);
  expect(trouble.details).toMatchObject(details);
  expect(doors.log).toMatchObject([{ act: 'radio', outcome: 'failed', trouble: code }]);
  expect(doors.saved).toHaveLength(1);
});

test('a key with hash 0 is refused before the radio is touched', async () => {
  const { port } = await radioOnTcp();
  const doors = testDoors({ key: new Uint8Array(32).map((_, index) => index) });
  const trouble = await troubleOf(setUpRadio(doors, { port, ...AT_GATEWAY }));
  expect(trouble.code).toBe('zero-hash');
  expect(doors.saved).toEqual([]);
});

test('a region that is none, a board of which the pins are not known', async () => {
  const { port } = await radioOnTcp();
  const region = await troubleOf(setUpRadio(testDoors(), { port, ...AT_GATEWAY, region: 'MARS' }));
  expect(region.code).toBe('region-unset');
  const board = await troubleOf(setUpRadio(testDoors(), { port, ...AT_SITE, board: 'toaster' }));
  expect(board.code).toBe('wrong-board');
});

test('nobody at the port, no port', async () => {
  const silent = await troubleOf(
    setUpRadio(testDoors(), { port: 'tcp://127.0.0.1:1', ...AT_GATEWAY }),
  );
  expect(silent.code).toBe('radio-silent');
  const none = await troubleOf(
    setUpRadio(testDoors(), { port: '/dev/no-such-port', ...AT_GATEWAY }),
  );
  expect(none.code).toBe('no-port');
});

test('the words of every step and note are there', () => {
  for (const language of ['en', 'fr']) {
    const file = new URL(`../../../../shared/locales/${language}/technician.json`, import.meta.url);
    const { step, note } = JSON.parse(readFileSync(file, 'utf8'));
    expect(Object.keys(step)).toEqual(
      expect.arrayContaining(['radio-open', 'radio-write', 'radio-restart', 'radio-compare']),
    );
    expect(Object.keys(note)).toEqual(
      expect.arrayContaining(['radio-right', 'radio-firmware', 'radio-other-number']),
    );
  }
});
