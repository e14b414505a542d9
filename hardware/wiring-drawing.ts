/*
 * Draws how a node is wired: the board in the middle, parts on both sides, a line for each wire.
 * From: hardware/boards and the list of parts below. To: SVG text; scripts/drawings.ts writes hardware/drawings/*.svg.
 * Black on white, so that it can be printed and copied. Pure.
 */
import type { BoardData } from './boards/board-data';
import { MDBT42Q_BOARD } from './boards/mdbt42q';
import { XIAO_NRF52840_BOARD } from './boards/xiao-nrf52840';

/** One wire: the part's terminal, the board's pin as printed, and a word on it. */
type Wire = [terminal: string, pin: string, note?: string];

interface DrawnPart {
  name: string;
  wires: Wire[];
}

export interface Drawing {
  /** File name without .svg. */
  file: string;
  title: string;
  board: BoardData;
  left: DrawnPart[];
  right: DrawnPart[];
  notes: string[];
}

const battery = (plus: string, minus: string): DrawnPart => ({
  name: '2 x 18650 in parallel',
  wires: [
    ['+', plus],
    ['−', minus],
  ],
});
const reed = (pin: string): DrawnPart => ({
  name: 'reed meter',
  wires: [
    ['contact', pin, '470 kΩ to 3V3, 10 nF to GND'],
    ['contact', 'GND'],
  ],
});
const hall = (pin: string): DrawnPart => ({
  name: 'Hall meter',
  wires: [
    ['red', '3V3'],
    ['yellow', pin, 'pulses'],
    ['black', 'GND'],
  ],
});
const radio = (tx: string, rx: string, power?: string): DrawnPart => ({
  name: 'Meshtastic radio',
  wires: [
    ['RX', tx],
    ['TX', rx],
    ['GND', 'GND'],
    ...(power ? ([['power switch', power, 'on = high; optional']] as Wire[]) : []),
  ],
});
const WIO: DrawnPart = {
  name: 'Wio-SX1262',
  wires: XIAO_NRF52840_BOARD.pins
    .filter(({ use }) => use.startsWith('radio chip'))
    .map(({ silk, use }): Wire => [use.replace('radio chip ', '').replace(/,.*/, ''), silk]),
};

export const DRAWINGS: Drawing[] = [
  {
    file: 'xiao-lora',
    title: 'XIAO nRF52840 with Wio-SX1262: water point with a reed meter',
    board: XIAO_NRF52840_BOARD,
    left: [reed('D0'), battery('BAT+', 'BAT−')],
    right: [WIO],
    notes: [
      'The Wio-SX1262 is pushed on; its lines are drawn to show which pins are taken.',
      'Never switch the radio on without its antenna.',
    ],
  },
  {
    file: 'xiao-uart',
    title: 'XIAO nRF52840 with a Meshtastic radio: water point with a reed meter',
    board: XIAO_NRF52840_BOARD,
    left: [reed('D0'), battery('BAT+', 'BAT−')],
    right: [radio('D6', 'D7', 'D8')],
    notes: [
      'Cross the serial lines: TX of the board to RX of the radio.',
      'Without a power switch leave D8 free: the radio is always on and relays.',
    ],
  },
  {
    file: 'mdbt42q-uart',
    title: 'MDBT42Q with a Meshtastic radio: water point with a Hall meter',
    board: MDBT42Q_BOARD,
    left: [hall('D2'), battery('Vin', 'GND')],
    right: [radio('TX', 'RX')],
    notes: [
      'Cross the serial lines: TX of the board to RX of the radio.',
      'A Hall meter draws 5 mA or more: give it a solar panel.',
    ],
  },
  {
    file: 'mdbt42q-canteen',
    title: 'MDBT42Q with a Meshtastic radio: canteen with two buttons',
    board: MDBT42Q_BOARD,
    left: [
      {
        name: 'button, adults',
        wires: [
          ['1', 'D3'],
          ['2', 'GND'],
        ],
      },
      {
        name: 'button, children',
        wires: [
          ['1', 'D4'],
          ['2', 'GND'],
        ],
      },
      battery('Vin', 'GND'),
    ],
    right: [radio('TX', 'RX')],
    notes: ['Cross the serial lines: TX of the board to RX of the radio.'],
  },
];

