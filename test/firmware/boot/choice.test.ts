/*
 * The loader's log and choice against a plain model: what a program may cost a village, for every order of starts,
 * crashes, updates and power cuts.
 */
import { crc32 } from 'node:zlib';
import { array, assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeBootEntry,
  GOOD,
  REJECTED,
  readBootLog,
  SAFE_ASKED,
  SAFE_BEGAN,
  STARTED,
} from '../../../firmware/boot/boot-log';
import { choose } from '../../../firmware/boot/choice';
import { sealProgram, sequenceOf } from '../../../firmware/boot/program';

const RUNS = 300 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const crcOf = (text: string): number => crc32(Buffer.from(text, 'latin1'));
const logOf = (entries: [number, number][], freeBytes = 8): string =>
  String.fromCharCode(
    ...entries.flatMap(([kind, sequence]) => [...encodeBootEntry(kind, sequence)]),
    ...new Array(freeBytes).fill(255),
  );
const chosen = (sequences: number[], entries: [number, number][]) =>
  choose(sequences, readBootLog(logOf(entries)));

test('of two whole programs the newer one starts; of none, safe mode', () => {
  expect(chosen([5, 9], [])).toEqual({ slot: 1, reject: 0, safe: '' });
  expect(chosen([9, 5], [])).toEqual({ slot: 0, reject: 0, safe: '' });
  expect(chosen([0, 5], [])).toEqual({ slot: 1, reject: 0, safe: '' });
  expect(chosen([0, 0], [])).toEqual({ slot: -1, reject: 0, safe: 'no whole program' });
});

test('a new program that never proves good gives way after three starts, for good', () => {
  const three: [number, number][] = [
    [STARTED, 9],
    [STARTED, 9],
    [STARTED, 9],
  ];
  expect(chosen([5, 9], three.slice(1))).toEqual({ slot: 1, reject: 0, safe: '' });
  expect(chosen([5, 9], three)).toEqual({ slot: 0, reject: 9, safe: '' });
  expect(chosen([5, 9], [...three, [REJECTED, 9], [STARTED, 5], [GOOD, 5]])).toEqual({
    slot: 0,
    reject: 0,
    safe: '',
  });
  expect(chosen([5, 10], [...three, [REJECTED, 9], [STARTED, 5]])).toMatchObject({ slot: 1 });
});

test('a program that proved good is never rejected: it pauses in safe mode and starts again', () => {
  const tired: [number, number][] = [[GOOD, 9], ...new Array(3).fill([STARTED, 9])];
  expect(chosen([5, 9], tired)).toEqual({ slot: 1, reject: 0, safe: 'does not stay up' });
  expect(chosen([5, 9], [...tired, [SAFE_BEGAN, 0]])).toEqual({ slot: 1, reject: 0, safe: '' });
  expect(chosen([0, 9], new Array(3).fill([STARTED, 9]))).toMatchObject({
    safe: 'does not stay up',
  });
  expect(
    chosen(
      [5, 9],
      [
        [STARTED, 9],
        [SAFE_ASKED, 0],
      ],
    ),
  ).toMatchObject({ safe: 'asked' });
});

test('a seal holds for the text it was made for and for no other', () => {
  const sealed = sealProgram('var a=1;print("\xe9")', 0x10203, crcOf);
  expect(sequenceOf(sealed, crcOf)).toBe(0x10203);
  assert(
    property(
      integer({ min: 0, max: sealed.length - 1 }),
      integer({ min: 1, max: 255 }),
      (at, bits) => {
        const byte = sealed.charCodeAt(at) ^ bits;
        const other = sealed.slice(0, at) + String.fromCharCode(byte) + sealed.slice(at + 1);
        // Hex digits may change their case and the separator is not looked at.
        const isSame = sequenceOf(other, crcOf) === 0x10203 && at >= sealed.length - 8;
        expect(sequenceOf(other, crcOf) === 0 || isSame).toBe(true);
      },
    ),
    { numRuns: RUNS },
  );
  for (let cut = 1; cut < sealed.length; cut++)
    expect(sequenceOf(sealed.slice(0, cut), crcOf)).toBe(0);
  expect(sequenceOf(undefined, crcOf)).toBe(0);
});

test('whatever happened: a whole program is always found, and a good one never lost', () => {
  assert(
    property(array(constantFrom('crash', 'lasts', 'safe'), { maxLength: 60 }), (events) => {
      const entries: [number, number][] = [
        [STARTED, 5],
        [GOOD, 5],
      ];
      let safeInARow = 0;
      for (const what of events) {
        const choice = chosen([5, 9], entries);
        expect(choice.slot).toBeGreaterThanOrEqual(0);
        if (choice.reject > 0) {
          expect(choice.reject).toBe(9);
          expect(entries.filter(([kind, of]) => kind === GOOD && of === 9)).toEqual([]);
          entries.push([REJECTED, choice.reject]);
        }
        if (choice.safe !== '') {
          safeInARow++;
          entries.push([SAFE_BEGAN, 0]);
          expect(safeInARow).toBe(1);
          continue;
        }
        safeInARow = 0;
        const sequence = [5, 9][choice.slot] ?? 0;
        entries.push([STARTED, sequence]);
        if (what === 'lasts') entries.push([GOOD, sequence]);
        if (what === 'safe') entries.push([SAFE_ASKED, 0]);
      }
    }),
    { numRuns: RUNS },
  );
});
