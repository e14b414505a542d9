/*
 * What: the driver of the SX1262 against the chip's model, which blames every command that is forgotten, out of order or
 * too early; and against the set-up written out by hand from the data sheet.
 * From where to where: firmware/lora/sx1262.ts -> hardware/virtual/sx1262.ts on an air with official radios.
 */
import { expect, test } from 'vitest';
import { createLoraLink } from '../../../firmware/links/lora';
import type { ModemSettings } from '../../../firmware/lora/radio-chip';
import { createSx1262 } from '../../../firmware/lora/sx1262';
import { loraConfigOf } from '../../../hardware/lora-settings';
import { createModem } from '../../../hardware/virtual/modem';
import { createVirtualSx1262 } from '../../../hardware/virtual/sx1262';
import { MEDIUM_FAST } from '../../../shared/meshtastic/airtime';
import { connectClient } from '../../hardware/radio/client';
import { createScene, PSK_B } from '../../hardware/radio/scene';
import { boardIn, GATEWAY, NATIVE } from './lora-scene';

const MINUTE_MS = 60_000;
const FREQUENCY_HZ = 869_525_000;
const SETTINGS: ModemSettings = {
  frequencyHz: FREQUENCY_HZ,
  bandwidthHz: 250_000,
  spreadingFactor: 9,
  codingRate: 5,
  preambleSymbols: 16,
  syncWord: 0x2b,
  txPowerDbm: 22,
};

function createBench(lossPercent = 0) {
  const scene = createScene([GATEWAY], {}, { lossPercent });
  const door = createVirtualSx1262(
    scene.world,
    scene.air,
    {
      nodeNum: NATIVE,
      position: { latitude: 0, longitude: 0 },
      modem: createModem(MEDIUM_FAST, 'EU_868'),
      txPowerDbm: 22,
    },
    FREQUENCY_HZ,
  );
  const sent: number[][] = [];
  const spied = {
    ...door,
    transfer: (bytes: Uint8Array) => {
      sent.push([...bytes]);
      return door.transfer(bytes);
    },
  };
  const board = boardIn(scene, 1);
  const chip = createSx1262(board, spied);
  return { ...scene, board, door, chip, sent };
}

/** The commands of a set-up that write, by hand from the data sheet: EU_868, SF9, 250 kHz, 4/5. */
const SET_UP = [
  '80 00',
  '96 01',
  '97 02 00 01 40',
  '07 00 00',
  '89 7f',
  '98 d7 db',
  '9d 01',
  '8a 01',
  // 869.525 MHz x 2^25 / 32 MHz = 911,763,046.4
  '86 36 58 66 66',
  '8b 09 05 01 00',
  '8c 00 10 00 ff 01 00',
  '0d 07 36 0d',
  '8f 00 00',
  '0d 08 ac 96',
  '0d 02 9f 01 08 ac',
  '95 04 07 00 01',
  '0d 08 d8 de',
  '0d 08 e7 38',
  '8e 16 04',
  '0d 08 89 05',
  '0d 07 40 24 b4',
];

test('the set-up is the one of the data sheet, byte for byte', () => {
  const { chip, sent, door } = createBench();
  expect(chip.start(SETTINGS)).toBe(true);
  const writes = sent
    .filter(([opcode]) => opcode !== 0x1d)
    .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' '));
  expect(writes).toEqual(SET_UP);
  expect(door.violations).toEqual([]);
});

test('each step of the set-up is needed: leave one out and the model says what is missing', () => {
  // Standby is where it is after a reset; packet parameters are set again with each frame; so is
  // IQ polarity (limitation 15.4) after a reset; the rest only costs range.
  const harmless = [
    '80 00',
    '07 00 00',
    '8c 00 10 00 ff 01 00',
    '0d 07 36 0d',
    '0d 08 ac 96',
    '0d 02 9f 01 08 ac',
  ];
  for (const step of SET_UP.filter((one) => !harmless.includes(one))) {
    const { board, door, world } = createBench();
    const bytes = step.split(' ').map((byte) => parseInt(byte, 16));
    let isSkipped = false;
    const skipping = createSx1262(board, {
      ...door,
      transfer: (given) => {
        if (isSkipped || [...given].join() !== bytes.join()) return door.transfer(given);
        isSkipped = true;
        return new Uint8Array(given.length);
      },
    });
    const isUp = skipping.start(SETTINGS);
    skipping.transmit(new Uint8Array(20), () => {});
    world.runUntil(5000);
    expect(isSkipped, step).toBe(true);
    expect(!isUp || door.violations.length > 0, `${step} was not missed`).toBe(true);
  }
});