const ROW = 34;
const GAP = 26;
const TOP = 70;
const WIDTH = 960;
const BOARD_X = 390;
const BOARD_WIDTH = 180;
const PART_WIDTH = 150;
const LEFT_X = 30;
const RIGHT_X = WIDTH - LEFT_X - PART_WIDTH;

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x}" y="${y}"${more}>${escapeText(words)}</text>`;
}

function box(x: number, y: number, width: number, height: number): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="none" stroke="#000" stroke-width="2"/>`;
}

/** One wire between part and board. `side` -1: the part is on the left. */
function wireOf([terminal, pin, note]: Wire, y: number, side: -1 | 1): string[] {
  const partX = side < 0 ? LEFT_X + PART_WIDTH : RIGHT_X;
  const boardX = side < 0 ? BOARD_X : BOARD_X + BOARD_WIDTH;
  const end = ' text-anchor="end"';
  return [
    `<line x1="${partX}" y1="${y}" x2="${boardX}" y2="${y}" stroke="#000" stroke-width="1.5"/>`,
    `<circle cx="${boardX}" cy="${y}" r="4"/>`,
    text(partX - side * -8, y + 5, terminal, side < 0 ? end : ''),
    text(boardX - side * 10, y + 5, pin, `${side > 0 ? end : ''} font-weight="bold"`),
    ...(note
      ? [text((partX + boardX) / 2, y - 6, note, ' text-anchor="middle" font-size="11"')]
      : []),
  ];
}

/** All parts of one side; gives the lines and the height they take. */
function sideOf(parts: DrawnPart[], side: -1 | 1): { lines: string[]; bottom: number } {
  const lines: string[] = [];
  const x = side < 0 ? LEFT_X : RIGHT_X;
  let y = TOP;
  for (const { name, wires } of parts) {
    const height = ROW * (wires.length + 1);
    lines.push(box(x, y, PART_WIDTH, height));
    lines.push(text(x + PART_WIDTH / 2, y + 20, name, ' text-anchor="middle" font-weight="bold"'));
    wires.forEach((wire, i) => {
      lines.push(...wireOf(wire, y + ROW * (i + 1) + 8, side));
    });
    y += height + GAP;
  }
  return { lines, bottom: y - GAP };
}

/** A drawing as SVG. Throws: a wire goes to a pin that the board's data does not name. */
export function drawingSvg(drawing: Drawing): string {
  const { board, left, right } = drawing;
  const known = ['GND', '3V3', 'BAT+', 'BAT−', 'Vin', ...board.pins.map(({ silk }) => silk)];
  for (const [, pin] of [...left, ...right].flatMap(({ wires }) => wires)) {
    if (!known.includes(pin)) throw new Error(`${drawing.file}: ${board.name} has no pin ${pin}`);
  }
  const sides = [sideOf(left, -1), sideOf(right, 1)];
  const bottom = Math.max(...sides.map((side) => side.bottom));
  const height = bottom + 40 + 20 * drawing.notes.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="14">`,
    `<title>${escapeText(drawing.title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(LEFT_X, 36, drawing.title, ' font-size="20" font-weight="bold"'),
    box(BOARD_X, TOP, BOARD_WIDTH, bottom - TOP),
    text(
      BOARD_X + BOARD_WIDTH / 2,
      TOP + 20,
      board.name,
      ' text-anchor="middle" font-weight="bold"',
    ),
    ...sides.flatMap((side) => side.lines),
    ...drawing.notes.map((note, i) => text(LEFT_X, bottom + 36 + 20 * i, note)),
    '</svg>\n',
  ].join('\n');
}
