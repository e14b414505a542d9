/*
 * Two minutes of the XIAO's programs with every sensor's model on its pins, working and then broken, told as the console
 * tells it. The same source runs in Node and in the real interpreter.
 * From: a program. To: sensors.test.ts. Espruino-safe.
 */
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { XIAO_NRF52840 } from '../../hardware/virtual/board/layouts';
import type { BoardPlugs } from '../../hardware/virtual/board/plugs';
import { createA02yyuw } from '../../hardware/virtual/sensors/a02yyuw';
import { createContact } from '../../hardware/virtual/sensors/contact';
import { createDs18b20 } from '../../hardware/virtual/sensors/ds18b20';
import { createHx711 } from '../../hardware/virtual/sensors/hx711';
import { createLis2dh12 } from '../../hardware/virtual/sensors/lis2dh12';
import { globalValues } from './replay';

const WATER_WIRING = {
  reed: { pin: 'D0' },
  strokes: { sda: 'D4', scl: 'D5', wakePin: 'D2' },
  ultrasonic: { pin: 'D3', powerPin: 'D8', mountMm: 2500, everyS: 10 },
  brokenButton: { pin: 'D9' },
  tamper: { pin: 'D1' },
  battery: { lowMv: 3400 },
};
const CANTEEN_WIRING = {
  loadCell: { clockPin: 'D5', dataPin: 'D4', tareCount: -1000, countsPerKg: -20000, everyS: 10 },
  fridge: { pin: 'D8' },
  hotHolding: { pin: 'D9' },
};

/** The world of a water point; gives what breaks it. */
function plugWater(plugs: BoardPlugs): () => void {
  const lid = createContact(plugs, 1, 3);
  const meter = createContact(plugs, 0, 2);
  const pump = createLis2dh12(plugs, 4, 5, 2, 24);
  const tank = createA02yyuw(plugs, 3, 8);
  lid.close();
  tank.distanceMm = 1234;
  // A triangle of 800 mg each 1.6 s.
  pump.mgAt = (atMs) => [Math.abs(((atMs >> 1) % 800) - 400) * 2 - 400, 0, 900];
  for (let i = 1; i < 20; i++) plugs.at(i * 1000, () => meter.pulse(120));
  return () => {
    pump.trouble = 'unplugged';
    tank.trouble = 'bad-sum';
    lid.open();
  };
}

/** The world of a canteen; gives what breaks it. */
function plugCanteen(plugs: BoardPlugs): () => void {
  const scale = createHx711(plugs, 5, 4);
  const cold = createDs18b20(plugs, 8, 1);
  const hot = createDs18b20(plugs, 9, 2);
  scale.count = -1000 - 20000 * 12;
  cold.sixteenths = -8;
  hot.sixteenths = 66 * 16;
  return () => {
    scale.count = 8388607;
    cold.trouble = 'bad-crc';
    hot.trouble = 'loses-power';
  };
}

/** Plays a program of this kind (1 water point, 2 canteen). `firmware`: a function of all globals. */
export function playSensors(
  kind: number,
  firmware: (...globals: unknown[]) => void,
  tell: (line: string) => void,
): void {
  const board = createVirtualBoard({
    seed: 5,
    ed25519: {
      publicKey: () => new Uint8Array(32),
      sign: () => new Uint8Array(64),
      verify: () => false,
    },
    layout: XIAO_NRF52840,
    pageBytes: 4096,
    pageCount: 8,
    batteryMv: 3900,
  });
  const breakAll = kind === 1 ? plugWater(board.plugs) : plugCanteen(board.plugs);
  const config = {
    site: 'x',
    kind: kind,
    slot: 1,
    gatewayKey: '00',
    gatewayNode: 1,
    keyId: '01020304',
    calibrationId: 1,
    pulseUl: 100000,
    wiring: kind === 1 ? WATER_WIRING : CANTEEN_WIRING,
  };
  board.storage.write('tw.cfg', JSON.stringify(config));
  const journal = new Uint8Array(3 * 4096);
  journal.fill(255);
  board.storage.write('journal', journal);
  const values = globalValues(board);
  const global = values[0] as { tw: (command: string) => void };
  board.onBoot(() => firmware.apply(null, values));
  let told = 0;
  const tellAll = (): void => {
    global.tw('sensors');
    global.tw('counters');
    const printed = board.printed();
    for (; told < printed.length; told++) tell(printed[told]);
  };
  board.powerOn();
  board.runUntil(25000);
  tellAll();
  breakAll();
  board.runUntil(120000);
  tellAll();
  tell(`uncaught ${board.counts().uncaught.join(' / ')}`);
}
