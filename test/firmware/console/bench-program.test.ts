/*
 * What: the bench program of an MDBT42Q makes the key on the chip; the site's program, flashed over it, signs with it.
 * From where to where: dist/firmware/bench-mdbt42q.js, then water-point.js, on one virtual board.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createVirtualBoard } from '../../../hardware/virtual/board/board';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import { installBundle } from '../../../hardware/virtual/run-bundle';
import { toHex } from '../../../shared/bytes';
import { MDBT42Q_KEY_OFFSET, provision } from '../bench';

const built = (name: string): string => readFileSync(`dist/firmware/${name}.js`, 'utf8');

test('key made once on the chip, kept, told by its public half only, used by the program that follows', () => {
  const board = createVirtualBoard({
    ...{ seed: 5, ed25519: createNobleEd25519() },
    ...{ pageBytes: 4096, pageCount: 10, batteryMv: 3000 },
  });
  provision(board, 'water-point', 4);
  const typed: string[] = [];
  board.globals.typed = () => typed.shift();
  const prompt = '\nsetInterval(function(){var t=typed();if(t)tw(t)},10);';
  installBundle(board, built('bench-mdbt42q') + prompt);
  board.powerOn();
  const ask = (word: string): { [name: string]: unknown } => {
    const before = board.printed().length;
    typed.push(word);
    board.runUntil(board.nowMs() + 200);
    const lines = board.printed().slice(before);
    return JSON.parse(lines.find((line) => line.startsWith('{')) ?? '');
  };
  expect(ask('id')).toMatchObject({ ok: true, key: 'erased', board: 'MDBT42Q' });
  const { publicKey } = ask('key') as { publicKey: string };
  expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
  expect(ask('key')).toMatchObject({ ok: false, reason: 'key exists' });
  const region = board.spareFlash().subarray(MDBT42Q_KEY_OFFSET, MDBT42Q_KEY_OFFSET + 72);
  expect(toHex(region.subarray(36, 68))).toBe(publicKey);
  expect(board.printed().join()).not.toContain(toHex(region.subarray(4, 36)));
  board.powerCut();
  board.powerOn();
  const { checks } = ask('selftest') as { checks: [string, boolean, string][] };
  expect(checks).toContainEqual(['signing', true, '']);
  board.runUntil(board.nowMs() + 600_000);
  expect(board.counts().watchdogResets).toBe(0);
  board.powerCut();
  installBundle(board, built('water-point'));
  board.powerOn();
  expect(board.printed().at(-1)).toBe('wp-01 epoch 1');
});
