/*
 * A canteen with everything that fits, and what can befall it.
 * Way: acts of random numbers -> meal buttons, scale, two thermometers, buttons, lid of a virtual board.
 */
import type { BoardPlugs, OneWireDevice } from '../../../../hardware/virtual/board/plugs';
import { createContact } from '../../../../hardware/virtual/sensors/contact';
import { createDs18b20 } from '../../../../hardware/virtual/sensors/ds18b20';
import { createHx711 } from '../../../../hardware/virtual/sensors/hx711';
import { type Act, createButton, createLid, late, pick, type Site, type Truth } from './site';

const FIXED = 0;
const LID = 1;
const ADULTS = 2;
const CHILDREN = 3;
const DATA = 4;
const CLOCK = 5;
const COLD = 8;
const HOT = 9;
const BROKEN = 10;
const TARE = -1000;
const COUNTS_PER_KG = -20_000;
const OVER_RANGE = 8_388_607;
const COMMAND_BITS = 8;

export const CANTEEN_WIRING: Site['wiring'] = {
  meals: { adultPin: `D${ADULTS}`, childPin: `D${CHILDREN}` },
  loadCell: {
    clockPin: `D${CLOCK}`,
    dataPin: `D${DATA}`,
    tareCount: TARE,
    countsPerKg: COUNTS_PER_KG,
    rangeG: 50_000,
    everyS: 30,
  },
  fridge: { pin: `D${COLD}` },
  hotHolding: { pin: `D${HOT}` },
  brokenButton: { pin: `D${BROKEN}` },
  fixedButton: { pin: `D${FIXED}` },
  tamper: { pin: `D${LID}` },
  battery: {},
};

/** A meal's button: presses in a row. */
function createMeals(plugs: BoardPlugs, pin: number) {
  const contact = createContact(plugs, pin, 4);
  let presses = 0;
  let freeMs = 0;
  const press: Act = (value) => {
    let atMs = Math.max(plugs.nowMs() + (value % 100), freeMs);
    for (let i = 0; i <= value % 12; i++) {
      plugs.at(atMs, () => contact.pulse(150 + (value % 70)));
      atMs += 400;
    }
    presses += 1 + (value % 12);
    freeMs = atMs;
  };
  return { acts: [press], presses: () => presses };
}

function createScale(plugs: BoardPlugs, mayFail: Set<string>) {
  let lateMs = 0;
  let grams = 0;
  const chip = createHx711(
    late(plugs, () => lateMs),
    CLOCK,
    DATA,
  );
  const truth: Truth = {
    reading: 'weightG',
    fault: 'load-cell',
    tolerance: 1,
    ageMs: 36_000,
    graceMs: 15_000,
    history: [[0, 0]],
  };
  const show = () => {
    chip.count = TARE + Math.round((grams * COUNTS_PER_KG) / 1000);
  };
  show();
  return {
    truth,
    acts: [
      (value: number) => {
        grams = value * 47;
        show();
        truth.history.push([plugs.nowMs(), grams]);
      },
      (value: number) => {
        mayFail.add('load-cell');
        chip.trouble = pick(['unplugged', 'stuck-low', ''], value);
        // The wire breaks or touches at once, not only with the chip's next bit.
        if (chip.trouble) plugs.setPin(DATA, chip.trouble === 'unplugged' ? 1 : 0);
        show();
        if (value % 5 === 0) chip.count = value % 2 === 0 ? OVER_RANGE : -OVER_RANGE - 1;
        lateMs = pick([0, 50, 300, 5000], value >> 3);
      },
    ],
    heal: () => {
      chip.trouble = '';
      lateMs = 0;
      show();
    },
    isResting: () => chip.isAsleep(),
  };
}

