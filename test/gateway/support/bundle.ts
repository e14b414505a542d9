/*
 * bundle.ts: a TypeScript entry as one file that Node runs in a process of its own.
 * Way: esbuild -> dist/test/<name>-<process>.mjs (inside the repository, so that packages resolve).
 */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** Bundles an entry of this folder. @returns the path of the file to run. */
export async function bundleForNode(entry: string): Promise<string> {
  const root = new URL('../../../', import.meta.url).pathname;
  const name = basename(entry);
  const outfile = `${root}dist/test/${name}-${process.pid}-${Math.random().toString(36).slice(2)}.mjs`;
  await build({
    entryPoints: [`${root}test/gateway/support/${entry}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  onTestFinished(() => rmSync(outfile, { force: true }));
  return outfile;
}
