/*
 * What: measures how many of Espruino's variables a program takes once it has booted from Storage.
 * From where to where: a bundle and the Linux interpreter -> one line of text.
 * The Linux build lays variables out for 64 bits; a 32-bit board needs about as many, each smaller.
 * Registers, radio and UART do not exist on Linux, so their functions are replaced, in the baseline as well.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BOOT_MS_MAX = 20_000;
const STAND_INS =
  'function peek32(){return 0}function poke32(){}var NRF={getBattery:function(){return 3}};' +
  'var Serial1={setup:function(){},unsetup:function(){},write:function(){},on:function(){},removeAllListeners:function(){}};' +
  'E.setConsole=function(){};';
const REPORT = 'setTimeout(function(){print("@",process.memory().usage);quit()},300);\n';

/** Runs the interpreter with open stdin; gives what it printed. */
function runInterpreter(
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

async function usage(binary: string, code: string): Promise<{ variables: number; text: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-boot-'));
  const files = { '.boot0': STAND_INS, ...(code ? { '.bootcde': code } : {}) };
  const writes = Object.entries(files).map(
    ([name, data]) => `require("Storage").write(${JSON.stringify(name)},${JSON.stringify(data)});`,
  );
  writeFileSync(join(folder, 'install.js'), `${writes.join('\n')}\nquit();\n`);
  await runInterpreter(binary, folder, ['install.js'], '');
  const text = await runInterpreter(binary, folder, [], REPORT);
  rmSync(folder, { recursive: true, force: true });
  return { variables: Number(/@ (\d+)/.exec(text)?.[1] ?? Number.NaN), text };
}

/** One line on the variables the program holds after boot. Throws: when the interpreter gave no figure. */
export async function variablesAfterBoot(binary: string, path: string): Promise<string> {
  const before = await usage(binary, '');
  const after = await usage(binary, readFileSync(path, 'utf8'));
  const taken = after.variables - before.variables;
  if (!Number.isFinite(taken))
    throw new Error(`no figure from the interpreter:\n${after.text.slice(-2000)}`);
  const trouble = /Uncaught[^\n]*/.exec(after.text)?.[0];
  return `  variables after boot: ${taken} (Linux layout, 64 bit, no node configured)${trouble ? `, but: ${trouble}` : ''}`;
}