/** What a thermometer's line is given beside its device: bits that flip, and a chip whose conversions last longer. */
function createLine(plugs: BoardPlugs, pin: number) {
  const line = { flipsAt: -1, extraMs: 0, keep: () => {} };
  let chipMs = 0;
  let seenMs = 0;
  // The chip's own clock: it never jumps, and 750 ms of it last longer by `extraMs`.
  const chipNowMs = () => {
    chipMs += ((plugs.nowMs() - seenMs) * 750) / (750 + line.extraMs);
    seenMs = plugs.nowMs();
    return chipMs;
  };
  const onLine = (device: OneWireDevice): OneWireDevice => {
    let bits = 0;
    const command = (byte: number) => {
      for (let bit = 0; bit < COMMAND_BITS; bit++) device.writeBit((byte >> bit) & 1);
    };
    // What it measured stays in its memory, whether somebody asks or not.
    line.keep = () => {
      if (!device.reset()) return;
      command(0xcc);
      command(0xbe);
      device.reset();
    };
    return {
      reset: () => {
        bits = 0;
        if (line.extraMs > 0) plugs.at(plugs.nowMs() + 752 + line.extraMs, line.keep);
        return device.reset();
      },
      writeBit: (bit) => device.writeBit(bit),
      readBit: () => {
        const bit = device.readBit();
        return bits++ === line.flipsAt || bits === line.flipsAt - 20 ? 1 - bit : bit;
      },
    };
  };
  const slow: BoardPlugs = {
    ...plugs,
    nowMs: chipNowMs,
    oneWire: (_, device) => plugs.oneWire(pin, onLine(device)),
  };
  return { line, slow, chipNowMs };
}

function createThermometer(
  plugs: BoardPlugs,
  pin: number,
  name: { reading: string; fault: string },
  lowest: number,
  mayFail: Set<string>,
) {
  const { line, slow, chipNowMs } = createLine(plugs, pin);
  const chip = createDs18b20(slow, pin, pin);
  const centiC = () => Math.round((chip.sixteenths * 25) / 4);
  chip.sixteenths = lowest + 40;
  const truth: Truth = {
    ...name,
    tolerance: 0,
    ageMs: 83_000,
    graceMs: 35_000,
    history: [[0, centiC()]],
  };
  return {
    truth,
    acts: [
      (value: number) => {
        chip.sixteenths = lowest + (value >> 1);
        truth.history.push([plugs.nowMs(), centiC()]);
      },
      (value: number) => {
        mayFail.add(name.fault);
        // Without its wire it has no power either.
        chip.trouble = 'loses-power';
        if (value % 5 === 1) line.keep();
        chip.trouble = pick(['', 'unplugged', 'bad-crc', 'loses-power', ''], value);
        line.flipsAt = value % 3 === 0 ? value % 72 : -1;
        plugs.setPin(pin, value % 7 === 0 ? 0 : 1);
      },
      (value: number) => {
        // Within the datasheet nothing changes; a slower chip tells what it measured the time before.
        chipNowMs();
        line.extraMs = pick([0, 9, 200, 900], value);
        if (line.extraMs < 10) return;
        mayFail.add(name.fault);
        truth.ageMs = 160_000;
      },
    ],
    heal: () => {
      chip.trouble = '';
      line.flipsAt = -1;
      chipNowMs();
      line.extraMs = 0;
      plugs.setPin(pin, 1);
    },
  };
}

/** The canteen's models on a board. */
export function createCanteenSite(plugs: BoardPlugs): Site {
  const mayFail = new Set<string>();
  const meals = [createMeals(plugs, ADULTS), createMeals(plugs, CHILDREN)];
  const scale = createScale(plugs, mayFail);
  const fridge = { reading: 'fridgeCentiC', fault: 'fridge' };
  const hotHolding = { reading: 'hotHoldingCentiC', fault: 'hot-holding' };
  const cold = createThermometer(plugs, COLD, fridge, -400, mayFail);
  const hot = createThermometer(plugs, HOT, hotHolding, 800, mayFail);
  const lid = createLid(plugs, LID, mayFail);
  const buttons = [
    createButton(plugs, BROKEN, 3, 'broken-button', mayFail),
    createButton(plugs, FIXED, 4, 'fixed-button', mayFail),
  ];
  const parts = [scale, cold, hot, lid, ...buttons];
  return {
    kind: 'canteen',
    wiring: CANTEEN_WIRING,
    truths: [scale.truth, cold.truth, hot.truth],
    acts: [...meals, ...parts].flatMap((part) => part.acts),
    mayFail,
    batteriesMv: [4100, 3600, 3390, 2900],
    heal: () => {
      for (const part of parts) part.heal();
    },
    counters: () => meals.map((one) => one.presses()),
    isResting: scale.isResting,
    lid,
    buttons,
  };
}
