/*
 * What a node is made of, with rough prices.
 * From: this data and hardware/boards. To: docs/bill-of-materials.md (scripts/drawings.ts writes it).
 * Prices: single pieces from well-known shops, end of 2026, rounded up, without shipping and duty. They are for a first
 * budget, not for an order.
 */
import { MDBT42Q_BOARD } from './boards/mdbt42q';
import { XIAO_NRF52840_BOARD } from './boards/xiao-nrf52840';

export interface Part {
  what: string;
  count: number;
  priceUsd: number;
  /** What to look for when it is bought. */
  note: string;
}

export interface Bill {
  name: string;
  parts: Part[];
}

const part = (what: string, priceUsd: number, note: string, count = 1): Part => ({
  what,
  count,
  priceUsd,
  note,
});

const CELLS = part(
  '18650 cell with protection',
  5,
  '3,000 mAh, from a known maker; in parallel',
  2,
);
const BOX: Part[] = [
  part('box IP65, 120 x 80 x 55 mm', 6, 'light grey: the sun heats a black one to 70 °C'),
  part('cable gland M12', 0.5, 'one for each cable', 2),
  part('reed switch and magnet for the lid', 1.5, 'normally closed'),
  part('antenna with cable', 5, 'for the region of the radio: 868, 915 or 433 MHz'),
];
const REED_METER = part(
  'water meter with reed contact',
  35,
  '1 or 10 L a pulse; ask for the pulse volume',
);
const HALL_METER = part('Hall turbine meter', 8, 'runs at 3.3 V; ask for pulses a litre');
const PULL_UP = part(
  'resistor 470 kOhm and capacitor 10 nF',
  0.2,
  'pull-up and filter at the reed',
);
const RADIO = part(
  'Meshtastic radio with nRF52840 and SX1262',
  25,
  'serial pins within reach; firmware 2.7',
);
const PANEL = part(
  'solar panel 1 W, 5 V, and charger',
  8,
  'with the charger of the board or a TP4056 with protection',
);
const SWITCH = part('P-channel MOSFET switch', 1, 'for a radio that is powered only to send');

export const BILLS: Bill[] = [
  {
    name: 'water point, XIAO nRF52840 with Wio-SX1262, reed meter',
    parts: [
      part(XIAO_NRF52840_BOARD.name, XIAO_NRF52840_BOARD.priceUsd, 'without Sense'),
      part('Wio-SX1262 for XIAO', 6, 'with antenna connector'),
      REED_METER,
      PULL_UP,
      CELLS,
      ...BOX,
    ],
  },
  {
    name: 'water point, XIAO nRF52840 with a Meshtastic radio, reed meter',
    parts: [
      part(XIAO_NRF52840_BOARD.name, XIAO_NRF52840_BOARD.priceUsd, 'without Sense'),
      RADIO,
      SWITCH,
      REED_METER,
      PULL_UP,
      CELLS,
      ...BOX,
    ],
  },
  {
    name: 'water point, MDBT42Q with a Meshtastic radio that relays, Hall meter',
    parts: [
      part(MDBT42Q_BOARD.name, MDBT42Q_BOARD.priceUsd, 'breakout board'),
      RADIO,
      HALL_METER,
      PANEL,
      CELLS,
      ...BOX,
    ],
  },
  {
    name: 'canteen, MDBT42Q with a Meshtastic radio, two buttons',
    parts: [
      part(MDBT42Q_BOARD.name, MDBT42Q_BOARD.priceUsd, 'breakout board'),
      RADIO,
      part('push button, sealed, 22 mm', 3, 'two colours', 2),
      PANEL,
      CELLS,
      ...BOX,
    ],
  },
];

/** Sum of a bill, US dollars. */
export function totalUsd(bill: Bill): number {
  return bill.parts.reduce((all, { count, priceUsd }) => all + count * priceUsd, 0);
}

/** The bills as a page of Markdown. */
export function billsPage(): string {
  const lines = [
    '# Bill of materials',
    '',
    'Rough prices of single pieces in US dollars, end of 2026, without shipping and duty. Written by',
    '`npm run drawings` from `hardware/bill-of-materials.ts`: change it there.',
  ];
  for (const bill of BILLS) {
    lines.push('', `## ${bill.name}: about ${Math.ceil(totalUsd(bill))} $`, '');
    lines.push('| part | pieces | $ each | look for |', '|---|---|---|---|');
    for (const { what, count, priceUsd, note } of bill.parts) {
      lines.push(`| ${what} | ${count} | ${priceUsd} | ${note} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
