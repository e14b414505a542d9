/*
 * A water point with everything that fits, and what can befall it.
 * Way: acts of random numbers -> reed meter, hand pump, tank, buttons, lid, battery of a virtual board.
 */
import type { BoardPlugs, I2cDevice } from '../../../../hardware/virtual/board/plugs';
import { createA02yyuw } from '../../../../hardware/virtual/sensors/a02yyuw';
import { createContact } from '../../../../hardware/virtual/sensors/contact';
import { createLis2dh12 } from '../../../../hardware/virtual/sensors/lis2dh12';
import { createPressureTransmitter } from '../../../../hardware/virtual/sensors/pressure-transmitter';
import { PULSE_UL } from '../../bench';
import { type Act, createButton, createLid, late, pick, type Site, type Truth } from './site';

const METER = 0;
const LID = 1;
const WAKE = 2;
const TANK = 3;
const SDA = 4;
const SCL = 5;
const TANK_POWER = 8;
const BROKEN = 9;
const FIXED = 10;
const MOUNT_MM = 2000;
const TICK_MS = 10_000;
const LISTEN_MS = 3000;
/** The contact bounces for 4 ms, the debounce takes 20 ms. */
const PULSE_TOLD_MS = 24;

/** A sensor with what can befall it. */
export interface Part {
  acts: Act[];
  heal(): void;
}

/** Bursts of pulses; volume and draws as the meter's page says. */
function createMeter(plugs: BoardPlugs) {
  const contact = createContact(plugs, METER, 2);
  const told: number[] = [];
  let freeMs = 0;
  const flow: Act = (value) => {
    let atMs = Math.max(plugs.nowMs() + 100, freeMs);
    for (let i = 0; i <= value % 20; i++) {
      plugs.at(atMs, () => contact.pulse(150));
      told.push(Math.ceil((atMs + PULSE_TOLD_MS) / TICK_MS));
      atMs += 400;
    }
    freeMs = atMs;
  };
  return {
    acts: [flow, flow],
    /** Tenths of a litre, draws: a draw begins at a tick with water after one without. */
    counters: () => [
      Math.floor((told.length * PULSE_UL) / 100_000),
      new Set(told.filter((tick) => !told.includes(tick - 1))).size,
    ],
  };
}

/** A pump whose handle is moved, and an accelerometer that may fail when `isTroubled`. */
function createPump(plugs: BoardPlugs, isTroubled: boolean, mayFail: Set<string>) {
  let hasGarbage = false;
  let noise = 1;
  const noisy = (device: I2cDevice): I2cDevice => ({
    ...device,
    read: (byteCount) =>
      hasGarbage
        ? new Uint8Array(byteCount).map(() => {
            noise = (noise * 75 + 74) % 65_537;
            return noise & 255;
          })
        : device.read(byteCount),
  });
  const chip = createLis2dh12(
    { ...plugs, i2c: (sda, scl, device) => plugs.i2c(sda, scl, noisy(device)) },
    SDA,
    SCL,
    WAKE,
    24,
  );
  const moves: [number, number][] = [];
  let strokes = 0;
  let freeMs = 0;
  chip.mgAt = (atMs) => {
    const move = moves.find(([fromMs, toMs]) => atMs >= fromMs && atMs < toMs);
    const angle = -0.6 * Math.cos(move ? (2 * Math.PI * (atMs - move[0])) / 1500 : 0);
    return [Math.round(1000 * Math.sin(angle)), 0, Math.round(1000 * Math.cos(angle))];
  };
  const pumping: Act = (value) => {
    const count = 1 + (value % 8);
    const fromMs = Math.max(plugs.nowMs() + 300 + (value % 97), freeMs);
    moves.push([fromMs, fromMs + count * 1500]);
    freeMs = fromMs + count * 1500 + 6000;
    strokes += count;
  };
  const trouble: Act = (value) => {
    if (!isTroubled) return;
    mayFail.add('pump-strokes');
    chip.trouble = pick(['', 'unplugged', 'no-wake', 'stuck-high', ''], value);
    hasGarbage = value % 7 === 0;
    plugs.setPin(SDA, value % 11 === 0 ? 0 : 1);
    plugs.setPin(SCL, value % 13 === 0 ? 0 : 1);
    if (value % 3 === 0) chip.brownOut();
  };
  return {
    acts: [pumping, trouble],
    strokes: () => (isTroubled ? -1 : strokes),
    heal: () => {
      chip.trouble = '';
      hasGarbage = false;
      plugs.setPin(SDA, 1);
      plugs.setPin(SCL, 1);
      // A wake wire is believed again when the handle has moved it.
      moves.push([
        Math.max(plugs.nowMs() + 20_000, freeMs),
        Math.max(plugs.nowMs() + 20_000, freeMs) + 9000,
      ]);
      strokes += 6;
    },
  };
}

function levelTruth(fault: string, tolerance: number, levelMm: number): Truth {
  const history: [number, number][] = [[0, levelMm]];
  return { reading: 'levelMm', fault, tolerance, ageMs: 36_000, graceMs: 15_000, history };
}

