/*
 * What: seconds from a bag to a labelled node whose record has arrived: flash, provision, radio, register, selftest, label, by the
 * built command line.
 * From where to where: `tallywell practice` (a virtual XIAO behind a pseudo terminal of python3, its radio, the gateway's radio, a
 * gateway) -> a table.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChain, startPracticeProcess, type VerbEnd } from './technician-chain';

const SECONDS_MAX = 60;
const RIGHT = 'flash 0, provision 0, radio 0, register 0, selftest 0, label 0';

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

/** A serial port that leads to the board at this address. */
async function ptyOf(url: string) {
  const { hostname, port } = new URL(url);
  const child = spawn('python3', ['-c', PTY], { stdio: ['pipe', 'pipe', 'inherit'] });
  const board = connect(Number(port), hostname);
  board.on('data', (bytes) => child.stdin.write(bytes));
  const path = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    let name: string | null = '';
    child.stdout.on('data', (bytes: Buffer) => {
      if (name === null) return void board.write(bytes);
      name += bytes.toString('latin1');
      if (!name.endsWith('\n')) return;
      resolve(name.trim());
      name = null;
    });
  });
  const stop = () => {
    board.destroy();
    child.kill();
  };
  return { path, stop };
}

function tell({ verb, exitCode, seconds }: VerbEnd): void {
  console.log(`${verb.padEnd(10)} exit ${exitCode}  ${seconds.toFixed(1)} s`);
}

export async function bench(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-chain-'));
  const { practice, stop } = await startPracticeProcess(['--seed', '7']);
  const { boards, radios, gateway } = practice;
  const port = await ptyOf(boards[0].url);
  try {
    const { pod, board } = await runChain({
      ...{ port: port.path, siteRadio: radios[0].url, gatewayRadio: gateway.radio.url },
      ...{ gatewayUrl: gateway.url, tokenFile: gateway.tokenFile, bench: join(folder, 'bench') },
      ...{ profile: 'water-point-xiao', site: 'well-1', label: join(folder, 'label.pdf') },
    });
    console.log('once for the pod:');
    for (const end of pod) tell(end);
    console.log('one board:');
    for (const end of board) tell(end);
    const total = board.reduce((sum, { seconds }) => sum + seconds, 0);
    const codes = board.map(({ verb, exitCode }) => `${verb} ${exitCode}`).join(', ');
    const holds = codes === RIGHT && total <= SECONDS_MAX;
    console.log(`flash to label, the node's record at the gateway: ${total.toFixed(1)} s`);
    console.log(
      `bar: at most ${SECONDS_MAX} s, exit codes right: ${holds ? 'yes' : `NO (${codes})`}`,
    );
    return holds;
  } finally {
    port.stop();
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
