/*
 * preload.ts: compiles the small libraries beside this file and says how to load them into a process in front of libc.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Compiles NAME.c of this folder into the folder `made`. @returns the library to name in LD_PRELOAD */
export function preloadLibrary(made: string, name: string): string {
  const library = join(made, `${name}.so`);
  const source = new URL(`${name}.c`, import.meta.url).pathname;
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl', '-lpthread'];
  execFileSync('gcc', flags);
  return library;
}

/** Environment that makes a process note its calls below `folder` into `log`. @param made folder for the library */
export function recordingEnv(made: string, folder: string, log: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LD_PRELOAD: preloadLibrary(made, 'record-calls'),
    TALLYWELL_CALLS_FOLDER: folder,
    TALLYWELL_CALLS_LOG: log,
    TALLYWELL_FULL_FLAG: join(made, 'full'),
  };
}

/** Environment in which the clocks run `factor` times as fast from now on. @param made folder for the library */
export function fastClockEnv(made: string, factor: number): NodeJS.ProcessEnv {
  const monotonicMs = process.hrtime.bigint() / 1_000_000n;
  return {
    ...process.env,
    LD_PRELOAD: preloadLibrary(made, 'fast-clock'),
    TALLYWELL_FAST_CLOCK: `${factor}:${Date.now()}:${monotonicMs}`,
  };
}
