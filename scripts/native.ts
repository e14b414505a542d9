/*
 * What: `npm run native`: rebuilds the native routine and compares it with the committed files; `--write` replaces them.
 * From where to where: firmware/native/ed25519.c -> ed25519.bin (Cortex-M4 and M33) and ed25519.wasm (virtual boards).
 * Needs Debian's gcc-arm-none-eabi; for the .wasm also clang and lld. Exit code 1: what was built differs.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NATIVE_BYTES_MAX } from '../firmware/profiles';
import { nativeTables } from './build/native-tables';

const FOLDER = 'firmware/native';
const SOURCE = resolve(FOLDER, 'ed25519.c');
const COMMON = ['-ffreestanding', '-nostdlib', '-fno-builtin', '-Wall', '-Wextra', '-Werror'];
const ARM = [
  ...['-mcpu=cortex-m4', '-mthumb', '-Os', '-fpie', '-fno-tree-loop-distribute-patterns'],
  ...['-fno-unwind-tables', '-fno-asynchronous-unwind-tables', '-Wl,--build-id=none'],
];
const WASM = ['--target=wasm32', '-O2', '-Wl,--no-entry', '-Wl,--export=ed', '-Wl,--strip-all'];

/** Builds into a folder of its own. Throws: the compiler's words; when a relocation is left. */
function buildArm(folder: string): Buffer {
  const elf = join(folder, 'ed25519.elf');
  const script = resolve(FOLDER, 'ed25519.ld');
  execFileSync('arm-none-eabi-gcc', [...COMMON, ...ARM, `-Wl,-T,${script}`, '-o', elf, SOURCE]);
  const relocations = execFileSync('arm-none-eabi-readelf', ['-r', elf], { encoding: 'utf8' });
  if (!relocations.includes('There are no relocations')) throw new Error(relocations);
  const bin = join(folder, 'ed25519.bin');
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, bin]);
  return readFileSync(bin);
}

function buildWasm(folder: string): Buffer {
  const wasm = join(folder, 'ed25519.wasm');
  execFileSync('clang', [...COMMON, ...WASM, '-o', wasm, SOURCE]);
  return readFileSync(wasm);
}

/** Versions whose output is committed. Another one builds other bytes that do the same. */
const GCC_VERSION = '12.2.1';
const CLANG_VERSION = 'clang version 14.';

function isVersion(tool: string, wanted: string): boolean {
  const text = execFileSync(tool, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  if (text.includes(wanted)) return true;
  console.log(`${tool}: ${text} is not ${wanted}: built, not compared`);
  return false;
}

/** Compares or writes one file. Gives whether it is as committed. */
function settle(name: string, built: Buffer | string): boolean {
  const path = join(FOLDER, name);
  const bytes = Buffer.from(built);
  if (process.argv.includes('--write')) writeFileSync(path, bytes);
  const isSame = bytes.equals(readFileSync(path));
  const hash = createHash('sha256').update(bytes).digest('hex');
  console.log(
    `${name.padEnd(14)}${String(bytes.length).padStart(6)} bytes  ${hash}  ${isSame ? 'as committed' : 'DIFFERS'}`,
  );
  return isSame;
}

const folder = mkdtempSync(join(tmpdir(), 'tallywell-native-'));
try {
  let isSame = settle('tables.h', nativeTables());
  const arm = buildArm(folder);
  if (isVersion('arm-none-eabi-gcc', GCC_VERSION)) isSame = settle('ed25519.bin', arm) && isSame;
  if (arm.length > NATIVE_BYTES_MAX) throw new Error(`more than ${NATIVE_BYTES_MAX} bytes`);
  const wasm = buildWasm(folder);
  if (isVersion('clang', CLANG_VERSION)) isSame = settle('ed25519.wasm', wasm) && isSame;
  if (!isSame) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
