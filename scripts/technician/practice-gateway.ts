/*
 * practice-gateway.ts: a gateway of its own process in a temporary folder, with a token for the bench.
 * Way: the built command line -> `tallywell gateway`, `tallywell token add` -> its address, a file with the token. Nothing is kept.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageFolder } from '../village/options';

/** How often the gateway is asked for its radio, ms. */
const RADIO_LOOK_MS = 100;

/** A gateway at work. */
export interface PracticeGateway {
  /** Its page and API. */
  url: string;
  /** A file with a token of the scope technician. */
  tokenFile: string;
  stop(): Promise<void>;
}

/** Where it works. */
export interface PracticeGatewayOptions {
  /** A folder of its own. */
  folder: string;
  /** Address of its radio. */
  radio: string;
  /** TCP port of its page; 0 = any free one. */
  port: number;
}

function tallywell(args: string[]): ChildProcess {
  // Its own process group: Ctrl-C ends the practice, which then ends the gateway in order. The channel tells it when the
  // practice was killed.
  const script = join(packageFolder(), 'dist', 'tallywell.js');
  return spawn(process.execPath, [script, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** Resolves with what the pattern finds in what a process says. Rejects: it ended before. */
function heard(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const take = (piece: Buffer): void => {
      said += piece;
      const found = wanted.exec(said);
      if (found) resolve(found[1] as string);
      // What was looked for is found: the rest is read so that the process never waits, and forgotten.
      if (found) said = '';
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', reject);
    child.on('close', () => reject(new Error(said)));
  });
}

/** Resolves when the gateway knows the number of its radio: `tallywell pod` asks for it. */
async function radioKnown(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(new URL('/api/v1/pod', url));
    const { radio } = (await answer.json()) as { radio: number | null };
    if (radio !== null) return;
    await sleep(RADIO_LOOK_MS);
  }
}

/** Starts it, and resolves when it can be asked. Rejects: it ended before. */
export async function startPracticeGateway({
  folder,
  radio,
  port,
}: PracticeGatewayOptions): Promise<PracticeGateway> {
  const data = join(folder, 'gateway');
  const child = tallywell([
    ...['gateway', '--data', data, '--radio', radio, '--pod', 'practice', '--clock', 'machine'],
    ...['--http-port', String(port), '--mqtt-port', '0', '--no-backup'],
  ]);
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const url = await heard(child, /page (http:\S+)/);
  const add = ['token', 'add', 'bench', '--scope', 'technician', '--data', data, '--json'];
  const token = await heard(tallywell(add), /"token":"([^"]+)"/);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  await Promise.race([radioKnown(url), gone]);
  return {
    url,
    tokenFile,
    stop: () => {
      process.off('exit', end);
      end();
      return gone;
    },
  };
}
