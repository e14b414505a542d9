/*
 * bench-board.ts: the real Espruino interpreter behind a serial port: a pseudo terminal that any tool can open. Storage is the
 * file espruino.flash of a folder of its own; where E.reboot() or Ctrl-C ends the process, as on Linux, it is started again.
 * Way: a tool's port <-> python3 <-> the interpreter's own terminal.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { espruinoPath } from './interpreter';

/** Arguments: interpreter, folder. Prints the port's name, then one line at each start of the interpreter. */
const PORT = `
import os, pty, select, subprocess, sys, tty
def pair():
    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave
port, port_slave = pair()
os.write(1, os.ttyname(port_slave).encode() + b'\\n')
while True:
    board, board_slave = pair()
    child = subprocess.Popen([sys.argv[1]], stdin=board_slave, stdout=board_slave, stderr=subprocess.DEVNULL, cwd=sys.argv[2], start_new_session=True)
    os.close(board_slave)
    os.write(1, b'started\\n')
    try:
        while True:
            ready = select.select([port, board, 0], [], [])[0]
            if 0 in ready and not os.read(0, 100):
                child.kill()
                sys.exit(0)
            if board in ready: os.write(port, os.read(board, 4096))
            if port in ready: os.write(board, os.read(port, 256))
    except OSError: pass
    child.kill()
    child.wait()
    os.close(board)
`;

/** A board at a port. */
export interface BenchBoard {
  /** Of the serial port. */
  path: string;
  /** Resolves when the interpreter has been started so many times in all. */
  started(times: number): Promise<void>;
}

/** Starts it; it ends with the test. Needs python3 and ESPRUINO. */
export async function startBenchBoard(): Promise<BenchBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-bench-board-'));
  const child = spawn('python3', ['-c', PORT, resolve(espruinoPath ?? ''), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const isGone = new Promise<void>((done) => child.on('close', () => done()));
    child.stdin.end();
    await isGone;
    rmSync(folder, { recursive: true, force: true });
  });
  let text = '';
  let looks: (() => boolean)[] = [];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    looks = looks.filter((look) => !look());
  });
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((done) => {
      const look = (): boolean => {
        if (isSo()) done();
        return isSo();
      };
      if (!look()) looks.push(look);
    });
  const starts = (): number => text.split('started').length - 1;
  await when(() => starts() >= 1);
  return {
    path: text.split('\n')[0] as string,
    started: (times) => when(() => starts() >= times),
  };
}
