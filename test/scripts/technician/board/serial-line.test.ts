/*
 * A board at a real serial port, a pseudo terminal: the whole way through serialport. The port is used by another, may not be
 * opened, is pulled out.
 */
import { spawn } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openBoard } from '../../../../scripts/technician/board/espruino-board';
import { portTrouble } from '../../../../scripts/technician/board/serial-line';
import { hasPython, ptyOfRadio, startPty } from '../../../gateway/support/pty';
import { freshBoard, QUICK, storageOf, troubleOf } from './board-kit';

const open = (path: string) => openBoard(path, { times: { ...QUICK, probeMs: 1000 } });

test.skipIf(!hasPython())(
  'files go through a serial port as they are',
  async () => {
    const { url, model } = await freshBoard('xiao');
    const pty = await ptyOfRadio(url);
    const session = await open(pty.path);
    const bytes = new Uint8Array(20_000).map((_, i) => (i * i) >> 3);
    await session.write('f', bytes);
    expect(storageOf(model).get('f')).toEqual(Buffer.from(bytes));
    expect(Buffer.from(await session.read('f'))).toEqual(Buffer.from(bytes));
    await session.close();
  },
  60_000,
);

test.skipIf(!hasPython())(
  'a port that another program holds is told, and is free again after it',
  async () => {
    const pty = await ptyOfRadio((await freshBoard('xiao')).url);
    const first = await open(pty.path);
    expect(await troubleOf(open(pty.path))).toMatchObject({
      ...{ code: 'port-locked', exitCode: 13, details: { port: pty.path } },
    });
    await first.close();
    const second = await open(pty.path);
    expect(await second.evaluate('1+1')).toBe(2);
    await second.close();
  },
  30_000,
);

test.skipIf(!hasPython())(
  'a port that is pulled out in the middle',
  async () => {
    const pty = await ptyOfRadio((await freshBoard('xiao')).url);
    const session = await open(pty.path);
    const work = session.write('f', new Uint8Array(300_000).fill(65), (share) => {
      if (share > 0.1 && share < 0.2) void pty.unplug();
    });
    expect(await troubleOf(work)).toMatchObject({ code: 'unplugged', exitCode: 14 });
    await session.close();
  },
  30_000,
);

test.skipIf(!hasPython())(
  'a port that this user may not open',
  async () => {
    const pty = await startPty();
    chmodSync(pty.path, 0o000);
    // Who is root may open everything: then the command runs as nobody.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const bench = join(tmpdir(), `tallywell-denied-${process.pid}`);
    onTestFinished(() => rmSync(bench, { recursive: true, force: true }));
    const args = ['dist/tallywell.js', 'ports', '--port', pty.path, '--json', '--bench', bench];
    const child = spawn(process.execPath, args, { ...user, env: { PATH: process.env.PATH } });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(text || '{}')).toMatchObject({ error: { code: 'port-denied' } });
    expect(exitCode).toBe(12);
  },
  30_000,
);

test.each([
  ['Error: Permission denied, cannot open /dev/ttyACM0', 'port-denied'],
  ['Opening COM3: Access denied', 'port-denied'],
  ['Error Resource temporarily unavailable Cannot lock port', 'port-locked'],
  ['Error: No such file or directory, cannot open /dev/ttyACM9', 'no-port'],
  ['Opening COM9: File not found', 'no-port'],
])('%s: %s', (message, code) => {
  expect(portTrouble(message, join('/dev', 'x')).code).toBe(code);
});
