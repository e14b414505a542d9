/*
 * wiring-check.ts: may these sensors hang on these pins of this board? A wrong pin is refused before the node gets it.
 * Way: wiring of a site, program, board's data (hardware/boards) -> Trouble wrong-wiring, or the wiring in its form.
 */
import { z } from 'zod';
import { PROFILES, type Profile } from '../../firmware/profiles';
import type { Wiring } from '../../firmware/sensors/wiring';
import type { BoardData } from '../../hardware/boards/board-data';
import { MDBT42Q_BOARD } from '../../hardware/boards/mdbt42q';
import { XIAO_NRF52840_BOARD } from '../../hardware/boards/xiao-nrf52840';
import { Trouble } from './trouble';

const PIN = z.string().regex(/^D\d{1,2}$/);
const whole = (least: number, most: number) => z.int().min(least).max(most);
const MM = whole(0, 100_000);
const PERIOD_S = whole(1, 3600).optional();
const TEMPERATURE = z.strictObject({
  pin: PIN,
  rom: z
    .string()
    .regex(/^28[0-9a-f]{14}$/)
    .optional(),
  limitCentiC: whole(-5500, 12_500).optional(),
  alarmMinutes: whole(1, 1440).optional(),
});
const BUTTON = z.strictObject({ pin: PIN, holdMs: whole(0, 60_000).optional() });

const WIRING = z.strictObject({
  reed: z.strictObject({ pin: PIN, debounceMs: whole(1, 1000).optional() }).optional(),
  strokes: z
    .strictObject({
      ...{ sda: PIN, scl: PIN, wakePin: PIN, address: whole(24, 25).optional() },
      ...{ axis: whole(0, 2).optional(), swingMg: whole(16, 2000).optional() },
    })
    .optional(),
  ultrasonic: z
    .strictObject({
      ...{ pin: PIN, powerPin: PIN.optional(), mountMm: MM, dryMm: MM.optional() },
      everyS: PERIOD_S,
    })
    .optional(),
  pressure: z
    .strictObject({
      ...{ pin: PIN, powerPin: PIN.optional(), shuntOhm: whole(1, 1000).optional() },
      ...{ low: whole(0, 30_000).optional(), high: whole(0, 30_000).optional() },
      ...{ lowMm: MM.optional(), highMm: MM, dryMm: MM.optional(), everyS: PERIOD_S },
      warmUpMs: whole(0, 10_000).optional(),
    })
    .optional(),
  loadCell: z
    .strictObject({
      ...{ clockPin: PIN, dataPin: PIN, tareCount: whole(-8_388_608, 8_388_607) },
      countsPerKg: whole(-8_388_608, 8_388_607).refine((count) => count !== 0),
      ...{ rangeG: whole(1, 10_000_000).optional(), everyS: PERIOD_S },
    })
    .optional(),
  fridge: TEMPERATURE.optional(),
  hotHolding: TEMPERATURE.optional(),
  brokenButton: BUTTON.optional(),
  fixedButton: BUTTON.optional(),
  tamper: z.strictObject({ pin: PIN, openLevel: whole(0, 1).optional() }).optional(),
  meals: z.strictObject({ adultPin: PIN, childPin: PIN }).optional(),
  battery: z.strictObject({ lowMv: whole(1000, 5000).optional() }).optional(),
}) satisfies z.ZodType<Wiring>;

/** Name in firmware/profiles.ts of the sensor of each part. */
const SENSOR_OF: Readonly<Record<keyof Wiring, string>> = {
  reed: 'reed-meter',
  strokes: 'pump-strokes',
  ultrasonic: 'tank-ultrasonic',
  pressure: 'tank-pressure',
  loadCell: 'load-cell',
  fridge: 'temperature',
  hotHolding: 'temperature',
  brokenButton: 'report-buttons',
  fixedButton: 'report-buttons',
  tamper: 'tamper',
  meals: 'meal-contacts',
  battery: 'battery',
};

/** Pins that can measure a voltage: docs/sensors. */
const ANALOG_PINS = ['D0', 'D1', 'D2', 'D3', 'D4', 'D5'];

/** A program by name. Throws: Trouble wrong-wiring. */
export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((one) => one.name === name);
  if (profile === undefined) throw refusal('profile', name, 'unknown-profile');
  return profile;
}

/** What is written down of the board of a program. */
export function boardOf({ board }: Profile): BoardData {
  return board === 'nrf52832' ? MDBT42Q_BOARD : XIAO_NRF52840_BOARD;
}

function refusal(part: string, pin: string, why: string, use = ''): Trouble {
  return new Trouble('wrong-wiring', { part, pin, why, use });
}

