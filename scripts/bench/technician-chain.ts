/*
 * technician-chain.ts: one board from the bag to its label, with the command line that a technician types: a process a verb.
 * Way: a port, radios, a gateway, a bench folder -> flash, provision, radio, register, selftest, label -> exit codes, JSON, seconds.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Practice } from '../technician/practice';

/** Where the chain works. */
export interface ChainPlaces {
  /** Serial port of the board. */
  port: string;
  /** Address of the radio that hangs on it. */
  siteRadio: string;
  /** Address of the gateway's radio. */
  gatewayRadio: string;
  /** Bench folder; made at the first verb. */
  bench: string;
  gatewayUrl: string;
  /** File with a token of the scope technician. */
  tokenFile: string;
  profile: string;
  site: string;
  /** The label, .pdf or .svg. */
  label: string;
}

/** How one verb ended. */
export interface VerbEnd {
  verb: string;
  exitCode: number;
  /** The line of JSON; null = none. */
  // biome-ignore lint/suspicious/noExplicitAny: each verb has its own shape
  said: any;
  stderr: string;
  seconds: number;
}

/** Runs one verb of the built command line with --json. */
export function runVerbProcess(bench: string, args: string[]): Promise<VerbEnd> {
  const startMs = performance.now();
  const env = { PATH: process.env.PATH, HOME: bench, TALLYWELL_BENCH: bench };
  const child = spawn(process.execPath, [join('dist', 'tallywell.js'), ...args, '--json'], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      const said = line.startsWith('{') ? JSON.parse(line) : null;
      const seconds = (performance.now() - startMs) / 1000;
      resolve({ verb: args[0] as string, exitCode: code ?? 1, said, stderr, seconds });
    });
  });
}

/** What is told once for a pod: the pod itself, and the gateway's radio. */
function podVerbs({ gatewayUrl, tokenFile, gatewayRadio }: ChainPlaces): string[][] {
  const region = ['--region', 'EU_868', '--new-channel-key'];
  return [
    ['pod', '--gateway', gatewayUrl, '--token-file', tokenFile, ...region],
    ['radio', '--for', 'gateway', '--port', gatewayRadio],
  ];
}

/** The verbs of one board and their flags. */
export function chainVerbs(places: ChainPlaces): string[][] {
  const { port, site, siteRadio, profile, tokenFile, label } = places;
  const token = ['--token-file', tokenFile];
  const name = ['--name', 'Puits du marché', '--pulse-ul', '2222'];
  return [
    ['flash', '--port', port, '--profile', profile],
    ['provision', '--port', port, '--site', site, ...name],
    ['radio', '--for', 'site', '--site', site, '--port', siteRadio],
    ['register', ...token],
    ['selftest', '--port', port, ...token],
    ['label', '--site', site, '--out', label],
  ];
}

/** How a chain ended. `pod`: once for a bench; `board`: from the bag to the label. */
export interface ChainEnds {
  pod: VerbEnd[];
  board: VerbEnd[];
}

/** Tells the bench its pod, then the chain, one verb after the other, to its end whatever they say. */
export async function runChain(places: ChainPlaces): Promise<ChainEnds> {
  const ends: ChainEnds = { pod: [], board: [] };
  for (const args of podVerbs(places)) ends.pod.push(await runVerbProcess(places.bench, args));
  for (const args of chainVerbs(places)) ends.board.push(await runVerbProcess(places.bench, args));
  return ends;
}

/** A practice bench of its own process. */
export interface PracticeProcess {
  practice: Pick<Practice, 'boards' | 'radios'> & { gateway: NonNullable<Practice['gateway']> };
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
}

/** Starts the built `tallywell practice --json`, and resolves when all of it can be reached. Rejects: it ended before. */
export async function startPracticeProcess(args: string[] = []): Promise<PracticeProcess> {
  const verb = [join('dist', 'tallywell.js'), 'practice', '--json', ...args];
  const child = spawn(process.execPath, verb, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let said = '';
  let wrong = '';
  child.stderr.on('data', (piece) => {
    wrong += piece;
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (piece) => {
      said += piece;
      if (said.includes('\n')) resolve(said);
    });
    child.on('error', reject);
    void gone.then(() => reject(new Error(`practice ended: ${wrong}`)));
  });
  return {
    practice: JSON.parse(line),
    stop: () => {
      child.kill('SIGINT');
      return gone;
    },
  };
}

/** A gateway of its own process. */
export interface GatewayProcess {
  url: string;
  /** All that it has printed. */
  said(): string;
  stop(): Promise<void>;
}

/** Starts the built gateway with one radio, and resolves when its page answers. Rejects: it ended before. */
export async function startGatewayProcess(data: string, radio: string): Promise<GatewayProcess> {
  const args = ['gateway', '--data', data, '--radio', radio, '--pod', 'hill', '--clock', 'machine'];
  const free = ['--http-port', '0', '--mqtt-port', '0', '--no-backup'];
  const child = spawn(process.execPath, [join('dist', 'tallywell.js'), ...args, ...free]);
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    const take = (piece: Buffer): void => {
      text += piece;
      const found = /page (http:\S+)/.exec(text);
      if (found) resolve(found[1] as string);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void gone.then(() => reject(new Error(`the gateway ended: ${text}`)));
  });
  return {
    url,
    said: () => text,
    stop: () => {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

/** A token of the scope technician, in its own words: `tallywell token add`. */
export async function addTechnicianToken(data: string): Promise<string> {
  const args = ['token', 'add', 'bench', '--scope', 'technician', '--data', data];
  const { said, stderr } = await runVerbProcess(data, args);
  if (said === null) throw new Error(stderr);
  return said.token as string;
}
