/*
 * Every sensor of the XIAO's programs says in the real interpreter what it says in Node: models, program and console.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { espruinoPath, HANGING_MS, lowered, runEspruino } from './interpreter';
import { GLOBAL_NAMES } from './replay';
import { playSensors } from './sensor-play';

const KINDS = [
  ['water-point', 1, 'broken frames', 'pump-strokes'],
  ['canteen', 2, 'over range', 'hot-holding'],
] as const;

function programOf(kind: string): string {
  return readFileSync(`dist/firmware/${kind}-xiao.js`, 'utf8');
}

function playInNode(kind: string, number: number): string[] {
  const lines: string[] = [];
  const firmware = new Function(...GLOBAL_NAMES.split(' '), programOf(kind));
  playSensors(number, firmware as () => void, (line) => lines.push(line));
  return lines;
}

test.each(KINDS)(
  '%s in Node: readings first, then faults with their reasons',
  (kind, number, reason, name) => {
    const lines = playInNode(kind, number);
    const sensors = lines.filter((line) => line.startsWith('{"tw":"sensors"'));
    expect(sensors).toHaveLength(2);
    expect(sensors[0]).toContain('"faults":{}');
    expect(sensors[1]).toMatch(reason);
    expect(sensors[1]).toContain(name);
    expect(lines.at(-1)).toBe('uncaught ');
  },
);

test.skipIf(!espruinoPath).each(KINDS)(
  '%s in the real interpreter: line for line as in Node',
  async (kind, number) => {
    const harness = await lowered(
      `import { playSensors } from './sensor-play';
       declare const print: any, FIRMWARE: any;
       const hostPrint = print;
       playSensors(${number}, FIRMWARE, function (line) { hostPrint('@' + line); });`,
      import.meta.dirname,
    );
    const wrapped = `var FIRMWARE=function(${GLOBAL_NAMES.split(' ').join(',')}){\n${programOf(kind)}\n};`;
    expect(await runEspruino(`${wrapped}\n${harness}`)).toEqual(playInNode(kind, number));
  },
  HANGING_MS,
);
