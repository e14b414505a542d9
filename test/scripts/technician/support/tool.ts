/*
 * tool.ts: the built command line as a process, and what it left in folders.
 * Way: arguments -> process -> exit code and all it printed.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it printed on both streams, as it came. */
  out: string;
  /** Only stdout. */
  stdout: string;
}

/** Runs the tool. `seen` is told all it printed so far, and may end the process. */
export function tool(
  args: string[],
  seen: (out: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<End> {
  const child = spawn(process.execPath, ['dist/tallywell.js', ...args]);
  let out = '';
  let stdout = '';
  const take = (text: Buffer) => {
    out += text.toString();
    seen(out, (signal) => child.kill(signal));
  };
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
    take(text);
  });
  child.stderr.on('data', take);
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, out, stdout })),
  );
}

/** Every file below a folder but the two that hold keys. */
export function textsOf(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !['channel.key', 'bench.key'].includes(entry.name))
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name))]);
}
