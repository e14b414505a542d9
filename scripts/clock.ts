/*
 * clock.ts: the verb `tallywell clock show | set`: asks or sets the clock of a running gateway.
 * Way: command line -> HTTP (GET /api/v1/status, POST /api/v1/clock). Described in docs/clock.md.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { ClockView } from '../gateway/clock-keeping';

interface Flags {
  url: string;
  tokenFile?: string;
  uncertainty?: string;
}

/** What POST /api/v1/clock answers. */
interface SetAnswer {
  words?: string;
  error?: string;
  clock?: ClockView;
}

function headersOf(flags: Flags): Record<string, string> {
  const token = flags.tokenFile
    ? readFileSync(flags.tokenFile, 'utf8').trim()
    : process.env.TALLYWELL_TOKEN;
  return token ? { authorization: `Bearer ${token}` } : {};
}

async function ask(flags: Flags, path: string, body?: object): Promise<Response> {
  const address = new URL(path, flags.url);
  try {
    return await fetch(address, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headersOf(flags), 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error(
      `no gateway answers at ${address.origin}: is it running? Give its address with --url`,
    );
  }
}

function refusalWords(status: number): string {
  if (status === 401 || status === 403) {
    return 'a technician’s token is needed: set TALLYWELL_TOKEN or give --token-file';
  }
  return `the gateway answers ${status}`;
}

function words({ state, source, uncertaintyS, since }: ClockView): string {
  if (state === 'unknown') return 'unknown: nobody has set it since the start';
  const from = since === null ? '' : ` since ${new Date(since * 1000).toISOString()}`;
  return `${state}, from ${source}${from}, within ${uncertaintyS} s`;
}

async function show(flags: Flags): Promise<void> {
  const answer = await ask(flags, '/api/v1/status');
  if (!answer.ok) throw new Error(refusalWords(answer.status));
  const { t, clock } = (await answer.json()) as { t: number; clock: ClockView };
  process.stdout.write(`${new Date(t * 1000).toISOString()}  ${words(clock)}\n`);
}

async function set(time: string, flags: Flags): Promise<void> {
  const isNow = time === 'now-from-this-machine';
  if (!isNow && !/(Z|[+-]\d\d:?\d\d)$/i.test(time)) {
    throw new Error(
      `"${time}": write the time with its zone, like 2026-11-24T12:30:00Z or …+01:00`,
    );
  }
  const timeMs = isNow ? Date.now() : Date.parse(time);
  if (!Number.isFinite(timeMs)) throw new Error(`"${time}": write it like 2026-11-24T12:30:00Z`);
  const uncertaintyS = flags.uncertainty === undefined ? undefined : Number(flags.uncertainty);
  const answer = await ask(flags, '/api/v1/clock', { timeMs, uncertaintyS });
  if (answer.status === 401 || answer.status === 403) throw new Error(refusalWords(answer.status));
  const told = (await answer.json().catch(() => ({}))) as SetAnswer;
  if (!answer.ok) throw new Error(told.error ?? refusalWords(answer.status));
  if (told.clock) process.stdout.write(`${told.words}: ${words(told.clock)}\n`);
}

/** Adds the verb `clock` to the program. */
export function registerClockCommand(program: Command): void {
  const verb = program.command('clock').description('Show or set the clock of a running gateway.');
  const run = async (work: Promise<void>) => {
    try {
      await work;
    } catch (error) {
      process.stderr.write(`clock: ${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  };
  const add = (name: string) =>
    verb
      .command(name)
      .option('--url <url>', 'address of the gateway', 'http://127.0.0.1:8080')
      .option('--token-file <file>', 'file with the token; else the environment’s TALLYWELL_TOKEN');
  add('show')
    .description('What time the gateway has, and how sure it is.')
    .action((flags: Flags) => run(show(flags)));
  add('set')
    .description('Set it: a time with its zone, or now-from-this-machine.')
    .argument('<time>', '2026-11-24T12:30:00Z, or now-from-this-machine')
    .option('--uncertainty <seconds>', 'how wrong that time may be (default 5)')
    .action((time: string, flags: Flags) => run(set(time, flags)));
}
