/*
 * The built loader on a virtual board, with small programs that are good, hang, or throw: what starts after crashes,
 * torn updates, power cuts in its log, and a battery too low to write.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { sealProgram } from '../../../firmware/boot/program';
import { createVirtualBoard } from '../../../hardware/virtual/board/board';
import { XIAO_NRF52840 } from '../../../hardware/virtual/board/layouts';
import type { VirtualBoard } from '../../../hardware/virtual/board/types';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import { installBundle } from '../../../hardware/virtual/run-bundle';

const MINUTE_MS = 60_000;
const crcOf = (text: string): number => crc32(Buffer.from(text, 'latin1'));
const seal = (text: string, sequence: number): string => sealProgram(text, sequence, crcOf);

const good = (name: string) => `print("${name}");setInterval(function(){E.kickWatchdog()},10000)`;
const HANGS = 'print("hangs")';
const THROWS = 'print("throws");setInterval(function(){E.kickWatchdog()},10000);undefined.x';
const RESTARTS = 'print("restarts");setTimeout(function(){E.reboot()},2000)';

function boardWith(slots: { a?: string; b?: string }): VirtualBoard {
  const board = createVirtualBoard({
    seed: 3,
    ed25519: createNobleEd25519(),
    layout: XIAO_NRF52840,
    pageBytes: 4096,
    pageCount: 20,
    batteryMv: 3300,
  });
  board.storage.write('tw.boot', readFileSync('dist/firmware/loader.js', 'utf8'));
  if (slots.a) board.storage.write('tw.a', slots.a);
  if (slots.b) board.storage.write('tw.b', slots.b);
  installBundle(board, readFileSync('dist/firmware/boot-code.js', 'utf8'));
  return board;
}

/** What was printed, without repeats in a row. */
function story(board: VirtualBoard): string[] {
  return board.printed().filter((line, i, all) => line !== all[i - 1]);
}

test('the newer program starts, and once it lasted it is good', () => {
  const board = boardWith({ a: seal(good('old'), 1), b: seal(good('new'), 2) });
  board.powerOn();
  board.runUntil(6 * MINUTE_MS);
  expect(story(board)).toEqual(['new']);
  expect([...(board.storage.read('tw.boots')?.subarray(0, 12) ?? [])]).toEqual([
    1, 2, 0, 0, 2, 2, 0, 0, 255, 255, 255, 255,
  ]);
});

test.each([
  ['hangs', HANGS],
  ['restarts', RESTARTS],
])('an update that %s gives way to the program before it, after three starts', (word, text) => {
  const board = boardWith({ a: seal(good('old'), 1), b: seal(text, 2) });
  board.powerOn();
  board.runUntil(30 * MINUTE_MS);
  expect(story(board)).toEqual([word, 'old']);
  expect(board.printed().filter((line) => line === word)).toHaveLength(3);
  board.powerCut();
  board.powerOn();
  board.runUntil(60 * MINUTE_MS);
  expect(board.printed().at(-1)).toBe('old');
  expect(board.printed().filter((line) => line === word)).toHaveLength(3);
});

test('an update that throws at its start but ticks is kept: it can still be reached', () => {
  const board = boardWith({ b: seal(THROWS, 2) });
  board.powerOn();
  board.runUntil(6 * MINUTE_MS);
  expect(board.counts().boots).toBe(1);
  expect(board.printed()[0]).toBe('throws');
});

test('a torn update does not start; without any whole program the board waits for ever, reachable', () => {
  const whole = seal(good('new'), 2);
  const board = boardWith({ a: seal(good('old'), 1), b: whole.slice(0, whole.length - 3) });
  board.powerOn();
  board.runUntil(MINUTE_MS);
  expect(story(board)).toEqual(['old']);
  const empty = boardWith({ b: whole.replace('new', 'nEw') });
  empty.powerOn();
  empty.runUntil(24 * 60 * MINUTE_MS);
  expect(story(empty)).toEqual(['safe mode: no whole program']);
  expect(empty.counts().boots).toBe(1);
});

test('the only program that does not stay up gets a pause of ten minutes and another chance', () => {
  const board = boardWith({ a: seal(HANGS, 1) });
  board.powerOn();
  board.runUntil(3 * MINUTE_MS + 1000);
  expect(story(board)).toEqual(['hangs', 'safe mode: does not stay up']);
  board.runUntil(13 * MINUTE_MS + 2000);
  expect(story(board)).toEqual(['hangs', 'safe mode: does not stay up', 'hangs']);
});

test('safe() starts safe mode, stay() keeps it; without stay() the program comes back', () => {
  const board = boardWith({
    a: seal(`${good('runs')};setTimeout(function(){if(getTime()<99)safe()},20000)`, 1),
  });
  board.powerOn();
  board.runUntil(MINUTE_MS);
  expect(story(board)).toEqual(['runs', 'safe mode: asked']);
  board.runUntil(11 * MINUTE_MS);
  expect(story(board).slice(0, 3)).toEqual(['runs', 'safe mode: asked', 'runs']);
});

test('power may go at any byte of the log: a program starts all the same, and a full log begins anew', () => {
  const board = boardWith({ a: seal(good('old'), 1), b: seal(RESTARTS, 2) });
  let pausesInARow = 0;
  for (let bytes = 0; bytes < 700; bytes++) {
    board.powerCutAfterFlashBytes(bytes % 60);
    board.powerOn();
    board.runUntil(board.nowMs() + 7 * MINUTE_MS);
    board.powerCut();
    board.powerCutAfterFlashBytes(-1);
    const before = board.printed().length;
    board.powerOn();
    board.runUntil(board.nowMs() + MINUTE_MS);
    const said = board.printed().slice(before);
    const isPaused = said[0] === 'safe mode: does not stay up';
    expect(isPaused || said[0] === 'old' || said[0] === 'restarts').toBe(true);
    pausesInARow = isPaused ? pausesInARow + 1 : 0;
    expect(pausesInARow).toBeLessThanOrEqual(1);
    board.powerCut();
  }
  expect(board.counts().uncaught).toEqual([]);
  board.powerOn();
  board.runUntil(board.nowMs() + 30 * MINUTE_MS);
  expect(board.printed().at(-1)).toBe('old');
});

test('with a battery too low to write nothing is written, and the program starts', () => {
  const board = boardWith({ a: seal(good('old'), 1) });
  board.setBatteryMv(1850);
  const before = board.counts().flashBytesWritten;
  board.powerOn();
  board.runUntil(6 * MINUTE_MS);
  expect(story(board)).toEqual(['old']);
  expect(board.counts().flashBytesWritten).toBe(before);
});
