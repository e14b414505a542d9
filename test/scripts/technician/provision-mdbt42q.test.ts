/*
 * An MDBT42Q has no room for console and site in one program: the bench program makes the key, the site's program follows.
 */
import { expect, it, onTestFinished, vi } from 'vitest';
import { BLUETOOTH_MS, NRF52832_KEY_ADDRESS } from '../../../firmware/node-limits';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { journalSize } from '../../../scripts/technician/node-journal';
import { provision } from '../../../scripts/technician/provision';
import { selftest } from '../../../scripts/technician/selftest';
import { siteOf } from '../../../scripts/technician/sites';
import { QUICK } from './board/board-kit';
import { boardWith, doorsOf, putProgram, readyBench } from './support/bench-kit';

it('gets its key from the bench program, and its site when the program of the site is there', async () => {
  const bench = readyBench();
  const board = await boardWith('mdbt42q', 'bench-mdbt42q', 21);
  const session = await openBoard(board.url);
  onTestFinished(() => session.close());
  const options = { site: 'well-9', profile: 'water-point', pulseUl: 450 };
  const made = await provision(doorsOf(bench), session, options);
  expect(made).toMatchObject({ needsSiteProgram: true, slot: 0 });
  expect(await session.check('tw.cfg')).toBeNull();

  putProgram(board.model, 'water-point');
  await session.restart();
  const done = await provision(doorsOf(bench), session, options);
  expect(done).toMatchObject({ needsSiteProgram: false, publicKey: made.publicKey, slot: 0 });
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

it('leaves a page behind the journal of an MDBT42Q, and refuses where two pages do not fit', () => {
  expect(journalSize('nrf52832', 13_504)).toEqual({ bytes: 13_504 - 32 - 4096, pages: 2 });
  expect(journalSize('nrf52840', 2_000_000)).toEqual({ bytes: 262_144, pages: 63 });
  expect(() => journalSize('nrf52832', 12_000)).toThrow(
    expect.objectContaining({ code: 'storage-full' }),
  );
});
