/*
 * What: `npm run firmware`: builds the program of every board profile and says how big it is.
 * From where to where: firmware/entries/*.ts -> dist/firmware/*.js, a table on stdout.
 * Each program is sealed (firmware/boot/program.ts) with the version's number as its sequence. Beside them: loader.js
 * becomes the file tw.boot, boot-code.js .bootcde, boot-power-on.js .bootPowerOn of a XIAO.
 * Exit code 1 when a program is too big for its board, in bytes or (with ESPRUINO set) in variables. With --quiet (part of every build) it only
 * builds, and not even that when no source has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { sealProgram } from '../firmware/boot/program';
import { FIRMWARE_BYTES_MAX, PROFILES, VARIABLES_MAX } from '../firmware/profiles';
import { version } from '../package.json';
import { memoryAfterBoot } from './build/boot-memory';
import { bundleForEspruino } from './build/lower';

const OUT = 'dist/firmware';
const STAMP = join(OUT, 'sources.sha256');

/** Hash over everything a bundle can depend on. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['firmware', 'shared', 'scripts/build'])
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.update(readFileSync('package-lock.json')).digest('hex');
}

/**
 * The file .bootcde. The loader is evaluated for each step and forgotten again; the program is evaluated at the top level,
 * for there Espruino leaves its functions in flash. A program that has run for five minutes is good.
 */
const BOOT_CODE = [
  'function boot(step){eval(require("Storage").read("tw.boot"))(step)}',
  'function safe(){boot("safe")}',
  'boot("start");',
  'if(program)setTimeout(boot,300000,"good");',
  'eval(program);\n',
].join('');
/** A XIAO's D1 is Espruino's button and the radio's interrupt line: held up at a reset, it would skip the loader. */
const BOOT_POWER_ON = 'if(digitalRead(D1))eval(require("Storage").read(".bootcde"))\n';

/** 1.2.3 -> 0x010203. */
function sequenceOfVersion(): number {
  const [major, minor, patch] = version.split('.').map(Number) as [number, number, number];
  return major * 65536 + minor * 256 + patch;
}

async function build(name: string): Promise<string> {
  const entry = `firmware/entries/${name}.ts`;
  return (await bundleForEspruino({ entry, minify: true, shortenProperties: true })).code;
}

const quiet = process.argv.includes('--quiet');
const hash = sourcesHash();
const isFresh =
  existsSync(STAMP) &&
  readFileSync(STAMP, 'utf8') === hash &&
  PROFILES.every((profile) => existsSync(join(OUT, `${profile.name}.js`)));
mkdirSync(OUT, { recursive: true });
for (const profile of PROFILES) {
  const path = join(OUT, `${profile.name}.js`);
  if (!isFresh) {
    const crcOf = (text: string) => crc32(Buffer.from(text, 'latin1'));
    writeFileSync(path, sealProgram(await build(profile.name), sequenceOfVersion(), crcOf));
  }
  if (quiet) continue;
  const bytes = readFileSync(path).length;
  const bytesMax = FIRMWARE_BYTES_MAX[profile.board];
  const fits = bytes <= bytesMax;
  console.log(
    `${profile.name.padEnd(18)}${String(bytes).padStart(6)} of ${bytesMax} bytes${fits ? '' : '  TOO BIG'}`,
  );
  if (!fits) process.exitCode = 1;
  if (!process.env.ESPRUINO) continue;
  const { variables, line } = await memoryAfterBoot(process.env.ESPRUINO, path);
  const isTooMuch = (variables ?? 0) > VARIABLES_MAX[profile.board];
  console.log(`${line}${isTooMuch ? `  MORE THAN ${VARIABLES_MAX[profile.board]}` : ''}`);
  if (isTooMuch) process.exitCode = 1;
}
if (!isFresh) {
  writeFileSync(join(OUT, 'loader.js'), `(function(step){${(await build('loader')).trimEnd()}})`);
  writeFileSync(join(OUT, 'boot-code.js'), BOOT_CODE);
  writeFileSync(join(OUT, 'boot-power-on.js'), BOOT_POWER_ON);
}
writeFileSync(STAMP, hash);
if (!quiet && !process.env.ESPRUINO)
  console.log('variables after boot: not measured, ESPRUINO is not set');
