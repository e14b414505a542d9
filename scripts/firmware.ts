/*
 * What: `npm run firmware`: builds the program of every board profile and says how big it is.
 * From where to where: firmware/entries/*.ts -> dist/firmware/*.js.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { FIRMWARE_BYTES_MAX, PROFILES } from '../firmware/profiles';
import { bundleForEspruino } from './build/lower';

mkdirSync('dist/firmware', { recursive: true });
for (const profile of PROFILES) {
  const bundle = await bundleForEspruino({ entry: `firmware/entries/${profile.name}.ts`, minify: true });
  writeFileSync(`dist/firmware/${profile.name}.js`, bundle.code);
  console.log(`${profile.name} ${bundle.bytes} of ${FIRMWARE_BYTES_MAX} bytes`);
  if (bundle.bytes > FIRMWARE_BYTES_MAX) process.exitCode = 1;
}
