/*
 * systemd.ts: systemd's side of sd_notify(3) for tests: a real Unix datagram socket in a process of its own (python3, for Node
 * has no such sockets). It prints each message, and "TIMEOUT" once no WATCHDOG=1 came for the time allowed since the last one.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
fed = False
while True:
    s.settimeout(float(sys.argv[2]) if fed else None)
    try:
        data = s.recv(4096).decode()
    except TimeoutError:
        print('TIMEOUT', flush=True)
        fed = False
        continue
    except socket.timeout:
        print('TIMEOUT', flush=True)
        fed = False
        continue
    for line in data.split('\\n'):
        if line.startswith('WATCHDOG=1'): fed = True
        if line and not line.startswith('BARRIER'): print(line, flush=True)
`;

/** A listening service manager. */
export interface Systemd {
  /** Path of NOTIFY_SOCKET. */
  socket: string;
  /** All messages so far, and TIMEOUT. */
  messages: string[];
}

/** Starts it. @param allowedS how long after a WATCHDOG=1 the next one must come, s */
export async function startSystemd(folder: string, allowedS: number): Promise<Systemd> {
  const socket = join(folder, 'notify');
  const child = spawn('python3', ['-c', LISTENER, socket, String(allowedS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const messages: string[] = [];
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line === 'listening') resolve();
      else messages.push(line);
    });
  });
  return { socket, messages };
}