/** All pins a wiring names, each with its part. */
function pinsOf(wiring: Wiring): { part: string; pin: string }[] {
  return Object.entries(wiring).flatMap(([part, setup]) =>
    Object.values(setup as object)
      .filter((value): value is string => PIN.safeParse(value).success)
      .map((pin) => ({ part, pin })),
  );
}

/** What a pin does already with this program; null = it is free for a sensor. */
function useOf(profile: Profile, pin: string): string | null {
  const found = boardOf(profile).pins.find((one) => one.pin === pin);
  if (found === undefined) return null;
  const { use } = found;
  if (use.startsWith('radio chip')) return profile.link === 'lora' ? use : null;
  if (use.startsWith('serial to the radio')) return profile.link === 'uart' ? use : null;
  // A water point that has a reed contact there needs no second meter.
  return use === 'meter' ? null : use;
}

/** Refuses a pin that is not there, or is used by something else. */
function refusePins(profile: Profile, wiring: Wiring, radioPowerPin: string | undefined): void {
  const taken = new Map<string, string>();
  if (radioPowerPin !== undefined) taken.set(radioPowerPin, 'radioPowerPin');
  const { pins } = boardOf(profile);
  const named = [...pinsOf(wiring)];
  if (radioPowerPin !== undefined) named.unshift({ part: 'radioPowerPin', pin: radioPowerPin });
  for (const { part, pin } of named) {
    const known = pins.find((one) => one.pin === pin);
    if (known === undefined || known.silk === '(inside)') throw refusal(part, pin, 'no-such-pin');
    const use = useOf(profile, pin);
    if (use !== null) throw refusal(part, pin, 'pin-used', use);
    const other = taken.get(pin);
    const isShared = [other, part].every((one) => one === 'fridge' || one === 'hotHolding');
    if (other !== undefined && other !== part && !isShared)
      throw refusal(part, pin, 'pin-twice', other);
    taken.set(pin, part);
  }
}

/** Two pins of one part, thermometers on one wire, a voltage on a pin that cannot measure. */
function refusePairs({ fridge, hotHolding, pressure, strokes, loadCell, meals }: Wiring): void {
  const pairs = [
    ['strokes', strokes && [strokes.sda, strokes.scl, strokes.wakePin]],
    ['loadCell', loadCell && [loadCell.clockPin, loadCell.dataPin]],
    ['meals', meals && [meals.adultPin, meals.childPin]],
  ] as const;
  for (const [part, pins] of pairs) {
    const twice = pins?.find((pin, at) => pins.indexOf(pin) !== at);
    if (twice !== undefined) throw refusal(part, twice, 'pin-twice', part);
  }
  if (fridge && fridge.pin === hotHolding?.pin) {
    const isTold = fridge.rom && hotHolding.rom && fridge.rom !== hotHolding.rom;
    if (!isTold) throw refusal('hotHolding', fridge.pin, 'needs-rom');
  }
  if (pressure && !ANALOG_PINS.includes(pressure.pin))
    throw refusal('pressure', pressure.pin, 'not-analog');
}

/** Pins of the meal buttons where the wiring does not name them: firmware/sensors/meal-contacts.ts. */
function withMeals(profile: Profile, wiring: Wiring): Wiring {
  if (profile.kind !== 'canteen' || profile.board === 'nrf52832' || wiring.meals) return wiring;
  const [adultPin, childPin] = profile.link === 'lora' ? ['D6', 'D7'] : ['D2', 'D3'];
  return { ...wiring, meals: { adultPin, childPin } };
}

/**
 * Checks a wiring, as its file says it. @param radioPowerPin the pin that switches the radio's supply
 * Throws: Trouble wrong-wiring.
 */
export function checkWiring(profile: Profile, json: unknown, radioPowerPin?: string): Wiring {
  const read = WIRING.safeParse(json);
  if (!read.success) {
    const [{ path, message }] = read.error.issues;
    throw refusal(path.join('.') || 'wiring', message, 'bad-form');
  }
  const wiring: Wiring = read.data;
  for (const part of Object.keys(wiring) as (keyof Wiring)[]) {
    if (!profile.sensors.includes(SENSOR_OF[part]))
      throw refusal(part, profile.name, 'not-in-program');
  }
  if (wiring.ultrasonic && wiring.pressure)
    throw refusal('pressure', 'ultrasonic', 'one-tank-sensor');
  if (radioPowerPin !== undefined && (profile.link !== 'uart' || profile.board === 'nrf52832'))
    throw refusal('radioPowerPin', profile.name, 'not-in-program');
  refusePins(profile, withMeals(profile, wiring), radioPowerPin);
  refusePairs(wiring);
  return wiring;
}
