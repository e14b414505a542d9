/*
 * Storage's rules, raw flash pages, and power cuts between any two bytes.
 */
import { expect, test } from 'vitest';
import { startBundle } from '../../../hardware/virtual/run-bundle';
import { boardWith, FLASH, makeBoard } from './board-fixture';

const S = "var S = require('Storage'), F = require('Flash');";
const attempt = 'function t(f) { try { print(f()); } catch (e) { print(e.message); } }';

test('a file is made, filled by offset, and refuses other bytes', () => {
  const board = boardWith(`${S}${attempt}
    t(function () { return S.write('j', 'HEAD', 0, 16); });
    t(function () { return S.write('j', 'abcd', 4); });
    t(function () { return S.write('j', 'abcd', 4); });
    t(function () { return S.write('j', 'abcdefgh', 12); });
    t(function () { return S.write('k', 'x', 4); });
    t(function () { return S.write('k', ''); });
    t(function () { return S.read('j', 0, 8); });
    t(function () { return S.read('j', 4, 2) + S.read('j', 99).length + S.read('none'); });
    t(function () { return S.list().join(); });
  `);
  expect(board.printed()).toEqual([
    'true',
    'true',
    'File already written with different data',
    'Too much data for file size',
    'Unable to find or create file',
    "Can't create zero length file",
    'HEADabcd',
    'ab0undefined',
    'j',
  ]);
});

test('headers of 32 bytes, files in order, words of four, equal contents written once', () => {
  const board = makeBoard();
  board.storage.write('a', 'hello');
  board.storage.write('b', new Uint8Array([1, 2, 3, 4]));
  const image = board.flash();
  expect(Buffer.from(image.subarray(0, 5))).toEqual(Buffer.from([5, 0, 0, 0, 0x61]));
  expect(Buffer.from(image.subarray(32, 40)).toString('latin1')).toBe('hello\xff\xff\xff');
  expect(image[40]).toBe(4);
  expect(Buffer.from(image.subarray(72, 77))).toEqual(Buffer.from([1, 2, 3, 4, 255]));
  const before = board.counts().flashBytesWritten;
  board.storage.write('a', 'hello');
  expect(board.counts().flashBytesWritten).toBe(before);
  board.storage.write('a', 'other');
  expect(Buffer.from(image.subarray(4, 8))).toEqual(Buffer.from([0, 0, 0, 0]));
  expect(Buffer.from(board.storage.read('a') as Uint8Array).toString()).toBe('other');
});

test('a full region is compacted once there is trash, and says no when there is none', () => {
  const board = makeBoard(0, 2);
  board.storage.write('keep', 'k'.repeat(1000));
  board.storage.write('old', 'o'.repeat(5000));
  expect(() => board.storage.write('big', 'b'.repeat(3000))).toThrow('Unable to find or create');
  board.storage.write('old', 'n'.repeat(4000));
  expect(board.counts().compactions).toBe(1);
  expect(board.storage.read('keep')?.length).toBe(1000);
  expect(board.storage.read('old')?.[0]).toBe('n'.charCodeAt(0));
});

test('compaction erases the pages that files were on, not the empty ones behind them', () => {
  const board = makeBoard(0, 512);
  board.storage.write('keep', 'k'.repeat(1000));
  board.storage.write('old', 'o'.repeat(9000));
  board.storage.write('old', 'n'.repeat(4000));
  board.powerOn();
  board.run(() => board.globals.require('Storage').compact());
  expect(board.counts().pageErases).toBe(4);
  expect(board.storage.read('old')?.length).toBe(4000);
  expect(board.globals.require('Storage').getStats().trashBytes).toBe(0);
});

test('raw pages: bits only clear, words only, an erase sets a page and stops the board', () => {
  const board = boardWith(
    `${S}${attempt}
    F.write(new Uint8Array([0xf0, 1, 2, 3]), ${FLASH + 8192});
    F.write(new Uint8Array([0x3c, 255, 255, 255]), ${FLASH + 8192});
    print(F.read(4, ${FLASH + 8192}).join());
    t(function () { return F.write(new Uint8Array(3), ${FLASH}); });
    t(function () { return F.write(new Uint8Array(4), ${FLASH + 2}); });
    t(function () { return F.erasePage(${FLASH - 12288}); });
    F.erasePage(${FLASH + 8192 + 7});
    print(F.read(4, ${FLASH + 8192}).join(), F.getPage(${FLASH + 4097}).addr);
    setTimeout(function () { print(getTime()); }, 10);
    Serial1.setup(9600, {}); Serial1.on('data', print);
  `,
    85,
  );
  board.receive(new Uint8Array([65]));
  board.runUntil(100);
  board.receive(new Uint8Array([66]));
  expect(board.printed()).toEqual([
    '48,1,2,3',
    'flash address and length must be multiples of 4',
    'flash address and length must be multiples of 4',
    `flash address ${FLASH - 12288} is outside the region`,
    `255,255,255,255 ${FLASH + 4096}`,
    '0.085',
    'B',
  ]);
  expect(board.counts().serialBytesLost).toBe(1);
  expect(board.counts().pageErases).toBe(1);
});

test('a write torn at any byte leaves a prefix and a dead board that no catch revives', () => {
  for (let cut = 0; cut <= 12; cut++) {
    const board = makeBoard();
    board.powerCutAfterFlashBytes(cut);
    startBundle(
      board,
      `${S} try { F.write(new Uint8Array([1,2,3,4,5,6,7,8]), ${FLASH}); } catch (e) { print('c'); }
       print('alive');`,
    );
    const written = Math.min(cut, 8);
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((v, i) => (i < written ? v : 255));
    expect([...board.flash().subarray(0, 8)]).toEqual(expected);
    expect(board.isPowered()).toBe(cut > 8);
    expect(board.printed()).toEqual(cut > 8 ? ['alive'] : []);
    expect(board.counts().uncaught).toEqual([]);
  }
});

test('an erase torn in the middle leaves the rest of the page', () => {
  const board = makeBoard();
  board.storage.write('a', 'x'.repeat(3000));
  board.powerCutAfterFlashBytes(1000);
  startBundle(board, `require('Flash').erasePage(${FLASH});`);
  expect(board.isPowered()).toBe(false);
  expect([board.flash()[999], board.flash()[1000]]).toEqual([255, 'x'.charCodeAt(0)]);
});
