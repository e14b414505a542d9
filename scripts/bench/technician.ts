/*
 * What: seconds from a bag to a labelled node: flash, provision, selftest, register, label, by the built command line.
 * From where to where: a virtual XIAO behind a pseudo terminal (python3), a gateway process with a virtual radio -> a table.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAir } from '../../hardware/virtual/air';
import { createBenchBoard } from '../../hardware/virtual/console/boards';
import { runBoard } from '../../hardware/virtual/console/doors';
import { createRadio } from '../../hardware/virtual/radio';
import { createWorld } from '../../hardware/virtual/world';
import { LONG_FAST } from '../../shared/meshtastic/airtime';
import { addTechnicianToken, runChain, startGatewayProcess } from './technician-chain';

const SECONDS_MAX = 60;
const RADIO_STEP_MS = 500;
/** Exit codes that are right here: the self-test names what is not there, the radio of the node and its registration. */
const RIGHT = 'flash 0, provision 0, selftest 70, register 0, label 0';

/** Prints the port's name and a newline; then stdin goes to the port, and what is written to it comes out. */
const PTY = `
import os, pty, select, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
os.write(1, os.ttyname(slave).encode() + b'\\n')
while True:
    for ready in select.select([master, 0], [], [])[0]:
        data = os.read(ready, 4096)
        if not data: sys.exit(0)
        os.write(master if ready == 0 else 1, data)
`;

/** A virtual XIAO at a serial port. */
async function boardAtPty() {
  const running = runBoard(createBenchBoard({ kind: 'xiao', seed: 7 }));
  const child = spawn('python3', ['-c', PTY], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.attach({ data: (bytes) => child.stdin.write(bytes), gone: () => child.kill() });
  const path = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    let name: string | null = '';
    child.stdout.on('data', (bytes: Buffer) => {
      if (name === null) return running.write(bytes);
      name += bytes.toString('latin1');
      if (!name.endsWith('\n')) return;
      resolve(name.trim());
      name = null;
    });
  });
  const stop = () => {
    running.stop();
    child.kill();
  };
  return { path, stop };
}

/** The gateway's radio, at a TCP port. */
async function radioAtTcp() {
  const world = createWorld(1);
  const radio = createRadio(world, createAir(world, {}), {
    ...{ nodeNum: 0xa1b2c3d4, longName: 'Gateway', shortName: 'gw' },
    ...{
      position: { latitude: 0, longitude: 0 },
      channels: [{ name: '', psk: new Uint8Array([1]) }],
    },
    ...{ region: 'EU_868', preset: LONG_FAST, nodeInfo: false, telemetry: false },
  });
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = radio.connect(
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
    );
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      connection.write(new Uint8Array(bytes));
      world.runUntil(world.nowMs() + RADIO_STEP_MS);
    });
    socket.on('close', () => connection.close());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return { url: `tcp://127.0.0.1:${address.port}`, stop: () => server.close() };
}

/** Waits until the gateway knows its radio. */
async function radioKnown(gatewayUrl: string): Promise<void> {
  for (;;) {
    const answer = await fetch(new URL('/api/v1/pod', gatewayUrl));
    const { radio } = (await answer.json()) as { radio: number | null };
    if (radio !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function bench(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-chain-'));
  const board = await boardAtPty();
  const radio = await radioAtTcp();
  const gateway = await startGatewayProcess(join(folder, 'data'), radio.url);
  try {
    await radioKnown(gateway.url);
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, await addTechnicianToken(join(folder, 'data')), { mode: 0o600 });
    const places = { bench: join(folder, 'bench'), label: join(folder, 'label.pdf'), tokenFile };
    const what = { port: board.path, gatewayUrl: gateway.url, site: 'well-1' };
    const ends = await runChain({ ...places, ...what, profile: 'water-point-xiao' });
    for (const { verb, exitCode, seconds } of ends)
      console.log(`${verb.padEnd(10)} exit ${exitCode}  ${seconds.toFixed(1)} s`);
    const chain = ends.slice(1);
    const total = chain.reduce((sum, { seconds }) => sum + seconds, 0);
    const codes = chain.map(({ verb, exitCode }) => `${verb} ${exitCode}`).join(', ');
    const holds = codes === RIGHT && total <= SECONDS_MAX;
    console.log(`flash to label: ${total.toFixed(1)} s`);
    console.log(
      `bar: at most ${SECONDS_MAX} s, exit codes right: ${holds ? 'yes' : `NO (${codes})`}`,
    );
    return holds;
  } finally {
    board.stop();
    await gateway.stop();
    radio.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
