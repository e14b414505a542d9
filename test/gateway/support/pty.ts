/*
 * pty.ts: pseudo terminals that stand for serial ports, made by python3.
 * Way: bytes of a test or of an oracle radio's socket <-> a port the gateway opens.
 */
import { execFileSync, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** Prints the port's name and a newline; then stdin goes to the port, and what is written to it comes out. */
const PTY = `
import os, pty, select, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
deaf = len(sys.argv) > 1
os.write(1, os.ttyname(slave).encode() + b'\\n')
while True:
    for ready in select.select([0] if deaf else [master, 0], [], [])[0]:
        data = os.read(ready, 4096)
        if not data: sys.exit(0)
        os.write(master if ready == 0 else 1, data)
`;

/** Is python3 there? Not in CI is no excuse. */
export function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error('python3 is not installed');
    console.warn('SKIPPED: python3 is not installed (it makes the pseudo terminal)');
    return false;
  }
}

/** One port. */
export interface Pty {
  path: string;
  /** Bytes to whoever opened the port. */
  write(bytes: Uint8Array): void;
  /** Bytes that were written to the port. */
  received(): number;
  /** Pulls the plug. Resolves when the port is gone. */
  unplug(): Promise<void>;
}

/** Makes a port. `deaf`: it never takes what is written to it. `onBytes`: what was written to it. */
export async function startPty(
  options: { deaf?: boolean; onBytes?: (bytes: Buffer) => void } = {},
): Promise<Pty> {
  const args = ['-c', PTY, ...(options.deaf ? ['deaf'] : [])];
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.stdin.on('error', () => {});
  let head = '';
  let received = 0;
  let named: (path: string) => void = () => {};
  const path = new Promise<string>((resolve) => {
    named = resolve;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (head.endsWith('\n')) {
      received += chunk.length;
      return options.onBytes?.(chunk);
    }
    head += chunk.toString('latin1');
    if (head.endsWith('\n')) named(head.trim());
  });
  return {
    path: await path,
    write: (bytes) => child.stdin.write(bytes),
    received: () => received,
    unplug() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/** A port behind which the radio at this address (tcp://…) stands. */
export async function ptyOfRadio(url: string): Promise<Pty> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const pty = await startPty({ onBytes: (bytes) => socket.write(bytes) });
  socket.on('data', (bytes) => pty.write(bytes));
  return {
    ...pty,
    unplug() {
      socket.destroy();
      return pty.unplug();
    },
  };
}
