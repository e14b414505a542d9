/*
 * recording.ts: plays what a recorded tool sent to the model of the console, and sets its answers beside the recorded ones.
 * Way: test/fixtures/espruino-console/*.jsonl -> steps, each with what the real interpreter and the model said.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVirtualBoard } from '../../../hardware/virtual/board/board';
import { MDBT42Q, XIAO_NRF52840 } from '../../../hardware/virtual/board/layouts';
import {
  type ConsoleBoard,
  createConsoleBoard,
} from '../../../hardware/virtual/console/espruino-console';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';

/** One line of a recording. */
export interface Line {
  t_ms: number;
  dir: 'to_board' | 'from_board' | 'event';
  hex: string;
  name?: string;
  note?: string;
  lost_hex?: string;
}

/** A recording. */
export interface Recording {
  head: { about: string; board_layout: string; layout: string; expect: { outcome: string } };
  lines: Line[];
}

/** What followed one thing that was sent or happened, both ways. Characters of one byte. */
export interface Step {
  /** Bytes to the board, or the event's name. */
  cause: string;
  recorded: string;
  model: string;
}

const LAYOUTS: {
  [name: string]: { pages: number; variables: number; bytes: number; modules: string };
} = {
  MDBT42Q: {
    ...{ pages: 40, variables: 2950, bytes: 13 },
    modules: 'timer,Flash,Storage,heatshrink,fs,net,dgram,http,NetworkJS,crypto',
  },
  XIAO: {
    pages: 256,
    variables: 14000,
    bytes: 14,
    modules: 'timer,Flash,Storage,heatshrink,crypto',
  },
  WIFI: { pages: 64, variables: 8190, bytes: 13, modules: '' },
  PICO: { pages: 48, variables: 5100, bytes: 13, modules: '' },
  STOCK: { pages: 256, variables: 4096, bytes: 27, modules: '' },
};

const TOGETHER_MS = 5;

/** Folder of the recordings. */
export const RECORDINGS = process.env.ESPRUINO_RECORDINGS ?? 'test/fixtures/espruino-console';

const latin1 = (hex: string | undefined): string =>
  Buffer.from(hex ?? '', 'hex').toString('latin1');

/** Reads one. */
export function readRecording(file: string): Recording {
  const [head, ...lines] = readFileSync(join(RECORDINGS, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { head, lines };
}

/** The model in the layout of the Linux build of a recording. */
export function linuxModel(name: string): ConsoleBoard {
  const layout = LAYOUTS[name];
  if (!layout) throw new Error(`no layout ${name}`);
  const board = createVirtualBoard({
    seed: 1,
    ed25519: createNobleEd25519(),
    layout: name === 'XIAO' ? XIAO_NRF52840 : MDBT42Q,
    pageBytes: 1024,
    pageCount: layout.pages,
    batteryMv: 3300,
    pageEraseMs: 0,
  });
  return createConsoleBoard({
    board,
    boardName: name === 'STOCK' ? 'LINUX' : `LX_${name}`,
    version: '2v29.277',
    serial: '00000000-addeadde-addeadde',
    device: 'USB',
    modules: layout.modules,
    variables: layout.variables,
    variableBytes: layout.bytes,
    buttonPin: -1,
    isLinux: true,
    hangMs: 300,
    faults: {},
  });
}

/** Damage that recordings did to Storage while the power was off. */
function damage(model: ConsoleBoard, note: string): void {
  const image = model.options.board.flash();
  if (note.includes('all zero')) image.fill(0, 0, 1024);
  else if (note.includes('noise')) for (let i = 0; i < 1024; i++) image[i] = (i * 73 + 41) & 255;
  else if (note.includes('first 4 bytes')) image.set([0x13, 0x37, 0, 0]);
}

function happen(model: ConsoleBoard, { name, note }: Line): void {
  if (name === 'flash_damaged') damage(model, note ?? '');
  else if (name === 'power_off' || name === 'tty_closed_and_power_lost') model.powerCut();
  else if (name?.startsWith('power_on') || name === 'board_restarts') model.powerOn();
}

/** The interpreter looks for input every 50 ms: what was sent meanwhile it finds in one go. */
function inOneGo(lines: Line[]): Line[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const last = joined[joined.length - 1];
    const isTogether =
      last?.dir === 'to_board' && line.dir === 'to_board' && line.t_ms - last.t_ms < TOGETHER_MS;
    if (isTogether) last.hex += line.hex;
    else joined.push({ ...line });
  }
  return joined;
}

/** Plays a recording. */
export function play({ head, lines }: Recording): Step[] {
  const model = linuxModel(head.layout);
  const steps: Step[] = [];
  let isOpen = true;
  let isSilenced = false;
  model.onSend((bytes) => {
    const step = steps[steps.length - 1];
    if (step && isOpen) step.model += Buffer.from(bytes).toString('latin1');
  });
  model.onGone(() => {
    isSilenced = true;
    model.powerCut();
  });
  for (const line of inOneGo(lines)) {
    model.runUntil(Math.max(model.nowMs(), line.t_ms));
    if (line.dir === 'from_board') {
      const step = steps[steps.length - 1];
      if (step) step.recorded += latin1(line.hex);
      continue;
    }
    const cause = line.dir === 'event' ? (line.name ?? '') : latin1(line.hex);
    steps.push({ cause, recorded: '', model: '' });
    if (line.dir === 'event') {
      if (line.name?.startsWith('tty_closed')) isOpen = false;
      if (line.name?.includes('tty_open')) isOpen = true;
      happen(model, line);
    } else if (!isSilenced || model.options.board.isPowered())
      model.receive(Buffer.from(line.hex, 'hex'));
  }
  model.runUntil(model.nowMs() + 1000);
  return steps;
}
