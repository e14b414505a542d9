/*
 * preload.ts: compiles record-calls.c and says how to load it into a process.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Environment that makes a process note its calls below `folder` into `log`. @param made folder for the library */
export function recordingEnv(made: string, folder: string, log: string): NodeJS.ProcessEnv {
  const library = join(made, 'record-calls.so');
  const source = new URL('record-calls.c', import.meta.url).pathname;
  execFileSync('gcc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-Wall',
    '-o',
    library,
    source,
    '-ldl',
    '-lpthread',
  ]);
  return {
    ...process.env,
    LD_PRELOAD: library,
    TALLYWELL_CALLS_FOLDER: folder,
    TALLYWELL_CALLS_LOG: log,
    TALLYWELL_FULL_FLAG: join(made, 'full'),
  };
}
