/*
 * Everything that is a contact to ground, on the XIAO's built program: reed meter, report buttons, lid; and the battery,
 * and the queue of edges that runs over.
 */
import { expect, test } from 'vitest';
import { createContact } from '../../../hardware/virtual/sensors/contact';
import { PULSE_UL } from '../bench';
import { sensorBench } from './sensor-bench';

const STATUS_TAMPER = 1 << 8;
const STATUS_BATTERY_LOW = 1 << 10;
const STATUS_SENSOR_FAULT = 1 << 11;
const STATUS_PULSES_LOST = 1 << 16;
const METER_PIN = 2;

function reedBench(bounces: number, debounceMs?: number) {
  return sensorBench('water-point', { reed: { pin: 'D2', debounceMs } }, (plugs) =>
    createContact(plugs, METER_PIN, bounces),
  );
}

test('a reed contact that bounces counts each closing once', () => {
  const bench = reedBench(4);
  for (let i = 0; i < 450; i++) {
    bench.models.pulse(200);
    bench.runS(0.5);
  }
  bench.runS(30);
  expect(bench.counters()).toEqual([Math.floor((450 * PULSE_UL) / 100_000), 1]);
  expect(bench.told().faults).toEqual({});
  expect(bench.board.counts().uncaught).toEqual([]);
});

test('a bucket that tips without bouncing, with pauses, makes draws', () => {
  const bench = reedBench(0);
  for (let draw = 0; draw < 3; draw++) {
    for (let i = 0; i < 60; i++) {
      bench.models.pulse(100);
      bench.runS(0.25);
    }
    bench.runS(60);
  }
  expect(bench.counters()).toEqual([Math.floor((180 * PULSE_UL) / 100_000), 3]);
});

test('hum on the wire is a fault and no water: too fast for a meter', () => {
  const bench = reedBench(0, 5);
  bench.models.chatter(60_000, 10);
  bench.runS(45);
  expect(bench.told().faults).toEqual({ 'reed-meter': 'too fast for a meter: noise on the wire' });
  expect(bench.told().flags).toContain('pulses lost');
  bench.runS(60);
  expect(bench.told().faults).toEqual({});
  bench.runS(3600);
  const [first] = bench.records();
  expect((first?.status ?? 0) & STATUS_PULSES_LOST).toBe(STATUS_PULSES_LOST);
  expect(bench.told().flags).toEqual([]);
});

test('a contact that never rests is told: the debounce would hide it', () => {
  const bench = reedBench(0);
  // Changes every 17 ms never rest for 20 ms; sooner or later it is seen low at three ticks in a row.
  bench.models.chatter(600_000, 17);
  let wasTold = false;
  for (let i = 0; i < 60 && !wasTold; i++) {
    bench.runS(10);
    wasTold = bench.told().faults['reed-meter'] === 'contact never rests';
  }
  expect(wasTold).toBe(true);
  expect(bench.counters()[0]).toBe(0);
});

test('held buttons are told at once, short presses and bounces never', () => {
  const wiring = { brokenButton: { pin: 'D3' }, fixedButton: { pin: 'D8', holdMs: 5000 } };
  const bench = sensorBench('water-point', wiring, (plugs) => ({
    broken: createContact(plugs, 3, 5),
    fixed: createContact(plugs, 8, 5),
  }));
  bench.runS(20);
  bench.models.broken.pulse(1500);
  bench.runS(4);
  bench.models.fixed.pulse(4000);
  bench.runS(60);
  expect(bench.events()).toEqual([]);
  bench.models.broken.pulse(2500);
  bench.runS(20);
  expect(bench.events()).toEqual([[3, 0]]);
  bench.models.fixed.pulse(6000);
  bench.runS(700);
  expect(bench.events()).toEqual([
    [3, 0],
    [4, 0],
  ]);
});

test('two short presses are not one long one, and the hold begins anew with each press', () => {
  const wiring = { brokenButton: { pin: 'D3' }, fixedButton: { pin: 'D8' } };
  const bench = sensorBench('water-point', wiring, (plugs) => ({
    broken: createContact(plugs, 3, 2),
    fixed: createContact(plugs, 8, 2),
  }));
  bench.runS(10.5);
  // Down when the first press would have been held for 2 s, and let go before it is itself.
  for (let i = 0; i < 4; i++) {
    bench.models.broken.pulse(1500);
    bench.models.fixed.pulse(1600);
    bench.runS(1.75);
  }
  bench.runS(30);
  expect(bench.events()).toEqual([]);
  bench.models.broken.pulse(1000);
  bench.runS(1.3);
  bench.models.broken.pulse(2500);
  bench.runS(30);
  expect(bench.events()).toEqual([[3, 0]]);
});

