/*
 * Fridge and hot holding on the canteen's built program, with thermometers on 1-Wire that are unplugged, held low,
 * disturbed and without power.
 */
import { expect, test } from 'vitest';
import { createDs18b20 } from '../../../hardware/virtual/sensors/ds18b20';
import { sensorBench } from './sensor-bench';

const COLD = 4 * 16;
const HOT = 65 * 16;

function oneFridge(alarmMinutes?: number) {
  return sensorBench('canteen', { fridge: { pin: 'D4', alarmMinutes } }, (plugs) => {
    const sensor = createDs18b20(plugs, 4, 1);
    sensor.sixteenths = COLD;
    return sensor;
  });
}

test('two thermometers on one wire, each called by its number', () => {
  const wiring = { fridge: { pin: 'D4', rom: '' }, hotHolding: { pin: 'D4', rom: '' } };
  const bench = sensorBench('canteen', wiring, (plugs) => {
    const cold = createDs18b20(plugs, 4, 77);
    const hot = createDs18b20(plugs, 4, 1234);
    wiring.fridge.rom = cold.rom;
    wiring.hotHolding.rom = hot.rom;
    cold.sixteenths = -3;
    hot.sixteenths = HOT;
    return { cold, hot };
  });
  expect(bench.models.cold.rom).toMatch(/^284d0000000000[0-9a-f]{2}$/);
  bench.runS(20);
  expect(bench.told().readings).toEqual({ fridgeCentiC: -19, hotHoldingCentiC: 6500 });
  bench.models.hot.trouble = 'unplugged';
  bench.runS(120);
  expect(bench.told().readings).toEqual({ fridgeCentiC: -19 });
  expect(Object.keys(bench.told().faults)).toEqual(['hot-holding']);
  expect(bench.board.counts().uncaught).toEqual([]);
});

test('two thermometers called as one are a fault, not a temperature', () => {
  const bench = sensorBench('canteen', { fridge: { pin: 'D4' } }, (plugs) => {
    createDs18b20(plugs, 4, 1).sixteenths = 70;
    createDs18b20(plugs, 4, 2).sixteenths = 85;
  });
  bench.runS(60);
  expect(bench.told().readings).toEqual({});
  expect(bench.told().faults.fridge).toMatch('two sensors on the wire');
});

test('no trouble but a reading: within 40 s it is gone and the fault is told; it heals by itself', () => {
  const troubles = [
    ['unplugged', 'no answer'],
    ['bad-crc', 'bad checksum'],
    ['loses-power', 'lost its power'],
  ] as const;
  for (const [trouble, reason] of troubles) {
    const bench = oneFridge();
    bench.runS(70);
    expect(bench.told().readings).toEqual({ fridgeCentiC: 400 });
    bench.models.trouble = trouble;
    bench.runS(100);
    expect(bench.told().readings).toEqual({});
    expect(bench.told().faults.fridge).toMatch(reason);
    bench.models.trouble = '';
    bench.runS(30);
    expect(bench.told().readings).toEqual({ fridgeCentiC: 400 });
    expect(bench.told().faults).toEqual({});
  }
});

test('a wire held low is told', () => {
  const bench = oneFridge();
  bench.plugs.setPin(4, 0);
  bench.runS(60);
  expect(bench.told().faults).toEqual({ fridge: 'wire held low' });
});

test('one bad reading is tried again and is no fault', () => {
  const bench = oneFridge();
  bench.runS(65);
  bench.models.trouble = 'bad-crc';
  bench.runS(10);
  bench.models.trouble = '';
  bench.runS(30);
  expect(bench.told().faults).toEqual({});
});

test('bad readings that are not in a row are no fault, however many', () => {
  const bench = oneFridge();
  for (let i = 0; i < 5; i++) {
    // The measurement of the minute fails, that of the next tick is good; the next minute begins with it.
    bench.board.runUntil(125_000 + i * 70_000);
    bench.models.trouble = 'bad-crc';
    bench.board.runUntil(135_000 + i * 70_000);
    bench.models.trouble = '';
    expect(bench.told()).toMatchObject({ readings: { fridgeCentiC: 400 }, faults: {} });
  }
});

