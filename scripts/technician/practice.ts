/*
 * practice.ts: `tallywell practice`: a whole set to learn every command without hardware: virtual boards, a radio on each, the
 * gateway's radio, a gateway.
 * Way: options -> practice-board.ts, practice-radio.ts, practice-gateway.ts in one world -> their addresses and the commands to type
 * on stdout; until Ctrl-C. Nothing is kept.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { createAir } from '../../hardware/virtual/air';
import { serialOfSeed } from '../../hardware/virtual/console/boards';
import type { BoardPort } from '../../hardware/virtual/console/doors';
import { NAMED_FAULTS } from '../../hardware/virtual/console/faults';
import { runWorld } from '../../hardware/virtual/real-time';
import { createWorld } from '../../hardware/virtual/world';
import { PRACTICE_BOARDS_MAX, PRACTICE_RADIOS_MAX } from './limits';
import { type PracticeKind, startPracticeBoard } from './practice-board';
import { type PracticeGateway, startPracticeGateway } from './practice-gateway';
import { type PracticeRadio, type RunningRadio, startPracticeRadio } from './practice-radio';
import { pourWater } from './practice-water';
import { sayPractice } from './practice-words';
import { Trouble } from './trouble';
import { LANGUAGES, languageOf, troubleWords, wordsOf } from './words';

interface PracticeFlags {
  boards: string;
  radios?: string;
  board: PracticeKind;
  faults?: string;
  port?: string;
  seed?: string;
  gateway?: boolean;
  lang?: string;
  json?: boolean;
}

/** One board of a practice bench. */
export interface PracticeBoard {
  /** From 1. */
  number: number;
  url: string;
  board: PracticeKind;
  serial: string;
  /** Name of its fault; '' = sound. */
  fault: string;
}

/** What may be chosen. */
export interface PracticeOptions {
  /** 1..100. */
  count: number;
  board: PracticeKind;
  /** Number of the board (from 1) to the name of its fault. */
  faults: ReadonlyMap<number, string>;
  /** Radios, 0..20: the first hangs on the first board, and so on. Default 0. */
  radios?: number;
  /** With a gateway and its radio. Default no. */
  hasGateway?: boolean;
  /** TCP port of the first board; the others follow, the radios, the gateway's radio, its page. 0 = any free ones. */
  firstPort: number;
  /** Decides serial numbers and keys: the same seed gives the same boards. */
  seed: number;
}

/** A practice bench at work. */
export interface Practice {
  boards: PracticeBoard[];
  ports: BoardPort[];
  radios: PracticeRadio[];
  /** null = none. `bench`: folder for the practising bench, so that the real one is left alone. */
  gateway: { url: string; tokenFile: string; radio: PracticeRadio; bench: string } | null;
  close(): Promise<void>;
}

const badFlag = (flag: string, fault: string): Trouble =>
  new Trouble('bad-file', { file: flag, fault });

/**
 * `3:nak,7:silent`: board 3 refuses packets, board 7 says nothing; `all` gives every board another fault.
 * Throws: Trouble bad-file.
 */
export function faultsOf(text: string | undefined, count: number): Map<number, string> {
  const names = Object.keys(NAMED_FAULTS);
  const faults = new Map<number, string>();
  if (text === undefined) return faults;
  if (text === 'all') {
    for (let i = 1; i <= count; i++) faults.set(i, names[(i - 1) % names.length] as string);
    return faults;
  }
  for (const part of text.split(',')) {
    const [number = '', name = ''] = part.trim().split(':');
    const isThere = Number(number) >= 1 && Number(number) <= count;
    if (!isThere || !names.includes(name)) throw badFlag('--faults', `${part}: ${names.join(' ')}`);
    faults.set(Number(number), name);
  }
  return faults;
}

/** What was started so far, to be ended in the other order. */
interface Ending {
  add(end: () => unknown): void;
  all(): Promise<void>;
}

