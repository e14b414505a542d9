/*
 * Flash and undo on virtual boards with the built firmware. What lies on a board is looked at from outside, in the model's
 * Storage; what undo restores is compared byte by byte.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunningBoard } from '../../../../hardware/virtual/console/doors';
import { verifyLog } from '../../../../scripts/technician/bench-folder';
import type { BoardSession } from '../../../../scripts/technician/board/board-session';
import { openBoard } from '../../../../scripts/technician/board/espruino-board';
import { flash } from '../../../../scripts/technician/board/flash';
import { sequenceOfFile } from '../../../../scripts/technician/board/flash-plan';
import { readProgramFiles } from '../../../../scripts/technician/board/program-files';
import { undoBoard } from '../../../../scripts/technician/board/undo-board';
import { provision } from '../../../../scripts/technician/provision';
import { doorsOf, readyBench } from '../support/bench-kit';
import { freshBoard, QUICK, sessionWith, storageOf, troubleOf } from './board-kit';

const built = (name: string) => ({ built: readProgramFiles(name) });
const bodyOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).subarray(0, -24);
const fileOf = (name: string) => readFileSync(`dist/firmware/${name}.js`);

/** What undo must restore: everything but the log of starts, which each start adds to. */
function contentsOf(model: Parameters<typeof storageOf>[0]) {
  const files = storageOf(model);
  files.delete('tw.boots');
  return files;
}

/** Opens the board, once its port is back: it comes a moment after it went. */
async function opened(url: string, running: RunningBoard): Promise<BoardSession> {
  while (!running.isThere()) await new Promise((resolve) => setImmediate(resolve));
  return openBoard(url, { times: QUICK });
}

test('a blank XIAO gets everything, and again nothing; the next program goes beside it; undo goes back step by step', async () => {
  const { url, model } = await freshBoard('xiao');
  const session = await sessionWith(url);
  const bench = readyBench();
  const doors = doorsOf(bench);
  const first = await flash(doors, session, built('water-point-xiao'));
  expect(first).toMatchObject({ board: 'XIAOBLE', slot: 'tw.a', proof: 'answered' });
  const afterFirst = contentsOf(model);
  expect(afterFirst.get('tw.a')).toEqual(fileOf('water-point-xiao'));
  expect(afterFirst.get('tw.boot')).toEqual(fileOf('loader'));
  expect(afterFirst.get('.bootcde')).toEqual(fileOf('boot-code'));
  expect(afterFirst.get('.bootPowerOn')).toEqual(fileOf('boot-power-on'));
  expect(afterFirst.get('ed25519')).toEqual(readFileSync('firmware/native/ed25519.bin'));

  expect(await flash(doors, session, built('water-point-xiao'))).toMatchObject({ sent: [] });

  const second = await flash(doors, session, built('canteen-xiao'));
  expect(second).toMatchObject({ slot: 'tw.b', proof: 'answered', program: first.program + 1 });
  expect(storageOf(model).get('tw.a')).toEqual(afterFirst.get('tw.a'));
  const program = storageOf(model).get('tw.b');
  expect(bodyOf(program)).toEqual(bodyOf(fileOf('canteen-xiao')));
  expect(sequenceOfFile(program as Buffer)).toBe(second.program);

  await undoBoard(doors, session);
  expect(contentsOf(model)).toEqual(afterFirst);
  expect((await session.node('version')).program).toBe(first.program);
  await undoBoard(doors, session);
  expect(contentsOf(model)).toEqual(new Map());
  expect((await troubleOf(undoBoard(doors, session))).code).toBe('nothing-to-undo');
  const acts = verifyLog(bench.folder).lines.map(({ act, outcome }) => `${act} ${outcome}`);
  expect(acts).toEqual([
    ...['flash done', 'flash done', 'flash done', 'undo done', 'undo done', 'undo failed'],
  ]);
}, 60_000);

