/*
 * What: measures how many of Espruino's variables a program takes once the loader has started it from Storage, the
 * loader's own included.
 * From where to where: a bundle and the Linux interpreter -> one line of text.
 * The stock Linux build lays variables out for 64 bits; one built for 32 bits with a board's number of variables gives the
 * board's own figure.
 * Registers, radio and UART do not exist on Linux, so their functions are replaced, in the baseline as well.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BOOT_MS_MAX = 20_000;
/** One write into Storage, bytes. */
const PIECE_BYTES = 256;
const STAND_INS =
  'function peek32(){return 0}function poke32(){}var NRF={getBattery:function(){return 3},sleep:function(){}};' +
  'var Serial1={setup:function(){},unsetup:function(){},write:function(){},on:function(){},removeAllListeners:function(){}};' +
  'E.setConsole=function(){};';
const REPORT =
  'setTimeout(function(){var m=process.memory();print("@",m.usage,m.blocksize,m.total);quit()},300);\n';

/** Runs the interpreter with open stdin; gives what it printed. */
export function runInterpreter(
  binary: string,
  folder: string,
  args: string[],
  typed: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd: folder });
    let text = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), BOOT_MS_MAX);
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(limit);
      resolve(text);
    });
    child.stdin.write(typed);
  });
}

interface Usage {
  variables: number;
  /** Bytes of one variable, and how many the interpreter has. */
  layout: string;
  text: string;
}

/** A file in pieces, so that an interpreter with a small board's memory can write it. */
export function writesOf(name: string, data: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += PIECE_BYTES) {
    const piece = JSON.stringify(data.slice(at, at + PIECE_BYTES));
    lines.push(`require("Storage").write(${JSON.stringify(name)},${piece},${at},${data.length});`);
  }
  return lines;
}

async function usage(binary: string, code: string): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-boot-'));
  const built = (name: string) => readFileSync(`dist/firmware/${name}.js`, 'utf8');
  const boot = { '.bootcde': built('boot-code'), 'tw.boot': built('loader') };
  const files = { '.boot0': STAND_INS, ...(code ? { ...boot, 'tw.a': code } : {}) };
  const writes = Object.entries(files).flatMap(([name, data]) => writesOf(name, data));
  writeFileSync(join(folder, 'install.js'), `${writes.join('\n')}\nquit();\n`);
  await runInterpreter(binary, folder, ['install.js'], '');
  const text = await runInterpreter(binary, folder, [], REPORT);
  rmSync(folder, { recursive: true, force: true });
  const [, variables, bytes, total] = /@ (\d+) (\d+) (\d+)/.exec(text) ?? [];
  return { variables: Number(variables), layout: `${total} variables of ${bytes} bytes`, text };
}

/** One line on the variables the program holds after boot. Throws: when the interpreter gave no figure. */
export async function variablesAfterBoot(binary: string, path: string): Promise<string> {
  const before = await usage(binary, '');
  const after = await usage(binary, readFileSync(path, 'utf8'));
  const taken = after.variables - before.variables;
  if (!Number.isFinite(taken))
    throw new Error(`no figure from the interpreter:\n${after.text.slice(-2000)}`);
  const trouble = /Uncaught[^\n]*/.exec(after.text)?.[0];
  return `  variables after boot: ${taken} (of ${after.layout}, no node configured)${trouble ? `, but: ${trouble}` : ''}`;
}
