/*
 * Timers, power, watchdog and errors of the virtual board.
 */
import { expect, test } from 'vitest';
import { startBundle } from '../../../hardware/virtual/run-bundle';
import { boardWith, makeBoard } from './board-fixture';

test('due times come in order, ties in the order of creation, an interval keeps its place', () => {
  const board = boardWith(`
    var log = [];
    function say(s) { print(s + ' ' + Math.round(getTime() * 1000)); }
    setInterval(function () { say('i'); }, 100);
    setTimeout(say, 200, 'late');
    setTimeout(function () { say('a'); setTimeout(say, 100, 'b'); }, 100);
  `);
  board.runUntil(300);
  expect(board.printed()).toEqual(['i 100', 'a 100', 'i 200', 'late 200', 'b 200', 'i 300']);
  expect(board.nowMs()).toBe(300);
  expect(board.nextDueMs()).toBe(400);
});

test('the number of the last timer is used again, and clearing what is not there is quiet', () => {
  const board = boardWith(`
    var a = setTimeout(print, 10, 'a'); clearTimeout(a);
    var b = setTimeout(print, 10, 'b'); print(a === b);
    clearTimeout(77);
    try { clearTimeout(undefined); } catch (e) { print('' + e); }
    clearTimeout();
  `);
  board.runUntil(100);
  expect(board.printed()).toEqual([
    'true',
    'Error: clearTimeout(undefined) not allowed. Use clearTimeout() instead',
  ]);
});

test('an exception ends only its callback, and goes to the handler', () => {
  const board = boardWith(`
    process.on('uncaughtException', function (e) { print('caught ' + e.message); });
    setInterval(function () { throw new Error('x'); }, 10);
  `);
  board.runUntil(20);
  expect(board.printed()).toEqual(['caught x', 'caught x']);
  expect(board.counts().uncaught).toEqual(['Error: x', 'Error: x']);
});

test('a power cut takes memory and timers, the flash stays, the bundle starts again', () => {
  const board = boardWith(`
    var s = require('Storage'), n = (s.read('n') || '').length;
    s.write('n', 'xxxxxxxx'.substr(0, n + 1));
    print('boot ' + n + ' at ' + getTime());
    setTimeout(print, 1000, 'never');
  `);
  board.runUntil(500);
  board.powerCut();
  expect(board.nextDueMs()).toBe(-1);
  board.runUntil(5000);
  board.powerOn();
  expect(board.printed()).toEqual(['boot 0 at 0', 'boot 1 at 0']);
  expect(board.counts().boots).toBe(2);
});

test('a watchdog that is not kicked starts the board again, a kicked one does not', () => {
  const board = boardWith(`
    print('boot'); var kicks = 0;
    E.enableWatchdog(5, false);
    setInterval(function () { if (++kicks < 4) E.kickWatchdog(); }, 2000);
  `);
  board.runUntil(11_000);
  expect(board.printed()).toEqual(['boot', 'boot']);
  expect(board.counts().watchdogResets).toBe(1);
});

test('what Espruino does not have, the bundle does not have', () => {
  const board = makeBoard();
  startBundle(
    board,
    `print([typeof Map, typeof Symbol, typeof Promise, typeof setImmediate, typeof Math.imul,
      typeof Number.isInteger, typeof console, typeof [].flat, typeof TextEncoder].join());
     print(E.toUint8Array('ab') instanceof Uint8Array, new Uint8Array(2).buffer instanceof ArrayBuffer);`,
  );
  const missing = 'undefined';
  expect(board.printed()).toEqual([
    [missing, missing, 'function', missing, missing, missing, missing, missing, missing].join(),
    'true true',
  ]);
});

test('the random row depends on the seed and survives no comparison with another', () => {
  const board = boardWith('print(E.hwRand(), E.hwRand());');
  const [first, second] = board.printed()[0].split(' ').map(Number);
  expect(first).not.toBe(second);
  expect(first | 0).toBe(first);
  expect(boardWith('print(E.hwRand(), E.hwRand());').printed()).toEqual(board.printed());
});

test('what fell due while a page was erased runs late, in the order of the list', () => {
  const board = boardWith(
    `setTimeout(print, 50, 'second due, first made');
     setTimeout(function () { require('Flash').erasePage(0x6c000); }, 10);
     setTimeout(print, 30, 'first due, last made');
     setTimeout(function () { print(Math.round(getTime() * 1000)); }, 90);`,
    85,
  );
  board.runUntil(200);
  expect(board.printed()).toEqual(['second due, first made', 'first due, last made', '95']);
});
