/*
 * wiring-check.test.ts: at least one wrong thing of each kind of sensor is named: its part, its pin, and why.
 * Oracles: the drawings of the boards (hardware/boards) and docs/sensors, written down here by hand.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Trouble } from '../../../scripts/technician/trouble';
import { checkWiring, profileNamed } from '../../../scripts/technician/wiring-check';
import { LANGUAGES, troubleWords, wordsOf } from '../../../scripts/technician/words';

/** What is said of a wiring; null = nothing is wrong. */
function saidOf(profile: string, wiring: unknown, radioPowerPin?: string): Trouble | null {
  try {
    checkWiring(profileNamed(profile), wiring, radioPowerPin);
    return null;
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
}

const WELL = 'water-point-xiao';
const MEALS = 'canteen-xiao';
const ROM = '28ff641e8216043c';
const OTHER_ROM = '28ff641e8216043d';
const STROKES = { sda: 'D4', scl: 'D5', wakePin: 'D3' };
const LOAD = { clockPin: 'D8', dataPin: 'D9', tareCount: 1000, countsPerKg: 420 };

/** Program, wiring, part, pin (or form), why. */
const WRONG: [string, object, string, string | RegExp, string][] = [
  [WELL, { reed: { pin: 'D6' } }, 'reed', 'D6', 'pin-used'],
  [WELL, { reed: { pin: 'D11' } }, 'reed', 'D11', 'no-such-pin'],
  [WELL, { reed: { pin: 'D14' } }, 'reed', 'D14', 'no-such-pin'],
  [WELL, { reed: { pin: 'two' } }, 'reed.pin', /./, 'bad-form'],
  [WELL, { reed: { pin: 'D2', debounceMs: 0 } }, 'reed.debounceMs', /1/, 'bad-form'],
  [WELL, { strokes: { ...STROKES, scl: 'D4' } }, 'strokes', 'D4', 'pin-twice'],
  [WELL, { strokes: { ...STROKES, address: 26 } }, 'strokes.address', /25/, 'bad-form'],
  [WELL, { strokes: STROKES, reed: { pin: 'D3' } }, 'strokes', 'D3', 'pin-twice'],
  [WELL, { ultrasonic: { pin: 'D7', mountMm: 2000 } }, 'ultrasonic', 'D7', 'pin-used'],
  [WELL, { ultrasonic: { pin: 'D2' } }, 'ultrasonic.mountMm', /number/, 'bad-form'],
  [WELL, { pressure: { pin: 'D8', highMm: 3000 } }, 'pressure', 'D8', 'not-analog'],
  [
    WELL,
    { pressure: { pin: 'D1', highMm: 3000 }, ultrasonic: { pin: 'D2', mountMm: 2000 } },
    ...(['pressure', 'ultrasonic', 'one-tank-sensor'] as const),
  ],
  [WELL, { loadCell: LOAD }, 'loadCell', WELL, 'not-in-program'],
  [MEALS, { loadCell: { ...LOAD, dataPin: 'D8' } }, 'loadCell', 'D8', 'pin-twice'],
  [MEALS, { loadCell: { ...LOAD, countsPerKg: 0 } }, 'loadCell.countsPerKg', /./, 'bad-form'],
  [MEALS, { fridge: { pin: 'D7' } }, 'fridge', 'D7', 'pin-used'],
  [MEALS, { fridge: { pin: 'D1', rom: '10ff' } }, 'fridge.rom', /./, 'bad-form'],
  [MEALS, { fridge: { pin: 'D1' }, hotHolding: { pin: 'D1' } }, 'hotHolding', 'D1', 'needs-rom'],
  [
    MEALS,
    { fridge: { pin: 'D1', rom: ROM }, hotHolding: { pin: 'D1', rom: ROM } },
    ...(['hotHolding', 'D1', 'needs-rom'] as const),
  ],
  [WELL, { fridge: { pin: 'D1' } }, 'fridge', WELL, 'not-in-program'],
  [
    WELL,
    { brokenButton: { pin: 'D1' }, fixedButton: { pin: 'D1' } },
    ...(['fixedButton', 'D1', 'pin-twice'] as const),
  ],
  [WELL, { brokenButton: { pin: 'D1', holdMs: -1 } }, 'brokenButton.holdMs', /0/, 'bad-form'],
  [WELL, { fixedButton: { pin: 'D6' } }, 'fixedButton', 'D6', 'pin-used'],
  [WELL, { tamper: { pin: 'D2', openLevel: 2 } }, 'tamper.openLevel', /1/, 'bad-form'],
  [WELL, { tamper: { pin: 'D32' } }, 'tamper', 'D32', 'no-such-pin'],
  [MEALS, { meals: { adultPin: 'D2', childPin: 'D2' } }, 'meals', 'D2', 'pin-twice'],
  // A canteen has its buttons at D2 and D3 where nothing else is said.
  [MEALS, { tamper: { pin: 'D2' } }, 'meals', 'D2', 'pin-twice'],
  [WELL, { meals: { adultPin: 'D2', childPin: 'D3' } }, 'meals', WELL, 'not-in-program'],
  [WELL, { battery: { lowMv: 900 } }, 'battery.lowMv', /1000/, 'bad-form'],
  ['water-point', { battery: {} }, 'battery', 'water-point', 'not-in-program'],
  ['water-point', { reed: { pin: 'D2' } }, 'reed', 'water-point', 'not-in-program'],
  ['water-point-xiao-lora', { tamper: { pin: 'D2' } }, 'tamper', 'D2', 'pin-used'],
  [WELL, { colour: { pin: 'D2' } }, 'wiring', /colour/, 'bad-form'],
  [WELL, { reed: { pin: 'D2', pull: 'up' } }, 'reed', /pull/, 'bad-form'],
];

describe('a wrong wiring is named', () => {
  test.each(WRONG)('%s %j: %s', (profile, wiring, part, pin, why) => {
    const trouble = saidOf(profile, wiring);
    expect(trouble).toMatchObject({ code: 'wrong-wiring', details: { part, why } });
    expect(trouble?.details.pin).toEqual(
      typeof pin === 'string' ? pin : expect.stringMatching(pin),
    );
    for (const language of LANGUAGES) {
      const { what, next } = troubleWords(wordsOf(language), trouble as Trouble);
      expect(what).toContain(part);
      expect(`${what} ${next}`).not.toMatch(/\{\{|wiring\.[a-z]/);
    }
  });

  test('the pin of the radio’s supply: with a sensor on it, with a radio chip, on an MDBT42Q', () => {
    const onIt = saidOf(WELL, { tamper: { pin: 'D8' } }, 'D8');
    expect(onIt?.details).toMatchObject({ part: 'tamper', pin: 'D8' });
    for (const profile of ['water-point-xiao-lora', 'water-point'])
      expect(saidOf(profile, {}, 'D8')?.details).toMatchObject({
        ...{ part: 'radioPowerPin', pin: profile, why: 'not-in-program' },
      });
    expect(saidOf(WELL, {}, 'D6')?.details).toMatchObject({ part: 'radioPowerPin', pin: 'D6' });
  });
});

describe('a right one is taken', () => {
  test.each([
    [WELL, {}],
    [WELL, { reed: { pin: 'D0' }, tamper: { pin: 'D1' }, battery: { lowMv: 3300 } }],
    [WELL, { strokes: STROKES, pressure: { pin: 'D1', highMm: 3000, powerPin: 'D9' } }],
    [WELL, { ultrasonic: { pin: 'D2', mountMm: 2000, powerPin: 'D10' } }],
    [WELL, { brokenButton: { pin: 'D1' }, fixedButton: { pin: 'D2', holdMs: 3000 } }],
    [MEALS, { loadCell: LOAD, fridge: { pin: 'D1', rom: ROM } }],
    [MEALS, { fridge: { pin: 'D1', rom: ROM }, hotHolding: { pin: 'D1', rom: OTHER_ROM } }],
    [MEALS, { meals: { adultPin: 'D4', childPin: 'D5' }, tamper: { pin: 'D2' } }],
  ])('%s %j', (profile, wiring) => {
    expect(saidOf(profile, wiring)).toBeNull();
  });

  test('whatever the JSON is, it is taken or named', () => {
    fc.assert(
      fc.property(fc.constantFrom(WELL, MEALS, 'water-point'), fc.jsonValue(), (profile, json) => {
        const trouble = saidOf(profile, json);
        expect(trouble === null || trouble.code === 'wrong-wiring').toBe(true);
      }),
    );
  });
});