test.each([
  [0.1, false],
  [0.5, false],
  [0.9, false],
  [0.1, true],
  [0.5, true],
  [0.9, true],
])(
  'unplugged at %d of the program, power lost: %s: the same command goes on, undo knows what was before',
  async (share, losesPower) => {
    const unplug = { file: 'tw.b', share, losesPower, times: 1 };
    const { url, model, running } = await freshBoard('xiao', { unplug });
    const bench = readyBench();
    const doors = doorsOf(bench);
    const before = await opened(url, running);
    await flash(doors, before, built('water-point-xiao'));
    const wasThere = contentsOf(model);
    const trouble = await troubleOf(flash(doors, before, built('canteen-xiao')));
    expect(trouble).toMatchObject({ code: 'unplugged', details: { during: 'send tw.b' } });
    expect(storageOf(model).get('tw.a')).toEqual(wasThere.get('tw.a'));
    await before.close();

    const session = await opened(url, running);
    const again = await flash(doors, session, built('canteen-xiao'));
    expect(again).toMatchObject({ slot: 'tw.b', proof: 'answered' });
    expect(again.sent.map(({ name }) => name)).toEqual(['tw.b']);
    expect(doors.told).toContain('note goes-on');
    expect(bodyOf(storageOf(model).get('tw.b'))).toEqual(bodyOf(fileOf('canteen-xiao')));
    await undoBoard(doors, session);
    expect(contentsOf(model)).toEqual(wasThere);
    await session.close();
  },
  60_000,
);

test('an MDBT42Q: the bench program, then the program of its site in the same slot, and back', async () => {
  const { url, model } = await freshBoard('mdbt42q');
  const session = await sessionWith(url);
  const doors = doorsOf(readyBench());
  const first = await flash(doors, session, built('bench-mdbt42q'));
  expect(first).toMatchObject({ slot: 'tw.a', proof: 'answered' });
  const { publicKey } = await session.node('key');
  const wasThere = contentsOf(model);
  const second = await flash(doors, session, built('water-point'));
  expect(second).toMatchObject({ slot: 'tw.a', program: first.program + 1, proof: 'answered' });
  expect(storageOf(model).has('tw.b')).toBe(false);
  await undoBoard(doors, session);
  expect(contentsOf(model)).toEqual(wasThere);
  expect((await session.node('id')).publicKey).toBe(publicKey);
}, 60_000);

test('undo after provision takes the configuration back; key and journal stay', async () => {
  const { url, model } = await freshBoard('xiao');
  const session = await sessionWith(url);
  const bench = readyBench();
  const doors = doorsOf(bench);
  await flash(doors, session, built('water-point-xiao'));
  const { publicKey } = await provision(doors, session, { site: 'well', pulseUl: 2222 });
  const journal = storageOf(model).get('journal');
  expect(storageOf(model).has('tw.cfg')).toBe(true);
  const undone = await undoBoard(doors, session);
  expect(undone).toMatchObject({ act: 'provision', erased: ['tw.cfg'] });
  expect(storageOf(model).has('tw.cfg')).toBe(false);
  expect((await session.node('id')).publicKey).toBe(publicKey);
  expect(storageOf(model).get('journal')).toHaveLength(journal?.length ?? 0);
}, 60_000);

test('undo of a program leaves counters, journal, key and configuration of a node that counted', async () => {
  const { url, model } = await freshBoard('xiao');
  const session = await sessionWith(url);
  const doors = doorsOf(readyBench());
  await flash(doors, session, built('water-point-xiao'));
  await provision(doors, session, { site: 'well', pulseUl: 2222 });
  await flash(doors, session, built('water-point-xiao-lora'));
  const counters = await session.node('counters');
  const { publicKey } = await session.node('id');
  const config = storageOf(model).get('tw.cfg');
  await undoBoard(doors, session);
  const now = await session.node('counters');
  expect(Number(now.epoch)).toBe(Number(counters.epoch) + 1);
  expect(now.counters).toEqual(counters.counters);
  expect(storageOf(model).get('tw.cfg')).toEqual(config);
  expect((await session.node('id')).publicKey).toBe(publicKey);
}, 60_000);

