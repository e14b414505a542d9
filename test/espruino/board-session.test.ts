/*
 * A session with the real interpreter (env ESPRUINO) at a pseudo terminal, through serialport: the tool that flashes boards.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openBoard } from '../../scripts/technician/board/espruino-board';
import { startPty } from '../gateway/support/pty';
import { espruinoPath, HANGING_MS } from './interpreter';

/** The interpreter has a terminal of its own: its tty must be raw, or line feeds change. */
const ON_A_TTY = `
import os, pty, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
child = os.fork()
if child == 0:
    os.dup2(slave, 0); os.dup2(slave, 1)
    os.execv(sys.argv[1], [sys.argv[1]])
import select
while True:
    for ready in select.select([0, master], [], [])[0]:
        data = os.read(ready, 4096)
        if not data: sys.exit(0)
        os.write(master if ready == 0 else 1, data)
`;

/** The interpreter with an empty Storage, at a port. */
async function startInterpreter(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-espruino-'));
  const args = ['-c', ON_A_TTY, espruinoPath as string];
  const child: ChildProcess = spawn('python3', args, {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const pty = await startPty({ onBytes: (bytes) => void child.stdin?.write(bytes) });
  child.stdout?.on('data', (bytes: Buffer) => pty.write(bytes));
  return pty.path;
}

test.skipIf(!espruinoPath)(
  'identity, files by packets, exceptions, a start',
  async () => {
    const session = await openBoard(await startInterpreter());
    expect((await session.identity()).version).toMatch(/^2v29/);
    const program = readFileSync(
      join(import.meta.dirname, '../../dist/firmware/water-point-xiao.js'),
    );
    await session.write('tw.a', program);
    expect(Buffer.from(await session.read('tw.a'))).toEqual(program);
    // Byte 4 ends this build of the interpreter, not a board.
    const bytes = new Uint8Array(1500).map((_, i) => ((i & 255) === 4 ? 5 : i));
    await session.write('bytes', bytes);
    expect(Buffer.from(await session.read('bytes'))).toEqual(Buffer.from(bytes));
    await expect(session.evaluate('nothere.x')).rejects.toMatchObject({ code: 'board-exception' });
    await expect(session.node('id')).rejects.toMatchObject({ code: 'no-program' });
    await session.write('.bootcde', Buffer.from('print("hello");var started=1;\n'));
    expect(await session.restart()).toContain('hello');
    await session.stop();
    expect(await session.evaluate('typeof started')).toBe('undefined');
    await session.close();
  },
  HANGING_MS,
);
