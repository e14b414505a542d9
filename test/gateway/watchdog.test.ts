/*
 * Tests of what systemd is told, with a real gateway process, the real systemd-notify and a real datagram socket.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { watchdogMs } from '../../gateway/edges/notify';
import { LIVE_COMMIT_MS, LIVE_TICK_MS } from '../../gateway/limits/operations';
import { createLiveness } from '../../gateway/liveness';
import { bundleForNode } from './support/bundle';
import { packetOf, testNode, usage } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';
import { startSystemd } from './support/systemd';

const NODE = testNode(1);

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error(`${command} is not installed`);
    console.warn(`SKIPPED: ${command} is not installed`);
    return false;
  }
}

const CAN_RUN = has('systemd-notify') && has('python3');

interface Run {
  child: ChildProcess;
  lines: string[];
  end: Promise<number | string | null>;
}

function run(script: string, args: string[], environment: Record<string, string>): Run {
  const child = spawn(
    process.execPath,
    [script, 'gateway', '--http-port', '0', '--hold-back', '0', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const end = new Promise<number | string | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  return { child, lines, end };
}

async function radioUrl(): Promise<string> {
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  return radio.url;
}

test.skipIf(!CAN_RUN)(
  'READY, WATCHDOG while it works, STATUS in words, STOPPING at the end',
  async () => {
    const folder = testFolder();
    const systemd = await startSystemd(folder, 60);
    const script = await bundleForNode('gateway-process');
    const { child, end } = run(
      script,
      ['--data', folder, '--mqtt-port', '0', '--radio', 'tcp://127.0.0.1:9'],
      { NOTIFY_SOCKET: systemd.socket, WATCHDOG_USEC: '400000' },
    );
    // The radio is away all the time: that is no reason to be killed.
    await until(() => systemd.messages.filter((line) => line === 'WATCHDOG=1').length >= 3);
    expect(systemd.messages[0]).toBe('READY=1');
    expect(systemd.messages.join('\n')).toMatch(/STATUS=0 records, 0 of 1 radios ready; radio: /);
    child.kill('SIGTERM');
    expect(await end).toBe(0);
    await until(() => systemd.messages.includes('STOPPING=1'));
  },
);

test.skipIf(!CAN_RUN)('an event loop that stands still feeds no watchdog', async () => {
  const folder = testFolder();
  const systemd = await startSystemd(folder, 10);
  const script = await bundleForNode('gateway-that-hangs');
  const { child, lines } = run(
    script,
    ['--data', folder, '--mqtt-port', '0', '--radio', await radioUrl()],
    { NOTIFY_SOCKET: systemd.socket, WATCHDOG_USEC: '400000' },
  );
  await until(() => systemd.messages.filter((line) => line === 'WATCHDOG=1').length >= 5);
  expect(systemd.messages).not.toContain('TIMEOUT');
  child.kill('SIGUSR2');
  await until(() => lines.includes('standing still'));
  // Comes only when ten seconds, twenty-five feeds, stayed away.
  await until(() => systemd.messages.includes('TIMEOUT'));
  expect(child.exitCode).toBeNull();
});

/** A broker that accepts everybody and acknowledges nothing afterwards. MQTT 5, section 3.2. */
async function silentBroker(): Promise<{ url: string; received: () => number }> {
  let received = 0;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.write(Uint8Array.of(0x20, 3, 0, 0, 0)));
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `mqtt://127.0.0.1:${port}`, received: () => received };
}

test('SIGTERM ends it also while a broker is connected and acknowledges nothing', async () => {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const broker = await silentBroker();
  const script = await bundleForNode('gateway-process');
  const { child, lines, end } = run(
    script,
    [
      ...['--data', folder, '--radio', radio.url, '--mqtt', broker.url],
      ...['--register', registerFile(folder, [1, 2])],
    ],
    {},
  );
  await until(() => lines.some((line) => line.includes('connected')));
  await until(() => lines.some((line) => line.includes('radio ready')));
  const before = broker.received();
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => broker.received() > before);
  child.kill('SIGTERM');
  expect(await end).toBe(0);
});

test('how often: half of what systemd allows, and only if it means this process', () => {
  expect(watchdogMs({ WATCHDOG_USEC: '60000000' })).toBe(30_000);
  expect(watchdogMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: String(process.pid) })).toBe(30_000);
  expect(watchdogMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' })).toBeNull();
  for (const WATCHDOG_USEC of [undefined, '', '0', 'x', '-1']) {
    expect(watchdogMs({ WATCHDOG_USEC })).toBeNull();
  }
});

test('alive: ticks and commits; a full disk is no reason, a commit that never comes is one', () => {
  const at = { ms: 0, pending: 'nothing' as 'nothing' | 'records', full: false };
  const liveness = createLiveness(
    { steadyMs: () => at.ms },
    { pending: () => at.pending },
    { isFull: () => at.full },
  );
  const tick = (ms: number) => {
    at.ms = ms;
    liveness.chore.run();
    return liveness.problem();
  };
  expect(liveness.problem()).toBeNull();
  at.ms = LIVE_TICK_MS + 1;
  expect(liveness.problem()).toMatch(/no tick/);
  expect(tick(at.ms)).toBeNull();

  at.pending = 'records';
  let ms = at.ms;
  const until = ms + LIVE_COMMIT_MS;
  for (; ms <= until; ms += 5000) expect(tick(ms)).toBeNull();
  expect(tick(ms + 5000)).toMatch(/no commit/);
  at.full = true;
  expect(tick(ms + 10_000)).toBeNull();
  at.full = false;
  expect(tick(ms + 15_000)).toBeNull();
  // Busy: at every tick something new waits, but commits come in between.
  for (let tickAt = 1; tickAt <= 100; tickAt += 1) {
    liveness.committed();
    expect(tick(ms + 15_000 + tickAt * 5000)).toBeNull();
  }
});
