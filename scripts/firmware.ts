/*
 * What: `npm run firmware`: builds the program of every board profile and says how big it is.
 * From where to where: firmware/entries/*.ts -> dist/firmware/*.js, a table on stdout.
 * Exit code 1 when a program is too big for its board. With --quiet (part of every build) it only
 * builds, and not even that when no source has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRMWARE_BYTES_MAX, PROFILES } from '../firmware/profiles';
import { variablesAfterBoot } from './build/boot-memory';
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
    const entry = `firmware/entries/${profile.name}.ts`;
    const bundle = await bundleForEspruino({ entry, minify: true, shortenProperties: true });
    writeFileSync(path, bundle.code);
  }
  if (quiet) continue;
  const bytes = readFileSync(path).length;
  const bytesMax = FIRMWARE_BYTES_MAX[profile.board];
  const fits = bytes <= bytesMax;
  console.log(
    `${profile.name.padEnd(18)}${String(bytes).padStart(6)} of ${bytesMax} bytes${fits ? '' : '  TOO BIG'}`,
  );
  if (!fits) process.exitCode = 1;
  if (process.env.ESPRUINO && profile.board === 'nrf52832')
    console.log(await variablesAfterBoot(process.env.ESPRUINO, path));
}
writeFileSync(STAMP, hash);
if (!quiet && !process.env.ESPRUINO)
  console.log('variables after boot: not measured, ESPRUINO is not set');
