/*
 * technician-chain.ts: one board from the bag to its label, with the command line that a technician types: a process a verb.
 * Way: a port, a gateway, a bench folder -> flash, provision, selftest, register, label -> exit codes, JSON, seconds.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Where the chain works. */
export interface ChainPlaces {
  /** Serial port of the board. */
  port: string;
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

/** The verbs of the chain and their flags; `pod` is told before, once for a bench. */
export function chainVerbs(places: ChainPlaces): string[][] {
  const { port, site, profile, gatewayUrl, tokenFile, label } = places;
  const token = ['--token-file', tokenFile];
  return [
    ['flash', '--port', port, '--profile', profile],
    [
      'provision',
      '--port',
      port,
      '--site',
      site,
      '--name',
      'Puits du marché',
      '--pulse-ul',
      '2222',
    ],
    ['selftest', '--port', port, '--gateway', gatewayUrl, ...token],
    ['register', '--gateway', gatewayUrl, ...token],
    ['label', '--site', site, '--out', label],
  ];
}

/** Tells the bench its pod, then the chain, one verb after the other, to its end whatever they say. */
export async function runChain(places: ChainPlaces): Promise<VerbEnd[]> {
  const { bench, gatewayUrl, tokenFile } = places;
  const pod = ['pod', '--gateway', gatewayUrl, '--token-file', tokenFile, '--new-channel-key'];
  const ends: VerbEnd[] = [];
  for (const args of [pod, ...chainVerbs(places)]) ends.push(await runVerbProcess(bench, args));
  return ends;
}

/** A gateway of its own process. */
export interface GatewayProcess {
  url: string;
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