function createEnding(): Ending {
  const ends: (() => unknown)[] = [];
  return {
    add: (end) => void ends.push(end),
    all: async () => {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

async function withGateway(radio: RunningRadio, port: number, ending: Ending) {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-practice-'));
  ending.add(() => rmSync(folder, { recursive: true, force: true }));
  const place = { folder, radio: radio.gatewayUrl, port };
  const gateway: PracticeGateway = await startPracticeGateway(place);
  ending.add(gateway.stop);
  const { url, tokenFile } = gateway;
  return { url, tokenFile, radio: radio.told, bench: join(folder, 'bench') };
}

async function startAll(
  options: PracticeOptions,
  ending: Ending,
): Promise<Omit<Practice, 'close'>> {
  const { count, board: kind, seed, firstPort, radios: radioCount = 0, hasGateway } = options;
  const time = runWorld(createWorld(seed % 2 ** 31));
  ending.add(time.stop);
  const ground = { time, air: createAir(time.world, {}) };
  const portOf = (place: number): number => (firstPort === 0 ? 0 : firstPort + place);
  const radioAt = async (number: number, place: number): Promise<RunningRadio> => {
    const radio = await startPracticeRadio(ground, { number, seed, port: portOf(place) });
    ending.add(radio.close);
    return radio;
  };
  const radios: RunningRadio[] = [];
  for (let i = 0; i < radioCount; i++) radios.push(await radioAt(i + 1, count + i));
  const boards: PracticeBoard[] = [];
  const ports: BoardPort[] = [];
  for (let number = 1; number <= count; number++) {
    const own = { number, seed: seed + number };
    const fault = options.faults.get(number) ?? '';
    const port = await startPracticeBoard(ground, {
      ...{ kind, ...own, faults: NAMED_FAULTS[fault] ?? {} },
      ...{ radio: radios[number - 1]?.radio, port: portOf(number - 1) },
    });
    ending.add(port.close);
    ports.push(port);
    boards.push({ number, url: port.url, board: kind, serial: serialOfSeed(own.seed), fault });
  }
  const last = count + radioCount;
  const gateway = hasGateway
    ? await withGateway(await radioAt(0, last), portOf(last + 1), ending)
    : null;
  return { boards, ports, radios: radios.map(({ told }) => told), gateway };
}

/** Starts everything. Rejects: a TCP port is taken, or the gateway does not start; then nothing is left. */
export async function startPractice(options: PracticeOptions): Promise<Practice> {
  const ending = createEnding();
  try {
    return { ...(await startAll(options, ending)), close: ending.all };
  } catch (error) {
    await ending.all();
    throw error;
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw badFlag(flag, `${min}..${max}`);
}

/** The options of flags. Throws: Trouble bad-file. */
export function practiceOptionsOf(flags: PracticeFlags): PracticeOptions {
  const count = wholeNumber('--boards', flags.boards, 1, PRACTICE_BOARDS_MAX);
  const needed = flags.board === 'xiao-lora' ? 0 : Math.min(count, PRACTICE_RADIOS_MAX);
  const radios = wholeNumber('--radios', flags.radios ?? `${needed}`, 0, PRACTICE_RADIOS_MAX);
  const lastPort = 65_536 - count - radios - 2;
  return {
    ...{ count, radios, board: flags.board, hasGateway: flags.gateway !== false },
    faults: faultsOf(flags.faults, count),
    firstPort: wholeNumber('--port', flags.port ?? '0', 0, lastPort),
    seed:
      flags.seed === undefined ? randomInt(2 ** 40) : wholeNumber('--seed', flags.seed, 0, 2 ** 40),
  };
}

async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

async function runPractice(flags: PracticeFlags): Promise<void> {
  const t = wordsOf(languageOf(flags.lang));
  try {
    const practice = await startPractice(practiceOptionsOf(flags));
    const { boards, radios, gateway } = practice;
    const text = flags.json
      ? JSON.stringify({ boards, radios, gateway })
      : sayPractice(practice, t);
    process.stdout.write(`${text}\n`);
    const water = pourWater(process.stdin, practice.ports, t, (said) => {
      process.stderr.write(`${said}\n`);
    });
    await untilStopped();
    water.stop();
    await practice.close();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const { what, next } = troubleWords(t, error);
    process.stderr.write(`tallywell: ${what}\n${t('next')} ${next}\n`);
    process.exitCode = error.exitCode;
  }
}

/** Adds the verb. */
export function registerPracticeVerb(program: Command): void {
  program
    .command('practice')
    .description('virtual boards, radios and a gateway, to learn every command without hardware')
    .option('--boards <count>', 'how many boards', '1')
    .option('--radios <count>', 'how many Meshtastic radios hang on them; default: one on each')
    .addOption(
      new Option('--board <kind>', 'which; xiao-lora has a radio chip of its own')
        .choices(['xiao', 'xiao-lora', 'mdbt42q'])
        .default('xiao'),
    )
    .option(
      '--faults <list>',
      `what is wrong with them, as 2:nak,3:silent, or all: ${Object.keys(NAMED_FAULTS).join(' ')}`,
    )
    .option('--no-gateway', 'without a gateway and its radio')
    .option(
      '--port <number>',
      'TCP port of the first board; the others follow, the radios, the gateway’s radio, its page',
    )
    .option('--seed <number>', 'the same number gives the same boards')
    .addOption(new Option('--lang <language>', 'language').choices([...LANGUAGES]))
    .option('--json', 'addresses as JSON')
    .action(runPractice);
}
