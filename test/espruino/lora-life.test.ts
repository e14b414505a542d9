/*
 * The LoRa link and the driver of the SX1262 in the real interpreter: the same bytes over SPI, at the same milliseconds,
 * as in Node.
 */
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readData } from '../hardware/radio/official';
import { espruinoPath, HANGING_MS, lowered, runEspruino } from './interpreter';
import { liveLora } from './lora-life';
import { GLOBAL_NAMES, globalValues } from './replay';

const WRAPPED = (() => {
  const path = join(import.meta.dirname, '../../dist/firmware/water-point-xiao-lora.js');
  return `(function(${GLOBAL_NAMES.split(' ').join(',')}){\n${readFileSync(path, 'utf8')}\n})`;
})();

const MAIN = `
import { liveLora } from './lora-life';
import { globalValues } from './replay';
declare const FIRMWARE: any, print: any;
const hostPrint = print;
liveLora(function (board) { FIRMWARE.apply(null, globalValues(board)); }, function (line) { hostPrint('@' + line); });
`;

function inNode(): string[] {
  const arrays = { Uint8Array, Uint16Array, Uint32Array, Int32Array, DataView, ArrayBuffer };
  const firmware = runInContext(WRAPPED, createContext(arrays));
  const lines: string[] = [];
  liveLora(
    (board) => firmware(...globalValues(board)),
    (line) => lines.push(line),
  );
  return lines;
}

test('six hours over SPI are a life worth comparing: frames that node:crypto opens, each three times', () => {
  const lines = inNode();
  expect(lines.at(-1)).toBe('uncaught ');
  const frames = lines
    .filter((line) => line.startsWith('spi ') && line.split(' ')[2].startsWith('0e00'))
    .map((line) => Buffer.from(line.split(' ')[2].slice(4), 'hex'));
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i + 1));
  const ports = frames.map((frame) => {
    const nonce = Buffer.alloc(16);
    frame.copy(nonce, 0, 8, 12);
    frame.copy(nonce, 8, 4, 8);
    const decipher = createDecipheriv('aes-256-ctr', key, nonce);
    return readData(new Uint8Array(decipher.update(frame.subarray(16)))).portnum;
  });
  expect(ports[0]).toBe(4);
  const records = ports.filter((portnum) => portnum === 287);
  expect(records.length).toBeGreaterThan(15);
  expect(records.length % 3).toBe(0);
});

test.skipIf(!espruinoPath)(
  'in the real interpreter: the same bytes at the same milliseconds',
  async () => {
    const main = await lowered(MAIN, import.meta.dirname);
    expect(await runEspruino(`var FIRMWARE=${WRAPPED};\n${main}`)).toEqual(inNode());
  },
  HANGING_MS,
);
