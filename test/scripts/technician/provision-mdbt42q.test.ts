/*
 * An MDBT42Q has no room for console and site in one program: the bench program makes the key, the site's program follows.
 */
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { BLUETOOTH_MS, NRF52832_KEY_ADDRESS } from '../../../firmware/node-limits';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { flash } from '../../../scripts/technician/board/flash';
import { readProgramFiles } from '../../../scripts/technician/board/program-files';
import { undoBoard } from '../../../scripts/technician/board/undo-board';
import { journalSize } from '../../../scripts/technician/node-journal';
import { provision } from '../../../scripts/technician/provision';
import { selftest } from '../../../scripts/technician/selftest';
import { nodeInUse, siteOf } from '../../../scripts/technician/sites';
import { freshBoard, QUICK, sessionWith, troubleOf } from './board/board-kit';
import { boardWith, doorsOf, readyBench } from './support/bench-kit';

it('gets its key from the bench program, then the program of its site, its journal and its configuration', async () => {
  const bench = readyBench();
  const board = await boardWith('mdbt42q', 'bench-mdbt42q', 21);
  const session = await openBoard(board.url);
  onTestFinished(() => session.close());
  const options = { site: 'well-9', profile: 'water-point', pulseUl: 450 };
  const planned = await provision(doorsOf(bench, true), session, options);
  expect(planned).toMatchObject({ putsSiteProgram: true, isDryRun: true, publicKey: null });
  expect(await session.check('tw.cfg')).toBeNull();
  const done = await provision(doorsOf(bench), session, options);
  expect(done).toMatchObject({ putsSiteProgram: true, wasSame: false, slot: 0 });
  expect((await session.read('tw.a')).length).toBe(
    readFileSync('dist/firmware/water-point.js').length,
  );
  const second = await provision(doorsOf(bench), session, options);
  expect(second).toMatchObject({ putsSiteProgram: false, wasSame: true, slot: 0 });
  expect(second.publicKey).toBe(done.publicKey);
  // The public half as it lies in flash, read past the console.
  const { globals } = board.model.options.board;
  const flash = (
    globals as { require(name: string): { read(n: number, at: number): Uint8Array } }
  ).require('Flash');
  expect(Buffer.from(flash.read(32, NRF52832_KEY_ADDRESS + 36)).toString('hex')).toBe(
    done.publicKey,
  );
  const config = JSON.parse(Buffer.from(await session.read('tw.cfg')).toString());
  expect(config).toMatchObject({ site: 'well-9', pulseUl: 450, calibrationId: 1 });
  expect(config.recoveryKey).toBeUndefined();
  expect(siteOf(bench.folder, 'well-9').nodes).toHaveLength(1);

  // Its console cannot be asked; that is no missing program.
  await expect(selftest(doorsOf(bench), session, { token: null })).rejects.toMatchObject({
    code: 'no-console',
  });

  // Another calibration: the journal stays where it is.
  const placeOf = () => session.evaluate('E.getAddressOf(require("Storage").read("journal"),true)');
  const before = await placeOf();
  for (let pulseUl = 451; pulseUl < 471; pulseUl++)
    await provision(doorsOf(bench), session, { site: 'well-9', pulseUl });
  expect(await placeOf()).toBe(before);

  // Bluetooth has no password: a while after the start nobody gets in any more, until it is switched off and on.
  const { model } = board;
  model.runUntil(model.nowMs() + BLUETOOTH_MS - 60_000);
  expect(await session.evaluate('6*7')).toBe(42);
  model.runUntil(model.nowMs() + 60_000);
  await expect(openBoard(board.url, { times: QUICK })).rejects.toMatchObject({
    code: expect.stringMatching(/^(no-prompt|unplugged|no-port)$/),
  });
  board.running.unplug(true);
  await vi.waitUntil(() => board.running.isThere());
  const again = await openBoard(board.url);
  onTestFinished(() => again.close());
  expect(await again.evaluate('6*7')).toBe(42);
});

