// What `npm run build` makes: our host programs, one file each in dist/, packages stay outside; and in dist/assets/ the programs for
// browsers, whole.
import { chmodSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

const programs: Options = {
  entry: {
    tallywell: 'scripts/tallywell.ts',
    firmware: 'scripts/firmware.ts',
    check: 'scripts/check.ts',
    audit: 'scripts/audit.ts',
    bars: 'scripts/bars.ts',
    bench: 'scripts/bench.ts',
    native: 'scripts/native.ts',
    drawings: 'scripts/drawings.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  splitting: true,
  clean: false,
  skipNodeModulesBundle: true,
  // So that a link in the PATH is all that installing takes.
  onSuccess: async () => chmodSync('dist/tallywell.js', 0o755),
  loader: { '.sql': 'text', '.html': 'text', '.css': 'text' },
};

const forBrowsers: Options = {
  entry: { 'assets/check-number': 'gateway/browser/check-number.ts' },
  format: 'iife',
  platform: 'browser',
  // The oldest that have BigInt, without which there is no Ed25519 here.
  target: 'es2020',
  outDir: 'dist',
  outExtension: () => ({ js: '.js' }),
  minify: true,
  clean: false,
  noExternal: [/.*/],
};

export default defineConfig([programs, forBrowsers]);
