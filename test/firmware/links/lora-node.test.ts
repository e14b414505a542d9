/*
 * What: the whole node with a radio chip of its own, as it is flashed: a XIAO with a Wio-SX1262, an official radio at the
 * gateway.
 * From where to where: dist/firmware/water-point-xiao-lora.js on a virtual XIAO, SPI and pins to the chip's model.
 */
import { expect, test } from 'vitest';
import { HOUR_MS } from '../bench';
import { createField, type Field, passHours } from '../field';

function missingUpTo(field: Field, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `1/${i + 1}`).filter(
    (name) => !field.stored.includes(name),
  );
}

test('two days: every record arrives, it listens at most 30 s an hour and for answers, and sleeps the rest', () => {
  const field = createField({ profile: 'water-point-xiao-lora' });
  for (let hour = 0; hour < 48; hour++) {
    field.board.runUntil(field.scene.world.nowMs());
    field.board.addPulses(0, 900);
    field.step();
    passHours(field, 1);
  }
  expect(field.board.counts().uncaught).toEqual([]);
  expect(field.chip?.violations).toEqual([]);
  expect(missingUpTo(field, 46)).toEqual([]);
  expect(field.timed).toBeGreaterThanOrEqual(40);
  const listenedS = (field.chip?.listenedMs() ?? 0) / 1000;
  expect(listenedS / 48).toBeLessThan(40);
  expect(field.chip?.mode()).toBe('sleep');
});

test('half of all frames lost, the chip stuck for an hour, the gateway off for six: all of it arrives', () => {
  const field = createField({ profile: 'water-point-xiao-lora', air: { lossPercent: 50 } });
  const { world, radios } = field.scene;
  const gateway = radios[radios.length - 1];
  world.at(10.2 * HOUR_MS, () => field.chip?.setStuck(true));
  world.at(11.2 * HOUR_MS, () => field.chip?.setStuck(false));
  world.at(20 * HOUR_MS, gateway.powerOff);
  world.at(26 * HOUR_MS, gateway.powerOn);
  passHours(field, 54);
  expect(missingUpTo(field, 50)).toEqual([]);
  expect(field.board.counts().uncaught).toEqual([]);
  expect(field.chip?.violations).toEqual([]);
});

test('restarts and power cuts: the chip is set up anew each time', () => {
  const field = createField({ profile: 'water-point-xiao-lora' });
  const { world } = field.scene;
  for (let n = 0; n < 6; n++) {
    passHours(field, 1.3);
    field.board.runUntil(world.nowMs());
    if (n % 3 === 0) field.board.reboot();
    else if (n % 3 === 1) field.board.reload();
    else {
      field.board.powerCut();
      field.board.powerOn();
    }
    field.step();
  }
  passHours(field, 4);
  const epochs = new Set(field.stored.map((name) => Number(name.split('/')[0])));
  expect([...epochs].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(field.chip?.violations).toEqual([]);
});
