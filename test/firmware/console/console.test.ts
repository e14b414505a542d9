/*
 * The technician's console of the built XIAO program on a virtual board: every command's one line, every refusal, a key
 * that is made once and never told, a reset that needs its code.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { getPublicKey } from '@noble/ed25519';
import { expect, test } from 'vitest';
import { createVirtualBoard } from '../../../hardware/virtual/board/board';
import { XIAO_NRF52840 } from '../../../hardware/virtual/board/layouts';
import type { VirtualBoard } from '../../../hardware/virtual/board/types';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import { startBundle } from '../../../hardware/virtual/run-bundle';
import { toHex } from '../../../shared/bytes';

const CONFIG = {
  site: 'wp-07',
  kind: 1,
  slot: 3,
  gatewayKey: 'aa'.repeat(32),
  gatewayNode: 7,
  keyId: '00'.repeat(4),
  calibrationId: 2,
  pulseUl: 2000,
};

type Line = { tw: string; ok: boolean; reason?: string; [name: string]: unknown };

/** A board whose program takes what is typed at the prompt, as Espruino's console does. */
function bench(seed: number, isProvisioned = true) {
  const board: VirtualBoard = createVirtualBoard({
    seed,
    ed25519: createNobleEd25519(),
    layout: XIAO_NRF52840,
    pageBytes: 4096,
    pageCount: 30,
    batteryMv: 3700,
  });
  board.storage.write('journal', new Uint8Array(5 * 4096).fill(255));
  board.storage.write('ed25519', new Uint8Array(16).fill(7));
  if (isProvisioned) board.storage.write('tw.cfg', JSON.stringify(CONFIG));
  // The prompt: a line on a pin's watch would be no nearer to the real one than this.
  const prompt = '\nsetInterval(function(){var t=typed();if(t)tw.apply(null,t)},10);';
  const typed: unknown[][] = [];
  board.globals.typed = () => typed.shift();
  startBundle(board, readFileSync('dist/firmware/water-point-xiao.js', 'utf8') + prompt);
  const ask = (...words: unknown[]): Line => {
    const before = board.printed().length;
    typed.push(words);
    board.runUntil(board.nowMs() + 200);
    const lines = board
      .printed()
      .slice(before)
      .filter((line) => line.startsWith('{'));
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '');
  };
  return { board, ask };
}

test('every command answers in one line, also on a node without key and configuration', () => {
  for (const isProvisioned of [true, false]) {
    const { ask, board } = bench(5, isProvisioned);
    for (const word of [
      'id',
      'version',
      'selftest',
      'sensors',
      'counters',
      'radio',
      'report',
      'journal',
    ]) {
      const line = ask(word);
      expect(line.tw).toBe(word);
      const needsNode = ['counters', 'radio', 'report', 'journal'].includes(word);
      expect(line.ok).toBe(isProvisioned || !needsNode);
    }
    expect(ask('__proto__')).toMatchObject({ ok: false, reason: 'unknown command' });
    expect(ask('fly')).toMatchObject({ ok: false, reason: 'unknown command' });
    expect(board.counts().uncaught).toEqual([]);
  }
});

test('the key is made once, from randomness of its own, and its private half is never told', () => {
  const keys = [11, 12].map((seed) => {
    const { ask, board } = bench(seed);
    expect(ask('id')).toMatchObject({ publicKey: null, key: 'erased', site: 'wp-07' });
    const made = ask('key');
    if (!made.ok) throw new Error(JSON.stringify(made));
    const region = board.spareFlash().subarray(0, 72);
    expect(made.publicKey).toBe(toHex(region.subarray(36, 68)));
    expect(toHex(getPublicKey(region.slice(4, 36)))).toBe(made.publicKey);
    expect(crc32(region.subarray(0, 68))).toBe(
      new DataView(region.buffer, region.byteOffset).getUint32(68, true),
    );
    expect(ask('key')).toMatchObject({ ok: false, reason: 'key exists' });
    board.powerCut();
    board.powerOn();
    expect(ask('id')).toMatchObject({ publicKey: made.publicKey, key: 'good' });
    expect(ask('selftest').checks).toContainEqual(['signing', true, '']);
    for (const word of ['version', 'sensors', 'counters', 'radio', 'journal']) ask(word);
    expect(board.printed().join('\n')).not.toContain(toHex(region.subarray(4, 36)));
    return made.publicKey;
  });
  expect(keys[0]).not.toBe(keys[1]);
});

test('power lost while the key is written leaves a torn key that is told and never replaced', () => {
  for (let bytes = 0; bytes <= 72; bytes += 4) {
    const { ask, board } = bench(13);
    board.powerCutAfterFlashBytes(bytes);
    expect(() => ask('key')).toThrow();
    board.powerCutAfterFlashBytes(-1);
    if (board.isPowered()) board.powerCut();
    board.powerOn();
    const region = [...board.spareFlash().subarray(0, 72)];
    const key = bytes === 0 ? 'erased' : bytes === 72 ? 'good' : 'torn';
    expect(ask('id').key).toBe(key);
    if (key !== 'torn') continue;
    expect(ask('key')).toMatchObject({ ok: false, reason: 'key torn' });
    expect([...board.spareFlash().subarray(0, 72)]).toEqual(region);
  }
});

test('a source that repeats itself makes no key; nor does a battery too low to write', () => {
  const { ask, board } = bench(17);
  const hwRand = board.globals.E.hwRand;
  board.globals.E.hwRand = () => 5;
  expect(ask('key')).toMatchObject({ ok: false, reason: 'weak randomness' });
  board.globals.E.hwRand = hwRand;
  board.setBatteryMv(1800);
  expect(ask('key')).toMatchObject({ ok: false, reason: 'battery low' });
  board.setBatteryMv(3700);
  expect(ask('key').ok).toBe(true);
});

test('calibration: pulses of a known volume become the volume of a pulse', () => {
  const { ask, board } = bench(19);
  expect(ask('calibrate', 10_000)).toMatchObject({ ok: false, reason: 'not started' });
  expect(ask('calibrate', 'start')).toMatchObject({ isCounting: true });
  board.addPulses(0, 4500);
  expect(ask('calibrate', 0)).toMatchObject({ ok: false, reason: 'no such value' });
  expect(ask('calibrate', 10_000)).toMatchObject({ pulses: 4500, pulseUl: 2222, isEnough: true });
  ask('calibrate', 'start');
  board.addPulses(0, 12);
  expect(ask('calibrate', 1000)).toMatchObject({ pulses: 12, isEnough: false });
});

test('a factory reset needs the code it told, and then leaves nothing of the node', () => {
  const { ask, board } = bench(23);
  ask('key');
  board.runUntil(3_700_000);
  expect(ask('journal').records).toBe(0);
  expect(ask('factory-reset', '123456')).toMatchObject({ ok: false, reason: 'wrong code' });
  const first = ask('factory-reset').code;
  board.runUntil(board.nowMs() + 61_000);
  expect(ask('factory-reset', first)).toMatchObject({ ok: false, reason: 'wrong code' });
  expect(ask('factory-reset', ask('factory-reset').code)).toMatchObject({ isErased: true });
  board.runUntil(board.nowMs() + 1000);
  expect(board.counts().boots).toBe(2);
  expect(ask('id')).toMatchObject({ key: 'erased', site: null });
  expect(board.storage.read('journal')?.every((byte) => byte === 255)).toBe(true);
});