test('--dry-run says what would be done and changes nothing, not even the log', async () => {
  const { url, model } = await freshBoard('xiao');
  const bench = readyBench();
  const plan = await flash(doorsOf(bench, true), await sessionWith(url), built('canteen-xiao'));
  expect(plan.sent.map(({ name }) => name)).toEqual([
    ...['ed25519', 'tw.boot', '.bootPowerOn', '.bootcde', 'tw.a'],
  ]);
  expect(plan.proof).toBe('none');
  expect(storageOf(model).size).toBe(0);
  expect(verifyLog(bench.folder).lines).toHaveLength(0);
});

test('--clean erases what is not ours, and only that', async () => {
  const { url, model } = await freshBoard('xiao');
  model.options.board.storage.write('foreign', 'x');
  model.options.board.storage.write('tw.cfg', '{}');
  const session = await sessionWith(url);
  const options = { ...built('water-point-xiao'), isClean: true };
  const result = await flash(doorsOf(readyBench()), session, options);
  expect(result.erased).toEqual(['foreign']);
  expect(storageOf(model).has('foreign')).toBe(false);
  expect(storageOf(model).has('tw.cfg')).toBe(true);
}, 30_000);

test('a program that cannot be changed without moving the journal is left as it is', async () => {
  const { url, model } = await freshBoard('mdbt42q');
  const session = await sessionWith(url);
  const doors = doorsOf(readyBench());
  await flash(doors, session, built('water-point'));
  model.options.board.storage.write('journal', new Uint8Array(12_000).fill(0xff));
  const before = storageOf(model);
  const trouble = await troubleOf(flash(doors, session, built('canteen')));
  expect(trouble.code).toBe('storage-full');
  expect(doors.told).toContain('note journal-would-move');
  expect(storageOf(model)).toEqual(before);
}, 30_000);

test('an MDBT42Q at a cable: everything is verified before it starts, then its console goes to Bluetooth, and that is said', async () => {
  const { url, model } = await freshBoard('mdbt42q', { isAtCable: true });
  const session = await sessionWith(url);
  const bench = readyBench();
  const doors = doorsOf(bench);
  const result = await flash(doors, session, built('water-point'));
  expect(result).toMatchObject({ board: 'MDBT42Q', slot: 'tw.a', proof: 'console-left' });
  expect(doors.told).toContain('note console-left');
  expect(doors.told).not.toContain('prove-program');
  expect(storageOf(model).get('tw.a')).toEqual(fileOf('water-point'));
  expect(storageOf(model).has('tw.flash')).toBe(false);
  expect(verifyLog(bench.folder).lines).toMatchObject([
    { act: 'flash', outcome: 'done', facts: { proof: 'console-left' } },
  ]);
  // It is not broken: nobody answers at the cable any more, and the words say what helps.
  const silent = await troubleOf(openBoard(url, { times: QUICK }));
  expect(['no-prompt', 'unplugged']).toContain(silent.code);
}, 60_000);

test('an MDBT42Q whose Espruino uses the page of the key: refused before anything is touched', async () => {
  const { url, model } = await freshBoard('mdbt42q', { isKeyPageUsed: true });
  const session = await sessionWith(url);
  const bench = readyBench();
  for (const isDryRun of [true, false]) {
    const trouble = await troubleOf(flash(doorsOf(bench, isDryRun), session, built('water-point')));
    expect(trouble).toMatchObject({
      code: 'wrong-board',
      details: { board: 'MDBT42Q (0x6b000 used)', wanted: 'MDBT42Q (0x6b000 free)' },
    });
  }
  expect(storageOf(model).size).toBe(0);
  const { lines } = verifyLog(bench.folder);
  expect(lines).toMatchObject([{ act: 'flash', outcome: 'failed', trouble: 'wrong-board' }]);
}, 60_000);
