/*
 * What: the radio that has power only when it is needed: records arrive, bulletins are heard, and it is mostly off.
 * From where to where: the built bundle of the XIAO, its power pin switching the virtual radio.
 */
import { expect, test } from 'vitest';
import { createField, type Field, type FieldSetup, passHours } from '../field';

const POWER_PIN = 8;

interface PoweredField {
  field: Field;
  /** How long the radio had power so far, ms. */
  onMs(): number;
}

function createPoweredField(setup: FieldSetup = {}): PoweredField {
  let onMs = 0;
  let sinceMs = -1;
  const field = createField({
    ...setup,
    profile: 'water-point-xiao',
    config: { radioPowerPin: `D${POWER_PIN}` },
  });
  const { world, radios } = field.scene;
  radios[0].powerOff();
  field.board.plugs.onPinWrite(POWER_PIN, (level) => {
    if (level === 1 && sinceMs < 0) {
      sinceMs = world.nowMs();
      radios[0].powerOn();
    } else if (level === 0 && sinceMs >= 0) {
      onMs += world.nowMs() - sinceMs;
      sinceMs = -1;
      radios[0].powerOff();
    }
  });
  return { field, onMs: () => onMs + (sinceMs >= 0 ? world.nowMs() - sinceMs : 0) };
}

test('two days: every record arrives, most with the time, and the radio is off 98 % of it', () => {
  const { field, onMs } = createPoweredField();
  passHours(field, 48);
  const missing = Array.from({ length: 46 }, (_, i) => `1/${i + 1}`).filter(
    (name) => !field.stored.includes(name),
  );
  expect(missing).toEqual([]);
  expect(field.timed).toBeGreaterThanOrEqual(44);
  expect(field.arrivals.length).toBeLessThan(70);
  expect(onMs() / (48 * 3_600_000)).toBeLessThan(0.015);
  expect(field.board.counts().uncaught).toEqual([]);
});

test('a gateway that is gone for a day: the radio does not stay on to wait for it', () => {
  const { field, onMs } = createPoweredField();
  passHours(field, 12);
  const before = onMs();
  field.scene.radios[1].powerOff();
  passHours(field, 24);
  expect((onMs() - before) / (24 * 3_600_000)).toBeLessThan(0.05);
  field.scene.radios[1].powerOn();
  passHours(field, 24);
  const missing = Array.from({ length: 58 }, (_, i) => `1/${i + 1}`).filter(
    (name) => !field.stored.includes(name),
  );
  expect(missing).toEqual([]);
});

test('a radio that never comes up is given power only to try', () => {
  const { field, onMs } = createPoweredField({
    radio: { channels: [{ name: 'other', psk: new Uint8Array([1]) }] },
  });
  passHours(field, 24);
  expect(field.stored).toEqual([]);
  expect(onMs() / (24 * 3_600_000)).toBeLessThan(0.05);
});