test('sends, looks and hears; asleep it draws nothing and keeps its settings', () => {
  const { chip, door, world, radios } = createBench();
  const client = connectClient(world, radios[0]);
  client.send({ case: 'wantConfigId', value: 69420 });
  chip.start(SETTINGS);
  chip.sleep();
  expect(door.mode()).toBe('sleep');
  const results: [string, boolean][] = [];
  chip.senseChannel((isBusy) => results.push(['busy', isBusy]));
  world.runUntil(1000);
  chip.transmit(new Uint8Array(40), (isSent) => results.push(['sent', isSent]));
  world.runUntil(3000);
  expect(results).toEqual([
    ['busy', false],
    ['sent', true],
  ]);
  const heard: [number, number, number][] = [];
  chip.listen((frame, rssiDbm, snrQuarterDb) => heard.push([frame.length, rssiDbm, snrQuarterDb]));
  client.sendPacket({ to: 0xffffffff, hopLimit: 3, payload: new Uint8Array(50) });
  world.runUntil(8000);
  expect(heard).toHaveLength(1);
  expect(heard[0][0]).toBeGreaterThan(66);
  expect(heard[0][2]).toBe(34);
  chip.sleep();
  const listened = door.listenedMs();
  world.runUntil(60_000);
  expect(door.listenedMs()).toBe(listened);
  expect(door.violations).toEqual([]);
  expect(chip.faults()).toBe(0);
});

test('a busy channel is told as busy', () => {
  const { chip, world, radios } = createBench();
  const client = connectClient(world, radios[0]);
  client.send({ case: 'wantConfigId', value: 69420 });
  chip.start(SETTINGS);
  world.runUntil(2000);
  client.sendPacket({ to: 0xffffffff, hopLimit: 3, payload: new Uint8Array(200) });
  const found: boolean[] = [];
  const look = (): void => {
    chip.senseChannel((isBusy) => found.push(isBusy));
    if (world.nowMs() < 4000) world.at(world.nowMs() + 50, look);
  };
  world.at(2001, look);
  world.runUntil(6000);
  expect(found).toContain(true);
  expect(found).toContain(false);
});

test('an edge of DIO1 that is lost costs some seconds, no frame and no answer', () => {
  const { chip, door, world, radios } = createBench();
  const client = connectClient(world, radios[0]);
  client.send({ case: 'wantConfigId', value: 69420 });
  chip.start(SETTINGS);
  door.loseEdges(1);
  const results: boolean[] = [];
  chip.transmit(new Uint8Array(40), (isSent) => results.push(isSent));
  world.runUntil(3000);
  expect(results).toEqual([true]);
  const heard: number[] = [];
  chip.listen((frame) => heard.push(frame.length));
  door.loseEdges(1);
  client.sendPacket({ to: 0xffffffff, hopLimit: 3, payload: new Uint8Array(50) });
  world.runUntil(12_000);
  expect(heard).toHaveLength(1);
});

test('a stuck chip ends every wait, is counted, and works again after a start', () => {
  const { chip, door, world } = createBench();
  chip.start(SETTINGS);
  door.setStuck(true);
  const results: boolean[] = [];
  chip.transmit(new Uint8Array(40), (isSent) => results.push(isSent));
  world.runUntil(5000);
  chip.senseChannel((isBusy) => results.push(isBusy));
  world.runUntil(10_000);
  expect(results).toEqual([false, true]);
  expect(chip.faults()).toBe(2);
  expect(chip.start(SETTINGS)).toBe(false);
  door.setStuck(false);
  expect(chip.start(SETTINGS)).toBe(true);
  chip.transmit(new Uint8Array(40), (isSent) => results.push(isSent));
  world.runUntil(15_000);
  expect(results.at(-1)).toBe(true);
});

test('the link over the driver: a day of records, each acknowledged by the official radio, the model content', () => {
  const { board, chip, door, world, radios } = createBench(20);
  const client = connectClient(world, radios[0]);
  client.send({ case: 'wantConfigId', value: 69420 });
  const mesh = {
    ...{ region: 'EU_868' as const, preset: MEDIUM_FAST, channelNum: 1 },
    ...{ primaryName: 'serial', channelKey: PSK_B },
  };
  const link = createLoraLink(board, loraConfigOf(mesh, NATIVE), chip);
  link.start(() => {});
  const outcomes: string[] = [];
  for (let hour = 0; hour < 24; hour++) {
    client.send({ case: 'heartbeat', value: { nonce: 0 } });
    world.runUntil((hour + 1) * 10 * MINUTE_MS);
    link.send(new Uint8Array(126).fill(hour), (outcome) => outcomes.push(outcome));
  }
  world.runUntil(world.nowMs() + 5 * MINUTE_MS);
  expect(outcomes).toHaveLength(24);
  expect(outcomes.filter((outcome) => outcome === 'delivered').length).toBeGreaterThan(20);
  expect(new Set(client.packets(287).map(({ data }) => data.payload[0])).size).toBeGreaterThan(20);
  expect(door.violations).toEqual([]);
  expect(chip.faults()).toBe(0);
  expect(door.mode()).toBe('sleep');
});