test('85 °C is not believed after a fault, though it was hot before', () => {
  const bench = sensorBench('canteen', { hotHolding: { pin: 'D5' } }, (plugs) => {
    const sensor = createDs18b20(plugs, 5, 3);
    sensor.sixteenths = 84 * 16;
    return sensor;
  });
  bench.runS(20);
  expect(bench.told().readings).toEqual({ hotHoldingCentiC: 8400 });
  bench.models.trouble = 'unplugged';
  bench.runS(100);
  bench.models.trouble = 'loses-power';
  bench.runS(60);
  expect(bench.told().readings).toEqual({});
  expect(bench.told().faults).toEqual({ 'hot-holding': 'lost its power' });
});

test('85 °C is not believed for ever: hot food that loses its thermometer is told within minutes', () => {
  const bench = sensorBench('canteen', { hotHolding: { pin: 'D5' } }, (plugs) => {
    const sensor = createDs18b20(plugs, 5, 3);
    sensor.sixteenths = 84 * 16;
    return sensor;
  });
  bench.runS(20);
  bench.models.trouble = 'loses-power';
  bench.runS(600);
  expect(bench.told().readings).toEqual({});
  expect(bench.told().faults).toEqual({ 'hot-holding': 'lost its power' });
  // Food that passes 85 °C is believed.
  bench.models.trouble = '';
  for (const sixteenths of [1358, 1360, 1360, 1361, 1360, 1359]) {
    bench.models.sixteenths = sixteenths;
    bench.runS(60);
    expect(bench.told().faults).toEqual({});
  }
});

test('a fridge above 5 °C for N minutes is one event; a door that stands open for less is none', () => {
  const bench = oneFridge(20);
  bench.runS(600);
  bench.models.sixteenths = 12 * 16;
  bench.runS(15 * 60);
  bench.models.sixteenths = COLD;
  bench.runS(15 * 60);
  expect(bench.events()).toEqual([]);
  bench.models.sixteenths = 5 * 16;
  bench.runS(40 * 60);
  expect(bench.events()).toEqual([]);
  bench.models.sixteenths = 5 * 16 + 1;
  bench.runS(22 * 60);
  expect(bench.events()).toEqual([[5, 506]]);
  bench.runS(2 * 3600);
  expect(bench.events()).toHaveLength(1);
  bench.models.sixteenths = COLD;
  bench.runS(300);
  bench.models.sixteenths = 9 * 16;
  bench.runS(22 * 60);
  expect(bench.events()).toEqual([
    [5, 506],
    [5, 900],
  ]);
});

test('hot holding calls only after it has been hot', () => {
  const wiring = { hotHolding: { pin: 'D5', alarmMinutes: 10 } };
  const bench = sensorBench('canteen', wiring, (plugs) => createDs18b20(plugs, 5, 9));
  bench.runS(3600);
  expect(bench.events()).toEqual([]);
  bench.models.sixteenths = HOT;
  bench.runS(600);
  bench.models.sixteenths = 59 * 16;
  bench.runS(11 * 60 + 30);
  expect(bench.events()).toEqual([[5, 5900]]);
});

test('the console tells the number of one thermometer alone, and of two that there are two', () => {
  const bench = sensorBench('canteen', {}, (plugs) => {
    createDs18b20(plugs, 9, 5);
    createDs18b20(plugs, 9, 6);
    return createDs18b20(plugs, 8, 0x1234);
  });
  bench.runS(20);
  expect(bench.ask('rom', 'D8')).toEqual({ tw: 'rom', ok: true, rom: bench.models.rom });
  expect(bench.ask('rom', 'D9')).toMatchObject({
    ok: false,
    error: expect.stringMatching('alone'),
  });
  expect(bench.ask('rom', 'D4')).toMatchObject({ ok: false, error: 'no answer: power or wire' });
  expect(bench.ask('rom')).toMatchObject({ ok: false, reason: 'no such value' });
});
