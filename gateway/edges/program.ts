/*
 * program.ts: runs one of our own verbs in a process of its own, with the least claim on processor and disk.
 * Way: arguments -> Node process -> what it wrote. A disk that hangs then holds up that process, not the gateway.
 */
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

/** Most of what a program writes that is kept, bytes of each of its two streams. */
const OUTPUT_BYTES_MAX = 65_536;
/** The least priority there is. */
const NICE = 19;

/** How it ended. */
export interface Ended {
  /** null = it was killed, or could not be started. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program that runs. */
export interface Program {
  /** Ends it. */
  kill(): void;
}

/** Runs a script with Node. @param done is called once. */
export function runProgram(
  script: string,
  args: string[],
  msMax: number,
  done: (ended: Ended) => void,
): Program {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: msMax,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  const keep = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
    texts[name] = (texts[name] + chunk).slice(-OUTPUT_BYTES_MAX);
  };
  child.stdout.on('data', keep('stdout'));
  child.stderr.on('data', keep('stderr'));
  let isDone = false;
  const end = (code: number | null) => {
    if (isDone) return;
    isDone = true;
    done({ code, ...texts });
  };
  child.on('error', (error) => {
    texts.stderr += error.message;
    end(null);
  });
  child.on('close', end);
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICE);
  } catch {
    // it ended already
  }
  return { kill: () => void child.kill('SIGKILL') };
}
