/*
 * practice.ts: `tallywell practice`: virtual boards and radios at TCP ports, to learn every command without hardware.
 * Way: options -> boards of hardware/virtual/console, practice-radio.ts, their addresses on stdout; until Ctrl-C. Nothing is kept.
 */
import { randomInt } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { TFunction } from 'i18next';
import {
  type BoardKind,
  createBenchBoard,
  serialOfSeed,
} from '../../hardware/virtual/console/boards';
import { type BoardPort, runBoard, serveBoard } from '../../hardware/virtual/console/doors';
import { NAMED_FAULTS } from '../../hardware/virtual/console/faults';
import { PRACTICE_BOARDS_MAX, PRACTICE_RADIOS_MAX } from './limits';
import { type PracticeRadio, startPracticeRadios } from './practice-radio';
import { Trouble } from './trouble';
import { LANGUAGES, languageOf, troubleWords, wordsOf } from './words';

interface PracticeFlags {
  boards: string;
  radios?: string;
  board: BoardKind;
  faults?: string;
  port?: string;
  seed?: string;
  lang?: string;
  json?: boolean;
}

/** One board of a practice bench. */
export interface PracticeBoard {
  /** From 1. */
  number: number;
  url: string;
  board: BoardKind;
  serial: string;
  /** Name of its fault; '' = sound. */
  fault: string;
}

/** What may be chosen. */
export interface PracticeOptions {
  /** 1..100. */
  count: number;
  board: BoardKind;
  /** Number of the board (from 1) to the name of its fault. */
  faults: ReadonlyMap<number, string>;
  /** Radios, 0..20; default 0. */
  radios?: number;
  /** TCP port of the first board, the others follow, then the radios; 0 = any free ones. */
  firstPort: number;
  /** Decides serial numbers and keys: the same seed gives the same boards. */
  seed: number;
}

/** A practice bench at work. */
export interface Practice {
  boards: PracticeBoard[];
  ports: BoardPort[];
  radios: PracticeRadio[];
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

/** Starts boards and radios. Rejects: a TCP port is taken. */
export async function startPractice(options: PracticeOptions): Promise<Practice> {
  const boards: PracticeBoard[] = [];
  const ports: BoardPort[] = [];
  for (let number = 1; number <= options.count; number++) {
    const seed = options.seed + number;
    const fault = options.faults.get(number) ?? '';
    const model = createBenchBoard({
      kind: options.board,
      seed,
      faults: NAMED_FAULTS[fault] ?? {},
    });
    const tcpPort = options.firstPort === 0 ? 0 : options.firstPort + number - 1;
    const port = await serveBoard(runBoard(model), tcpPort);
    ports.push(port);
    const serial = serialOfSeed(seed);
    boards.push({ number, url: port.url, board: options.board, serial, fault });
  }
  const { firstPort, seed, count, radios: radioCount = 0 } = options;
  const radios = await startPracticeRadios({
    ...{ count: radioCount, seed },
    firstPort: firstPort === 0 ? 0 : firstPort + count,
  });
  return {
    boards,
    ports,
    radios: radios.radios,
    close: async () => {
      for (const port of ports) await port.close();
      await radios.close();
    },
  };
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw badFlag(flag, `${min}..${max}`);
}

/** The options of flags. Throws: Trouble bad-file. */
export function practiceOptionsOf(flags: PracticeFlags): PracticeOptions {
  const count = wholeNumber('--boards', flags.boards, 1, PRACTICE_BOARDS_MAX);
  const radios = wholeNumber('--radios', flags.radios ?? '1', 0, PRACTICE_RADIOS_MAX);
  return {
    count,
    radios,
    board: flags.board,
    faults: faultsOf(flags.faults, count),
    firstPort: wholeNumber('--port', flags.port ?? '0', 0, 65_536 - count - radios),
    seed:
      flags.seed === undefined ? randomInt(2 ** 40) : wholeNumber('--seed', flags.seed, 0, 2 ** 40),
  };
}

function sayRadios(radios: PracticeRadio[], radio: string, t: TFunction): string[] {
  const rows = radios.map(
    ({ number, url, device }) => `${String(number).padStart(3)}  ${url}  ${device}`,
  );
  return [t('practice.radios'), ...rows, t('practice.gateway', { radio })];
}

/** What is shown to people. */
export function sayPractice(practice: Practice, t: TFunction): string {
  const rows = practice.boards.map(
    ({ number, url, board, serial, fault }) =>
      `${String(number).padStart(3)}  ${url}  ${board}  ${serial}${fault ? `  ${fault}` : ''}`,
  );
  const url = practice.boards[0]?.url ?? '';
  const radio = practice.radios[0]?.url;
  return [
    ...[t('practice.head'), ...rows, t('practice.try', { url })],
    ...(radio ? sayRadios(practice.radios, radio, t) : []),
    t('practice.stop'),
  ].join('\n');
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
    const { boards, radios } = practice;
    const text = flags.json ? JSON.stringify({ boards, radios }) : sayPractice(practice, t);
    process.stdout.write(`${text}\n`);
    await untilStopped();
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
    .description('virtual boards and radios at TCP ports, to learn every command without hardware')
    .option('--boards <count>', 'how many boards', '1')
    .option('--radios <count>', 'how many Meshtastic radios, new from the shop', '1')
    .addOption(new Option('--board <kind>', 'which').choices(['xiao', 'mdbt42q']).default('xiao'))
    .option(
      '--faults <list>',
      `what is wrong with them, as 2:nak,3:silent, or all: ${Object.keys(NAMED_FAULTS).join(' ')}`,
    )
    .option('--port <number>', 'TCP port of the first board; the others follow, then the radios')
    .option('--seed <number>', 'the same number gives the same boards')
    .addOption(new Option('--lang <language>', 'language').choices([...LANGUAGES]))
    .option('--json', 'addresses as JSON')
    .action(runPractice);
}
