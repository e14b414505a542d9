/*
 * Tests of the verb `gateway` as a process on the system's clock: its end by a signal, by a full disk, by
 * wrong options; and a radio on a serial line.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { startGateway } from '../../gateway/gateway';
import { bundleForNode } from './support/bundle';
import { packetOf, testNode, usage } from './support/nodes';
import { type OracleRadio, startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);

async function oracleRadio(): Promise<OracleRadio> {
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  return radio;
}

interface Run {
  child: ChildProcess;
  /** Lines of the log and of stderr so far. */
  lines: string[];
  /** Exit code, or the signal's name. */
  end: Promise<number | string | null>;
}

function run(command: string, args: string[]): Run {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const end = new Promise<number | string | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  return { child, lines, end };
}

function gatewayArgs(script: string, folder: string, radio: string): string[] {
  const ports = ['--mqtt-port', '0', '--http-port', '0'];
  const register = registerFile(folder, [1, 2]);
  return [
    script,
    'gateway',
    '--hold-back',
    '0',
    '--data',
    folder,
    '--radio',
    radio,
    '--register',
    register,
    ...ports,
  ];
}

function storedRecords(folder: string): number {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    return database.prepare('SELECT count(*) FROM record').pluck().get() as number;
  } finally {
    database.close();
  }
}

test('SIGTERM: what was heard is committed, and the process ends with 0', async () => {
  const [folder, radio] = [testFolder(), await oracleRadio()];
  const script = await bundleForNode('gateway-process');
  const { child, lines, end } = run(process.execPath, gatewayArgs(script, folder, radio.url));
  await until(() => lines.some((line) => line.includes('radio ready')));
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  // Refused and counted: shows that the record before it was read.
  radio.hear({ payload: new Uint8Array(3) });
  const url = /page (\S+)/.exec(lines.join(' '))?.[1];
  await until(async () => {
    const status = await (await fetch(`${url}api/v1/status`)).json();
    return (status as { records: { rejected: number } }).records.rejected === 1;
  });
  child.kill('SIGTERM');
  expect(await end).toBe(0);
  expect(storedRecords(folder)).toBe(1);
});

test('a disk that takes no more ends the process loudly; the database stays whole', async () => {
  const [folder, radio] = [testFolder(), await oracleRadio()];
  const script = await bundleForNode('gateway-process');
  const args = gatewayArgs(script, folder, radio.url).map((arg) => `'${arg}'`);
  // No file may grow beyond 300 KiB: the write-ahead log soon wants more.
  const command = `ulimit -f 300; exec '${process.execPath}' ${args.join(' ')}`;
  const { lines, end } = run('/bin/bash', ['-c', command]);
  await until(() => lines.some((line) => line.includes('radio ready')));
  for (let sequence = 1; sequence <= 3000; sequence += 1) {
    radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  }
  expect(await end).not.toBe(0);
  expect(lines.join('\n')).toMatch(/SQLITE_(IOERR|FULL)|database or disk is full|disk I\/O error/);
  expect(storedRecords(folder)).toBeLessThan(3000);
});

test.each<[string, RegExp, (folder: string) => string[]]>([
  ['a radio address of no known form', /tcp:\/\/host:port or serial:/, () => ['--radio', 'usb0']],
  [
    'a register that is no JSON',
    /register/,
    (folder) => {
      writeFileSync(join(folder, 'bad.json'), '{');
      return ['--radio', 'tcp://127.0.0.1:9', '--register', join(folder, 'bad.json')];
    },
  ],
])('%s ends it at once, saying why', async (_what, why, options) => {
  const folder = testFolder();
  const script = await bundleForNode('gateway-process');
  const args = ['gateway', '--data', folder, '--mqtt-port', '0', '--http-port', '0'];
  const { lines, end } = run(process.execPath, [script, ...args, ...options(folder)]);
  expect(await end).toBe(1);
  expect(lines.join('\n')).toMatch(why);
});

test('a lost database is not taken silently for a new one, a lost key not replaced', async () => {
  const folder = testFolder();
  const log: string[] = [];
  const options = {
    dataDir: folder,
    radios: ['tcp://127.0.0.1:9'],
    mqttPort: 0,
    httpPort: 0,
    log: (line: string) => void log.push(line),
  };
  await (await startGateway(options)).stop();
  rmSync(join(folder, 'gateway.sqlite'));
  await expect(startGateway(options)).rejects.toThrow(/gone.*tallywell restore.*--new/s);
  expect(existsSync(join(folder, 'gateway.sqlite'))).toBe(false);
  await (await startGateway({ ...options, startEmpty: true })).stop();
  rmSync(join(folder, 'gateway.key'));
  await expect(startGateway(options)).rejects.toThrow(/put the file back/);
});

/** Joins a new pseudo terminal to a TCP port; prints the terminal's name. */
const PTY = `
import os, pty, select, socket, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
peer = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
print(os.ttyname(slave), flush=True)
while True:
    for ready in select.select([master, peer], [], [])[0]:
        if ready is peer:
            data = peer.recv(4096)
            if not data: sys.exit(0)
            os.write(master, data)
        else:
            peer.sendall(os.read(master, 4096))
`;

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error('python3 is not installed');
    console.warn('SKIPPED: python3 is not installed (it makes the pseudo terminal)');
    return false;
  }
}

test('a radio on a serial line is heard like one on TCP', async () => {
  if (!hasPython()) return;
  const [folder, radio] = [testFolder(), await oracleRadio()];
  const line = spawn('python3', ['-c', PTY, new URL(radio.url).port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void line.kill('SIGKILL'));
  const path = await new Promise<string>((resolve) =>
    createInterface({ input: line.stdout }).once('line', resolve),
  );
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [`serial:${path}`],
    registerFile: registerFile(folder, [1, 2]),
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => gateway.status().records.stored === 1);
});