it('at a cable: bench program, self-test, site; then nobody answers there, and all is on the board', async () => {
  const bench = readyBench();
  const { url, model } = await freshBoard('mdbt42q', { isAtCable: true });
  const session = await sessionWith(url);
  const flashed = await flash(doorsOf(bench), session, {
    built: readProgramFiles('bench-mdbt42q'),
  });
  expect(flashed.proof).toBe('answered');
  const tested = await selftest(doorsOf(bench), session, { token: null });
  expect(tested.parts.map(({ part }) => part)).toContain('key');
  const doors = doorsOf(bench);
  const options = { site: 'well-9', profile: 'water-point', pulseUl: 450 };
  const done = await provision(doors, session, options);
  expect(done).toMatchObject({ putsSiteProgram: true, slot: 0 });
  expect(doors.told).toContain('note console-left');
  const silent = await troubleOf(openBoard(url, { times: QUICK }));
  expect(['no-prompt', 'unplugged']).toContain(silent.code);

  const { storage } = model.options.board;
  const config = JSON.parse(Buffer.from(storage.read('tw.cfg') ?? []).toString());
  expect(config).toMatchObject({ site: 'well-9', keyId: done.keyId, pulseUl: 450 });
  expect(storage.read('journal')?.length).toBeGreaterThan(2 * 4096);
  expect(storage.read('tw.a')?.length).toBe(readFileSync('dist/firmware/water-point.js').length);
  expect(verifyLog(bench.folder).lines).toMatchObject([
    { act: 'flash', outcome: 'done', facts: { profile: 'bench-mdbt42q', proof: 'answered' } },
    { act: 'selftest' },
    { act: 'flash', outcome: 'done', facts: { profile: 'water-point', proof: 'held' } },
    { act: 'provision', outcome: 'done', site: 'well-9' },
  ]);
  // Whoever comes by Bluetooth meets a node that counts for its site.
  expect(model.options.board.printed().join('\n')).not.toContain('no tw.cfg');
}, 60_000);

it('undo: first the site is taken back, then the program of the site: the bench program is there again', async () => {
  const bench = readyBench();
  const board = await boardWith('mdbt42q', 'bench-mdbt42q', 22);
  const session = await openBoard(board.url);
  onTestFinished(() => session.close());
  const { storage } = board.model.options.board;
  const before = Buffer.from(storage.read('tw.a') ?? []);
  const options = { site: 'well-9', profile: 'water-point', pulseUl: 450 };
  const { publicKey } = await provision(doorsOf(bench), session, options);
  expect(await undoBoard(doorsOf(bench), session)).toMatchObject({ act: 'provision' });
  expect(storage.read('tw.cfg')).toBeUndefined();
  expect(nodeInUse(siteOf(bench.folder, 'well-9'))).toBeNull();
  expect(await undoBoard(doorsOf(bench), session)).toMatchObject({ act: 'flash' });
  expect(Buffer.from(storage.read('tw.a') ?? [])).toEqual(before);
  expect((await session.node('id')).publicKey).toBe(publicKey);
  // It counted already, and its journal would have to move for the program: that is refused, not lost.
  const doors = doorsOf(bench);
  const trouble = await troubleOf(provision(doors, session, options));
  expect([trouble.code, doors.told.includes('note journal-would-move')]).toEqual([
    ...['storage-full', true],
  ]);
}, 60_000);

it('leaves a page behind the journal of an MDBT42Q, and refuses where two pages do not fit', () => {
  expect(journalSize('nrf52832', 13_504)).toEqual({ bytes: 13_504 - 32 - 4096, pages: 2 });
  expect(journalSize('nrf52840', 2_000_000)).toEqual({ bytes: 262_144, pages: 63 });
  expect(() => journalSize('nrf52832', 12_000)).toThrow(
    expect.objectContaining({ code: 'storage-full' }),
  );
});
