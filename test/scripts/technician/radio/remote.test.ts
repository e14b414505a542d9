/*
 * `tallywell radio --remote`: a radio in the field set up over the air, through one at a real TCP port. Both are virtual radios that seal
 * and open direct messages as the firmware does (test/hardware/radio/public-keys.test.ts holds that against real frames).
 */
import { expect, test } from 'vitest';
import type { RadioOptions } from '../../../../hardware/virtual/radio-core';
import { adminKeyOf } from '../../../../scripts/technician/radio/admin-radio';
import { openRadioLink } from '../../../../scripts/technician/radio/link';
import { type SetUpOptions, setUpRadio } from '../../../../scripts/technician/radio/set-up';
import type { RadioSettings } from '../../../../scripts/technician/radio/settings';
import { Trouble } from '../../../../scripts/technician/trouble';
import { testDoors } from './bench-in-memory';
import { FIELD, type RemoteScene, remoteScene } from './remote-kit';

const AT_SITE = { role: 'site', site: 'Well 7', board: 'rak4631' } as const;

async function settingsAt(scene: RemoteScene, port: string): Promise<RadioSettings> {
  const opened = scene.endOf(openRadioLink(port)) as ReturnType<typeof openRadioLink>;
  const link = await opened;
  link.close();
  return link.settings;
}

/** Technician's radio and field radio at one bench: the second is told to take orders of the first. */
async function keyedScene(options: Partial<RadioOptions> = {}): Promise<RemoteScene> {
  const scene = await remoteScene(options);
  const adminKey = (await scene.endOf(adminKeyOf(scene.ownPort))) as Uint8Array;
  const set = setUpRadio(testDoors(), { port: scene.fieldPort, ...AT_SITE, adminKey });
  expect(await scene.endOf(set)).toMatchObject({ isChanged: true });
  return scene;
}

async function remotely(scene: RemoteScene, more: Partial<SetUpOptions> = {}) {
  const doors = testDoors();
  const options = { port: scene.ownPort, ...AT_SITE, remote: FIELD, ...more };
  const end = await scene.endOf(setUpRadio(doors, options));
  return { doors, end };
}

function expectTrouble(end: unknown, code: string, details: object = {}): void {
  expect(end).toBeInstanceOf(Trouble);
  expect((end as Trouble).code).toBe(code);
  expect((end as Trouble).details).toMatchObject(details);
}

test('--admin-radio: the key is read at the port, written, read back; keys in hex and base64 are the same', async () => {
  const scene = await keyedScene();
  const own = await settingsAt(scene, scene.ownPort);
  const field = await settingsAt(scene, scene.fieldPort);
  const { publicKey } = own.configs.get('security') as unknown as { publicKey: Uint8Array };
  expect(field.configs.get('security')?.adminKey).toEqual([publicKey]);
  expect(await adminKeyOf(Buffer.from(publicKey).toString('hex'))).toEqual(publicKey);
  expect(await adminKeyOf(Buffer.from(publicKey).toString('base64'))).toEqual(publicKey);
});

test('over the air: begin, orders, commit, restart; what was written is there, the keys are as they were', async () => {
  const scene = await keyedScene();
  const before = await settingsAt(scene, scene.fieldPort);
  const { doors, end } = await remotely(scene, { longName: 'Well 8', pins: { rxd: 3, txd: 4 } });
  expect(end).toMatchObject({ device: '!5e0f1a2b', isChanged: true });
  expect(doors.steps).toEqual(['radio-open', 'radio-write', 'radio-restart', 'radio-compare']);
  const after = await settingsAt(scene, scene.fieldPort);
  expect(after.owner).toMatchObject({ longName: 'Well 8' });
  expect(after.modules.get('serial')).toMatchObject({ enabled: true, mode: 2, rxd: 3, txd: 4 });
  expect(after.configs.get('security')).toEqual(before.configs.get('security'));
  expect(after.channels.get(0)).toEqual(before.channels.get(0));
  const { end: again } = await remotely(scene, { longName: 'Well 8', pins: { rxd: 3, txd: 4 } });
  expect(again).toMatchObject({ isChanged: false, differences: [] });
});

test('a key that the remote was not told is refused by name, before anything is saved', async () => {
  const scene = await remoteScene();
  const { doors, end } = await remotely(scene);
  expectTrouble(end, 'remote-unauthorized', { device: '!5e0f1a2b' });
  expect(doors.saved).toEqual([]);
  expect(doors.log).toMatchObject([{ outcome: 'failed', trouble: 'remote-unauthorized' }]);
});

test('a radio of which the public key was never heard', async () => {
  const scene = await remoteScene({}, false);
  const { end } = await remotely(scene);
  expectTrouble(end, 'remote-unknown-key', { device: '!5e0f1a2b' });
});

test('a remote that has not heard the key of the radio at the port is told it, and asked again', async () => {
  const scene = await remoteScene({ nodeInfo: true }, false);
  const { end } = await remotely(scene);
  expectTrouble(end, 'remote-unauthorized', { device: '!5e0f1a2b' });
});

test('a remote that is switched off is silent', async () => {
  const scene = await keyedScene();
  scene.field.powerOff();
  const { doors, end } = await remotely(scene);
  expectTrouble(end, 'remote-silent', { device: '!5e0f1a2b' });
  expect(doors.saved).toEqual([]);
});

test('a remote that does not come back after its restart is lost; what it had is saved', async () => {
  const scene = await keyedScene();
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
    scene.pass(ms);
    scene.field.powerOff();
  };
  const { doors, end } = await remotely(scene, { longName: 'Well 9', wait });
  expectTrouble(end, 'remote-lost', { device: '!5e0f1a2b' });
  expect(waits).toEqual([40_000]);
  expect(doors.saved).toHaveLength(1);
});

test('a remote that restarts in between has another session: the order is repeated in it', async () => {
  const scene = await keyedScene();
  const doors = testDoors();
  let isCut = false;
  doors.progress.step = (step) => {
    doors.steps.push(step);
    if (step !== 'radio-write' || isCut) return;
    isCut = true;
    scene.field.powerOff();
    scene.field.powerOn();
    scene.pass(10_000);
  };
  const options = { port: scene.ownPort, ...AT_SITE, remote: FIELD, longName: 'Well 10' };
  expect(await scene.endOf(setUpRadio(doors, options))).toMatchObject({ isChanged: true });
  const after = await settingsAt(scene, scene.fieldPort);
  expect(after.owner).toMatchObject({ longName: 'Well 10' });
});
