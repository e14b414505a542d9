/*
 * No leak: the firmware lives seven days in the real interpreter, whose count of variables is the same after the first
 * day and after the last.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { espruinoPath, HANGING_MS, lowered, runEspruino } from './interpreter';
import { GLOBAL_NAMES, globalValues } from './replay';
import { liveWeek, type Week } from './week';

const DAYS = 7;
const NODES = [
  ['water-point', false],
  ['water-point-xiao', true],
] as const;

const wrapped = (name: string): string => {
  const bundle = readFileSync(join(import.meta.dirname, `../../dist/firmware/${name}.js`), 'utf8');
  return `(function(${GLOBAL_NAMES.split(' ').join(',')}){\n${bundle}\n})`;
};

const MAIN = `
import { liveWeek } from './week';
import { globalValues } from './replay';
declare const FIRMWARE: any, IS_XIAO: any, process: any, print: any;
const hostPrint = print;
const ownProcess = process;
liveWeek(IS_XIAO, ${DAYS}, function (board) { FIRMWARE.apply(null, globalValues(board)); }, function (day, week) {
  hostPrint('@' + [day, ownProcess.memory().usage, week.stored.length, week.sent, week.board.counts().uncaught.length].join(' '));
});
`;

test.each(NODES)(
  '%s: a week worth living: every record arrives, nothing is thrown',
  (name, isXiao) => {
    const firmware = runInContext(
      wrapped(name),
      createContext({ Uint8Array, Uint16Array, Uint32Array, Int32Array, DataView, ArrayBuffer }),
    );
    const days: Week[] = [];
    const week = liveWeek(
      isXiao,
      2,
      (board) => firmware(...globalValues(board)),
      (_, now) => days.push(now),
    );
    expect(days).toHaveLength(2);
    expect(week.stored.length).toBe(47);
    expect(week.sent).toBeLessThan(60);
    expect(week.board.counts().uncaught).toEqual([]);
  },
);

test.skipIf(!espruinoPath).concurrent.each(NODES)(
  '%s: as many variables after day 7 as after day 1, in the real interpreter',
  async (name, isXiao) => {
    const main = await lowered(MAIN, import.meta.dirname);
    const lines = await runEspruino(
      `var IS_XIAO=${isXiao};var FIRMWARE=${wrapped(name)};\n${main}`,
    );
    const days = lines.map((line) => line.split(' ').map(Number));
    console.log(`${name}: variables in use after each day: ${days.map((day) => day[1]).join(' ')}`);
    expect(days).toHaveLength(DAYS);
    expect(days[DAYS - 1][2]).toBe(DAYS * 24 - 1);
    expect(days[DAYS - 1][4]).toBe(0);
    // The world itself remembers each stored sequence: one variable each, more when its list is grown.
    const worldGrowth = days[DAYS - 1][2] - days[0][2];
    expect(days[DAYS - 1][1] - days[0][1] - worldGrowth).toBeLessThanOrEqual(0);
  },
  HANGING_MS,
);
