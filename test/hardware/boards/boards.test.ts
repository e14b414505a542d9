/*
 * The boards' data against what the firmware and the virtual board say; drawings and bill of materials against the data.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  METER_PIN_NUMBER,
  XIAO_KEY_ADDRESS,
  XIAO_METER_PIN_NUMBER,
  XIAO_STORAGE_ADDRESS,
  XIAO_STORAGE_BYTES,
} from '../../../firmware/node-limits';
import { PROFILES } from '../../../firmware/profiles';
import { BILLS, billsPage, totalUsd } from '../../../hardware/bill-of-materials';
import type { BoardData } from '../../../hardware/boards/board-data';
import { MDBT42Q_BOARD } from '../../../hardware/boards/mdbt42q';
import {
  ESPRUINO_PICO_BOARD,
  ESPRUINO_WIFI_BOARD,
  PUCKJS_BOARD,
} from '../../../hardware/boards/other-boards';
import { XIAO_NRF52840_BOARD } from '../../../hardware/boards/xiao-nrf52840';
import { type BoardLayout, MDBT42Q, XIAO_NRF52840 } from '../../../hardware/virtual/board/layouts';
import { DRAWINGS, drawingSvg } from '../../../hardware/wiring-drawing';

const MODELLED: [BoardData, BoardLayout][] = [
  [MDBT42Q_BOARD, MDBT42Q],
  [XIAO_NRF52840_BOARD, XIAO_NRF52840],
];

test.each(MODELLED)(
  '$name: pins, names and flash are those of the virtual board',
  (board, layout) => {
    expect(board.espruino).toBe(layout.name);
    for (const { pin, chipPin } of board.pins) {
      expect(layout.chipPins[Number(pin.slice(1))], pin).toBe(chipPin);
    }
    const storage = board.flash.find(({ what }) => what.startsWith('Storage'));
    expect(storage?.startAddress).toBe(layout.storageAddress);
    const ends = board.flash.map(({ startAddress, bytes }) => startAddress + bytes);
    board.flash.slice(1).forEach(({ startAddress }, i) => {
      expect(startAddress).toBeGreaterThanOrEqual(ends[i]);
    });
  },
);

test('the firmware counts on the pin that is drawn, and keeps the key where the data says', () => {
  const meterOf = (board: BoardData) => board.pins.find(({ use }) => use === 'meter')?.chipPin;
  expect(meterOf(MDBT42Q_BOARD)).toBe(METER_PIN_NUMBER);
  expect(meterOf(XIAO_NRF52840_BOARD)).toBe(XIAO_METER_PIN_NUMBER);
  const [, key, , storage] = XIAO_NRF52840_BOARD.flash;
  expect(key.startAddress).toBe(XIAO_KEY_ADDRESS);
  expect([storage.startAddress, storage.bytes]).toEqual([XIAO_STORAGE_ADDRESS, XIAO_STORAGE_BYTES]);
});

test('every program has its board, and every board says what it cannot do', () => {
  const boards = [
    MDBT42Q_BOARD,
    XIAO_NRF52840_BOARD,
    PUCKJS_BOARD,
    ESPRUINO_WIFI_BOARD,
    ESPRUINO_PICO_BOARD,
  ];
  for (const { name, board: chip } of PROFILES) {
    const board = boards.find(({ profiles }) => profiles.includes(name));
    expect(board?.chip.toLowerCase(), name).toBe(chip.toLowerCase());
  }
  for (const { notSupported, sources } of boards) {
    expect(notSupported.length).toBeGreaterThan(0);
    expect(sources.length).toBeGreaterThan(0);
  }
});

test.each(DRAWINGS)('$file.svg is what the data draws', (drawing) => {
  expect(readFileSync(`hardware/drawings/${drawing.file}.svg`, 'utf8')).toBe(drawingSvg(drawing));
});

test('a wire to a pin that is not there is refused', () => {
  const drawing = DRAWINGS[0];
  const left = [{ name: 'a part', wires: [['out', 'D99'] as [string, string]] }];
  expect(() => drawingSvg({ ...drawing, left })).toThrow('no pin D99');
});

test('the bill of materials is the one of the data; the cheapest water point is below 120 $', () => {
  expect(readFileSync('docs/bill-of-materials.md', 'utf8')).toBe(billsPage());
  expect(Math.min(...BILLS.map(totalUsd))).toBeLessThan(120);
});