function createUltrasonicTank(plugs: BoardPlugs, mayFail: Set<string>) {
  let lateMs = 0;
  const sensor = createA02yyuw(
    late(plugs, () => lateMs),
    TANK,
    TANK_POWER,
  );
  const truth = levelTruth('tank-ultrasonic', 0, MOUNT_MM - 1000);
  let distanceMm = 1000;
  const trouble: Act = (value) => {
    mayFail.add('tank-ultrasonic');
    sensor.trouble = pick(['unplugged', 'bad-sum', 'noise', 'jumps', ''], value);
    sensor.distanceMm = value % 9 === 0 ? 0 : distanceMm;
    lateMs = pick([0, 200, 900, 5000], value >> 3);
  };
  const garbage: Act = (value) => {
    mayFail.add('tank-ultrasonic');
    const bytes = new Uint8Array(1 + (value % 30)).map((_, i) => (value * (i + 3) * 37) & 255);
    const baud = pick([9600, 9600, 19_200, 115_200], value >> 2);
    for (let i = 0; i < 10; i++) {
      plugs.at(plugs.nowMs() + i * 233 + (value % 100), () => plugs.serialIn(TANK, baud, bytes));
    }
  };
  return {
    truth,
    acts: [
      (value: number) => {
        distanceMm = 100 + value;
        // In the middle of a measurement the echo is not steady.
        if (plugs.nowMs() % TICK_MS <= LISTEN_MS) mayFail.add('tank-ultrasonic');
        sensor.distanceMm = distanceMm;
        truth.history.push([plugs.nowMs(), MOUNT_MM - distanceMm]);
      },
      trouble,
      garbage,
    ],
    heal: () => {
      sensor.trouble = '';
      sensor.distanceMm = distanceMm;
      lateMs = 0;
    },
    isResting: () => !sensor.isPowered,
  };
}

function createPressureTank(plugs: BoardPlugs, mayFail: Set<string>) {
  let slowMs = 0;
  let reads = 0;
  let isSpiky = false;
  let powerLevel = 0;
  plugs.onPinWrite(TANK_POWER, (level) => {
    powerLevel = level;
  });
  // Less than half of the readings of one measurement are spikes.
  const analog: BoardPlugs['analog'] = (pin, mv) =>
    plugs.analog(pin, () => {
      const place = reads++ % 9;
      return isSpiky && place > 2 && place < 7 ? (reads * 977) % 3300 : mv();
    });
  const nowMs = () => plugs.nowMs();
  const sensor = createPressureTransmitter(
    {
      ...plugs,
      analog,
      onPinWrite: (pin, fn) =>
        plugs.onPinWrite(pin, (level, atUs) => {
          if (level === 0) fn(level, atUs);
          else plugs.at(nowMs() + slowMs, () => powerLevel === 1 && fn(level, atUs));
        }),
    },
    { pin: TANK, powerPin: TANK_POWER, shuntOhm: 150, low: 4000, high: 20_000, rangeMm: 5000 },
  );
  const truth = levelTruth('tank-pressure', 4, 0);
  return {
    truth,
    acts: [
      (value: number) => {
        sensor.levelMm = 4 * value;
        truth.history.push([plugs.nowMs(), sensor.levelMm]);
      },
      (value: number) => {
        mayFail.add('tank-pressure');
        sensor.trouble = pick(['open', 'short', ''], value);
        slowMs = pick([0, 100, 400, 0], value >> 2);
      },
      (value: number) => {
        isSpiky = value % 2 === 1;
      },
    ],
    heal: () => {
      sensor.trouble = '';
      slowMs = 0;
      isSpiky = false;
    },
    isResting: () => powerLevel === 0,
  };
}

/** `tank`: by which of the two sensors. `isPumpTroubled`: whether strokes may be lost by their own sensor's trouble. */
export function createWaterSite(
  tank: 'ultrasonic' | 'pressure',
  isPumpTroubled: boolean,
): (plugs: BoardPlugs) => Site {
  return (plugs) => {
    const mayFail = new Set<string>();
    const meter = createMeter(plugs);
    const pump = createPump(plugs, isPumpTroubled, mayFail);
    const level =
      tank === 'ultrasonic'
        ? createUltrasonicTank(plugs, mayFail)
        : createPressureTank(plugs, mayFail);
    const lid = createLid(plugs, LID, mayFail);
    const buttons = [
      createButton(plugs, BROKEN, 3, 'broken-button', mayFail),
      createButton(plugs, FIXED, 4, 'fixed-button', mayFail),
    ];
    return {
      kind: 'water-point',
      wiring: waterWiring(tank),
      truths: [level.truth],
      acts: [
        ...meter.acts,
        ...pump.acts,
        ...level.acts,
        ...lid.acts,
        ...buttons.flatMap((b) => b.acts),
      ],
      mayFail,
      // An analogue pin shows no more than the supply: 21 mA over the shunt, where a short begins, need 3.15 V.
      batteriesMv: [4100, 3600, 3390, tank === 'pressure' ? 3200 : 2900],
      heal: () => {
        for (const part of [pump, level, lid, ...buttons]) part.heal();
      },
      counters: () => [...meter.counters(), pump.strokes()],
      isResting: level.isResting,
      lid,
      buttons,
    };
  };
}

/** The wiring that the models are plugged in for. */
export function waterWiring(tank: 'ultrasonic' | 'pressure'): Site['wiring'] {
  const pins = { pin: `D${TANK}`, powerPin: `D${TANK_POWER}`, everyS: 30 };
  return {
    reed: { pin: `D${METER}` },
    strokes: { sda: `D${SDA}`, scl: `D${SCL}`, wakePin: `D${WAKE}` },
    ...(tank === 'ultrasonic'
      ? { ultrasonic: { ...pins, mountMm: MOUNT_MM } }
      : { pressure: { ...pins, shuntOhm: 150, highMm: 5000 } }),
    brokenButton: { pin: `D${BROKEN}` },
    fixedButton: { pin: `D${FIXED}` },
    tamper: { pin: `D${LID}` },
    battery: {},
  };
}
