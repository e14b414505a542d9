// What `npm run build` makes of our host programs: one file each in dist/, packages stay outside.
import { chmodSync } from 'node:fs';
import { defineConfig } from 'tsup';

export default defineConfig({
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
});