test('a button that is stuck is one event and a fault, and heals', () => {
  const wiring = { brokenButton: { pin: 'D3' } };
  const bench = sensorBench('water-point', wiring, (plugs) => createContact(plugs, 3, 0));
  bench.models.close();
  bench.runS(3600);
  expect(bench.events()).toEqual([[3, 0]]);
  expect(bench.told().faults).toEqual({ 'broken-button': 'stuck, or its wire touches ground' });
  const hour = bench.records().find((record) => record.kind === 1);
  expect((hour?.status ?? 0) & STATUS_SENSOR_FAULT).toBe(STATUS_SENSOR_FAULT);
  const checks = bench.ask('selftest').checks as [string, boolean, string][];
  expect(checks.find(([part]) => part === 'sensors')).toEqual([
    'sensors',
    false,
    '{"broken-button":"stuck, or its wire touches ground"}',
  ]);
  bench.models.open();
  bench.runS(30);
  expect(bench.told().faults).toEqual({});
});

test('an opened lid is an event, and a flag of the status while it is open', () => {
  const bench = sensorBench('water-point', { tamper: { pin: 'D9' } }, (plugs) => {
    const lid = createContact(plugs, 9, 3);
    lid.close();
    return lid;
  });
  bench.runS(60);
  expect(bench.events()).toEqual([]);
  bench.models.open();
  bench.runS(30);
  expect(bench.told().flags).toEqual(['tamper']);
  bench.runS(3600);
  bench.models.close();
  bench.runS(3600);
  const hours = bench.records().filter((record) => record.kind === 1);
  expect(bench.events()).toEqual([
    [1, 1],
    [1, 0],
  ]);
  expect(hours.map((record) => (record.status & STATUS_TAMPER) > 0)).toEqual([true, false]);
});

test('a lid that is open at the start is told, also where open means contact', () => {
  for (const openLevel of [0, 1]) {
    const wiring = { tamper: { pin: 'D9', openLevel } };
    const bench = sensorBench('water-point', wiring, (plugs) => plugs.setPin(9, openLevel));
    bench.runS(30);
    expect(bench.events()).toEqual([[1, 1]]);
  }
});

test('a loose contact at the lid is a fault', () => {
  const bench = sensorBench('water-point', { tamper: { pin: 'D9' } }, (plugs) =>
    createContact(plugs, 9, 0),
  );
  bench.runS(15);
  bench.models.chatter(20_000, 100);
  bench.runS(16);
  expect(bench.told().faults).toEqual({ tamper: 'loose contact' });
  bench.runS(60);
  expect(bench.told().faults).toEqual({});
});

test('battery: low below the limit of its kind, once; none at all is a fault', () => {
  const bench = sensorBench('water-point', { battery: { lowMv: 3500 } }, () => null);
  bench.runS(60);
  expect(bench.told().flags).toEqual([]);
  bench.board.setBatteryMv(3450);
  bench.runS(15);
  expect(bench.told().flags).toEqual([]);
  bench.runS(60);
  bench.board.setBatteryMv(3550);
  bench.runS(60);
  expect(bench.told().flags).toEqual(['battery low']);
  bench.runS(3600);
  expect(bench.events()).toHaveLength(1);
  expect(bench.events()[0]?.[0]).toBe(6);
  const hour = bench.records().find((record) => record.kind === 1);
  expect((hour?.status ?? 0) & STATUS_BATTERY_LOW).toBe(STATUS_BATTERY_LOW);
  bench.board.setBatteryMv(3700);
  bench.runS(30);
  expect(bench.told().flags).toEqual([]);
  bench.board.setBatteryMv(0);
  bench.runS(30);
  expect(bench.told().faults).toEqual({ battery: 'no battery, or its divider is broken' });
});

test('a battery that sinks for a moment each time the radio sends is not low', () => {
  const bench = sensorBench('water-point', { battery: {} }, () => null);
  bench.runS(5);
  for (let i = 0; i < 6; i++) {
    bench.board.setBatteryMv(3350);
    bench.runS(20);
    bench.board.setBatteryMv(3450);
    bench.runS(10);
    expect(bench.told().flags).toEqual([]);
  }
  expect(bench.events()).toEqual([]);
});

test('a full queue of edges is told in the record of its hour and in no other', () => {
  const bench = reedBench(0);
  bench.runS(600);
  expect(bench.board.addPulses(METER_PIN, 200)).toBe(85);
  bench.runS(3 * 3600);
  const lost = bench.records().map((record) => (record.status & STATUS_PULSES_LOST) > 0);
  expect(lost).toEqual([true, false, false]);
});

test('wiring that cannot be is a fault of that sensor only', () => {
  const wiring = { reed: { pin: 'X9' }, tamper: { pin: 'D9' } };
  const bench = sensorBench('water-point', wiring, (plugs) => plugs.setPin(9, 0));
  bench.runS(30);
  expect(Object.keys(bench.told().faults)).toEqual(['reed-meter']);
  expect(bench.told().faults['reed-meter']).toContain('Invalid pin');
  bench.runS(3600);
  expect(bench.records()).toHaveLength(1);
});

test('a meal button on a pin that is none is a fault; the other button counts, and records go on', () => {
  const meals = { adultPin: 'X9', childPin: 'D3' };
  const bench = sensorBench('canteen', { meals }, (plugs) => plugs);
  bench.runS(5);
  expect(bench.told().faults['meal-contacts']).toContain('Invalid pin');
  bench.models.setPin(3, 0);
  bench.runS(1);
  bench.models.setPin(3, 1);
  bench.runS(3600);
  const [hour] = bench.records();
  expect(hour?.counters).toEqual([0, 1]);
});
