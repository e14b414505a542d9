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
  'function peek32(){return 0}function poke32(){}var NRF={getBattery:function(){return 3},sleep:function(){},getSecurityStatus:function(){return{connected:false}}};' +
  'var Serial1={setup:function(){},unsetup:function(){},write:function(){},on:function(){},removeAllListeners:function(){}};' +
  'E.setConsole=function(){};';
/** A provisioned node: configuration, a key, an erased journal as `provision` makes it. */
const NODE_FILES = {
  'tw.cfg': JSON.stringify({
    site: 'wp-01',
    kind: 1,
    slot: 21,
    gatewayKey: '09'.repeat(32),
    gatewayNode: 85,
    keyId: '01020304',
    calibrationId: 1,
    pulseUl: 2222,
  }),
  ed25519: 'code',
};
/**
 * The journal of an MDBT42Q beside its program: two whole pages, at the end of its file (scripts/technician/node-journal.ts, docs/node.md).
 * 9,376 bytes from 7008 on: up to the end of a page.
 */
const JOURNAL = { address: 7008, bytes: 9376 };
/**
 * What Linux has not: flash beside Storage, all erased but a key whose CRC-32 fits; and a journal that takes no memory when it
 * is read, as on a chip whose flash has addresses.
 */
const FLASH =
  'var linuxRequire=require;global.require=function(n){return n=="Flash"?{read:function(l,a){var b=new Uint8Array(l);' +
  'if(a==0x6b000){var c=E.CRC32(new Uint8Array(68));b.set([c&255,c>>8&255,c>>16&255,c>>>24],68)}else b.fill(255);return b},' +
  'write:function(){},erasePage:function(){}}:n=="Storage"?boardStorage:linuxRequire(n)};var linuxStorage=linuxRequire("Storage"),boardStorage={erase:function(n){linuxStorage.erase(n)},write:function(n,d,o,s){return linuxStorage.write(n,d,o,s)},' +
  `read:function(n,o,l){return n=="journal"?{length:${JOURNAL.bytes}}:linuxStorage.read(n,o,l)}};E.getAddressOf=function(){return ${JOURNAL.address}};`;
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

async function usage(binary: string, code: string, isNode: boolean): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-boot-'));
  const built = (name: string) => readFileSync(`dist/firmware/${name}.js`, 'utf8');
  const boot = { '.bootcde': built('boot-code'), 'tw.boot': built('loader') };
  const files = {
    '.boot0': STAND_INS + FLASH,
    ...(code ? { ...boot, 'tw.a': code } : {}),
    ...(isNode ? NODE_FILES : {}),
  };
  const writes = Object.entries(files).flatMap(([name, data]) => writesOf(name, data));
  writeFileSync(join(folder, 'install.js'), `${writes.join('\n')}\nquit();\n`);
  await runInterpreter(binary, folder, ['install.js'], '');
  const text = await runInterpreter(binary, folder, [], REPORT);
  rmSync(folder, { recursive: true, force: true });
  const [, variables, bytes, total] = /@ (\d+) (\d+) (\d+)/.exec(text) ?? [];
  return { variables: Number(variables), layout: `${total} variables of ${bytes} bytes`, text };
}

/** What a program holds after boot, above an interpreter with the same stand-ins. Throws: no figure. */
async function taken(binary: string, code: string, isNode: boolean): Promise<[number, Usage]> {
  const before = await usage(binary, '', isNode);
  const after = await usage(binary, code, isNode);
  const variables = after.variables - before.variables;
  if (!Number.isFinite(variables)) {
    throw new Error(`no figure from the interpreter:\n${after.text.slice(-2000)}`);
  }
  return [variables, after];
}

/** What `npm run firmware` says of a program's memory. */
export interface BootMemory {
  /** Variables after boot without a configuration; undefined: the program does not fit this interpreter. */
  variables: number | undefined;
  line: string;
}

/** Measures a program: without a configuration, and as a running node. Throws: when the interpreter gave no figure. */
export async function memoryAfterBoot(binary: string, path: string): Promise<BootMemory> {
  const code = readFileSync(path, 'utf8');
  const [bare, { layout }] = await taken(binary, code, false);
  if (bare < 0) return { variables: undefined, line: `  does not fit into ${layout}` };
  const [running, after] = await taken(binary, code, true);
  const trouble = /Uncaught[^\n]*/.exec(after.text)?.[0];
  const isRunning = /wp-01 epoch \d+/.test(after.text);
  const words = isRunning ? `, as a running node ${running}` : '';
  return {
    variables: bare,
    line: `  variables after boot: ${bare}${words} (of ${layout})${trouble ? `, but: ${trouble}` : ''}`,
  };
}
