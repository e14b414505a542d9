/*
 * undo-verb.test.ts: one undo for what is at a port, board or radio: the board is asked first, and a radio takes no harm from that.
 */
import { expect, test, vi } from 'vitest';
import { radioProblems } from '../../../gateway/core/radio-checks';
import { CONSOLE_TIMES } from '../../../scripts/technician/board/console';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { choosePort } from '../../../scripts/technician/board/ports';
import { provision } from '../../../scripts/technician/provision';
import { setUpRadio } from '../../../scripts/technician/radio/set-up';
import { sayUndone, undoAt } from '../../../scripts/technician/undo-verb';
import { wordsOf } from '../../../scripts/technician/words';
import { testDoors } from './radio/bench-in-memory';
import { readInfo } from './radio/read-info';
import { radioOnTcp } from './radio/virtual-radio';
import { boardWith, doorsOf, readyBench } from './support/bench-kit';

/** A virtual radio never answers as a board, however long it is waited for. */
const SOON = { ...CONSOLE_TIMES, probeMs: 50, givenUpMs: 20, reasonMs: 20 };

test('a radio: its settings are as before, and the words say so; once more: nothing to undo', async () => {
  const { port } = await radioOnTcp({}, 400);
  const before = await readInfo(port);
  const doors = testDoors();
  await setUpRadio(doors, { port, role: 'gateway', site: null });
  expect(await readInfo(port)).not.toEqual(before);
  const would = await undoAt({ ...doors, isDryRun: true }, port, SOON);
  expect(sayUndone(would, wordsOf('en'))).toMatch(/^!a1b2c3d4 \(RAK4631, firmware 2\.7\./);
  const undone = await undoAt(doors, port, SOON);
  expect(sayUndone(undone, wordsOf('en'))).toMatch(/^!a1b2c3d4 is as it was before/);
  expect(radioProblems(await readInfo(port), 'serial')).toEqual(radioProblems(before, 'serial'));
  await expect(undoAt(doors, port, SOON)).rejects.toMatchObject({ code: 'nothing-to-undo' });
}, 60_000);

test('a board: its configuration is gone again', async () => {
  const bench = readyBench();
  const { url } = await boardWith('xiao', 'water-point-xiao', 71);
  const session = await openBoard(url);
  const site = { site: 'well-1', profile: 'water-point-xiao', pulseUl: 2000 };
  await provision(doorsOf(bench), session, site);
  await session.close();
  // The port serves one at a time, and sees a moment later that the session has ended.
  const undone = await vi.waitFor(() => undoAt(doorsOf(bench), url), 10_000);
  expect(undone).toMatchObject({ act: 'provision', erased: ['tw.cfg'] });
  expect(sayUndone(undone, wordsOf('en'))).toContain('“provision” is taken back');
}, 60_000);

test('neither: the trouble of the board', async () => {
  const doors = testDoors();
  await expect(undoAt(doors, '/dev/no-such-port')).rejects.toMatchObject({ code: 'no-port' });
});

const XIAO = { path: '/dev/ttyACM0', vendorId: '1915', productId: '520f' };
const RAK = { path: '/dev/ttyACM1', vendorId: '239a', productId: '8029' };

test('the port by itself: a board where a board is needed, a radio where a radio is; with both, undo asks which', async () => {
  const places = { list: async () => [XIAO, RAK], byIdFolder: '/nowhere', drives: () => [] };
  expect(await choosePort(undefined, places, 'board')).toBe('/dev/ttyACM0');
  expect(await choosePort(undefined, places, 'radio')).toBe('/dev/ttyACM1');
  await expect(choosePort(undefined, places, 'any')).rejects.toMatchObject({
    code: 'several-ports',
  });
  const alone = { ...places, list: async () => [RAK] };
  expect(await choosePort(undefined, alone, 'any')).toBe('/dev/ttyACM1');
});
