/*
 * Runs a program in the real Espruino interpreter (Linux build) and gives back what it printed.
 * From: lowered programs. To: the tests of this folder. The binary is named by env ESPRUINO.
 * The interpreter must never see its stdin close, and ends by quit().
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForEspruino } from '../../scripts/build/lower';

/** Lines that belong to a program begin with this; all else is the interpreter's own talk. */
export const LINE_MARK = '@';

/** A guard against a hanging interpreter, far above what a loaded machine needs, ms. */
export const HANGING_MS = 20 * 60_000;

/** Path of the interpreter, or undefined: then these tests are skipped. */
export const espruinoPath = process.env.ESPRUINO;

if (!espruinoPath) {
  console.warn(
    'ESPRUINO is not set: the tests on the real interpreter are SKIPPED. Set it to an Espruino 2v29 binary.',
  );
}

/** Bundles an entry text, whose imports start in `resolveDir`, as firmware is bundled. */
export async function lowered(contents: string, resolveDir: string): Promise<string> {
  const bundle = await bundleForEspruino({ stdin: { contents, resolveDir }, minify: false });
  return bundle.code;
}

/**
 * Runs a program to its end. Gives the marked lines, marks off.
 * Rejects: when it ran longer than HANGING_MS, or talked of an error, or ended early.
 */
export function runEspruino(program: string): Promise<string[]> {
  if (!espruinoPath) throw new Error('ESPRUINO is not set');
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-espruino-'));
  writeFileSync(join(folder, 'program.js'), `${program}\nprint("\\n${LINE_MARK}END");quit();\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(espruinoPath as string, ['program.js'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    child.stdin.on('error', () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), HANGING_MS);
    child.on('close', () => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      const lines = text.split(/\r?\n/);
      const marked = lines
        .filter((line) => line.startsWith(LINE_MARK))
        .map((line) => line.slice(1));
      if (marked.pop() === 'END' && !/Uncaught/.test(text)) resolve(marked);
      else reject(new Error(`the interpreter did not reach the end:\n${text.slice(-2000)}`));
    });
  });
}
