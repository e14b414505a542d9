/*
 * The built loader in the real interpreter, out of its real Storage: which program starts, start after start.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { sealProgram } from '../../firmware/boot/program';
import { runInterpreter, writesOf } from '../../scripts/build/boot-memory';
import { espruinoPath, HANGING_MS } from './interpreter';

const crcOf = (text: string): number => crc32(Buffer.from(text, 'latin1'));
const built = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../dist/firmware/${name}.js`), 'utf8');
const program = (name: string, sequence: number): string =>
  sealProgram(`function show(){return "${name}"}print("@"+show())`, sequence, crcOf);
const STAND_INS =
  'var NRF={getBattery:function(){return 3}};E.reboot=function(){print("@reboot")};';

test.skipIf(!espruinoPath)(
  'the newer program starts, gives way after three starts, and safe mode can be asked for',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallywell-loader-'));
    const start = async (typed: string): Promise<string[]> => {
      const text = await runInterpreter(espruinoPath as string, folder, [], `${typed}quit();\n`);
      return text.split(/\r?\n/).flatMap((line) => /@(.*)|(safe mode.*)/.exec(line)?.[0] ?? []);
    };
    const files = {
      '.boot0': STAND_INS,
      '.bootcde': built('boot-code'),
      'tw.boot': built('loader'),
      'tw.a': program('old', 1),
      'tw.b': program('new', 2),
    };
    const writes = Object.entries(files).flatMap(([name, data]) => writesOf(name, data));
    writeFileSync(join(folder, 'install.js'), `${writes.join('\n')}\nquit();\n`);
    try {
      await runInterpreter(espruinoPath as string, folder, ['install.js'], '');
      expect(await start('')).toEqual(['@new']);
      expect(await start('boot("good");')).toEqual(['@new']);
      for (let i = 0; i < 3; i++) expect(await start('')).toEqual(['@new']);
      expect(await start('')).toEqual(['safe mode: does not stay up']);
      expect(await start('safe();')).toEqual(['@new', '@reboot']);
      expect(await start('')).toEqual(['safe mode: asked']);
      writeFileSync(
        join(folder, 'update.js'),
        `${writesOf('tw.a', program('newest', 3)).join('\n')}\nquit();\n`,
      );
      await runInterpreter(espruinoPath as string, folder, ['update.js'], '');
      for (let i = 0; i < 3; i++) expect(await start('')).toEqual(['@newest']);
      expect(await start('')).toEqual(['@new']);
      expect(await start('')).toEqual(['@new']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  HANGING_MS,
);
