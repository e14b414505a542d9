/*
 * The air: airtime against a published table, fates of frames, accounting, determinism.
 * Oracles: airtimes computed by two formulas elsewhere (Semtech AN1200.13, RadioLib) and measured on the firmware;
 * arithmetic over the log of what was sent when.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Air,
  type AirOptions,
  type AirPort,
  createAir,
  type Fate,
  type ReceivedFrame,
} from '../../../hardware/virtual/air';
import { createModem, type Modem } from '../../../hardware/virtual/modem';
import { createWorld, type World } from '../../../hardware/virtual/world';
import { airtimeUs, LONG_FAST, MEDIUM_FAST, SHORT_FAST } from '../../../shared/meshtastic/airtime';

const RUNS = 30 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const HERE = { latitude: 0, longitude: 0 };
const MODEM = createModem(MEDIUM_FAST, 'EU_868');

interface Ears {
  port: AirPort;
  heard: ReceivedFrame[];
}

interface AirScene {
  world: World;
  air: Air;
  ears: Ears[];
  fates: { number: number; to: number; fate: Fate }[];
}

/** Stations 1, 2, ... `snrDb(from, to)` fixes the links. */
function createStations(
  count: number,
  options: AirOptions,
  modem: Modem = MODEM,
  seed = 1,
): AirScene {
  const world = createWorld(seed);
  const fates: AirScene['fates'] = [];
  const air = createAir(world, {
    onFate: ({ number }, to, fate) => fates.push({ number, to, fate }),
    ...options,
  });
  const ears = Array.from({ length: count }, (_, index) => {
    const heard: ReceivedFrame[] = [];
    const station = { nodeNum: index + 1, position: HERE, modem, txPowerDbm: 22 };
    return { heard, port: air.attach({ ...station, onFrame: (frame) => heard.push(frame) }) };
  });
  return { world, air, ears, fates };
}

test.each([
  [LONG_FAST, [600, 846, 1132, 1501, 1870, 2116], 477],
  [MEDIUM_FAST, [171, 242, 324, 447, 560, 631], 130],
  [SHORT_FAST, [53, 76, 102, 137, 176, 199], 38],
] as const)('airtime of $displayName as in the published table', (preset, bodies, ack) => {
  const modem = createModem(preset, 'EU_868');
  [32, 64, 100, 150, 200, 233].forEach((bytes, index) => {
    expect(Math.abs(airtimeUs(preset, bytes + 16) / 1000 - bodies[index])).toBeLessThanOrEqual(0.6);
    expect(Math.abs(modem.airtimeMs(bytes + 16) - bodies[index])).toBeLessThanOrEqual(1);
  });
  expect(modem.airtimeMs(29)).toBe(ack);
});

test('a frame arrives at the end of its airtime, with the SNR of the link', () => {
  const { world, ears } = createStations(2, { snrOverrideDb: () => 2.3 });
  const airtimeMs = ears[0].port.transmit(new Uint8Array(48));
  expect(ears[1].port.isChannelActive()).toBe(false);
  world.runUntil(20);
  expect(ears[1].port.isChannelActive()).toBe(true);
  world.runUntil(airtimeMs - 1);
  expect(ears[1].heard).toHaveLength(0);
  world.runUntil(airtimeMs);
  expect(ears[1].heard.map(({ snrDb }) => snrDb)).toEqual([2.25]);
  expect(ears[1].port.isChannelActive()).toBe(false);
  expect(ears[0].heard).toHaveLength(0);
});

test('two frames at once: the stronger by 6 dB survives, else both are lost', () => {
  for (const [strongDb, expected] of [
    [5.75, []],
    [6, [40]],
  ] as const) {
    const snrOverrideDb = (from: number): number => (from === 1 ? strongDb : 0);
    const { world, ears } = createStations(3, { snrOverrideDb });
    ears[0].port.transmit(new Uint8Array(40));
    ears[1].port.transmit(new Uint8Array(41));
    world.runUntil(1000);
    expect(ears[2].heard.map(({ bytes }) => bytes.length)).toEqual(expected);
  }
});

test('who sends hears nothing; who is off hears nothing; who switches on later misses the running frame', () => {
  const { world, ears, fates } = createStations(4, { snrOverrideDb: () => 8 });
  ears[3].port.setListening(false);
  ears[2].port.setListening(false);
  ears[0].port.transmit(new Uint8Array(100));
  world.runUntil(50);
  ears[2].port.setListening(true);
  ears[1].port.transmit(new Uint8Array(10));
  world.runUntil(1000);
  const first = fates.filter(({ number }) => number === 1).map(({ to, fate }) => [to, fate]);
  expect(first).toEqual([
    [2, 'half-duplex'],
    [3, 'off'],
    [4, 'off'],
  ]);
});

test('signals below the limit of the spreading factor are out of range, but spoil weak ones', () => {
  const snrOverrideDb = (from: number): number => (from === 1 ? -12.5 : -12.75);
  const { world, ears, air } = createStations(3, { snrOverrideDb });
  ears[0].port.transmit(new Uint8Array(30));
  world.runUntil(500);
  expect(ears[2].heard).toHaveLength(1);
  ears[0].port.transmit(new Uint8Array(30));
  ears[1].port.transmit(new Uint8Array(30));
  world.runUntil(1000);
  expect(ears[2].heard).toHaveLength(1);
  expect(air.statistics().fates).toMatchObject({ collided: 1, received: 2, 'half-duplex': 1 });
});

test('distance decides without overrides; other presets and regions do not meet', () => {
  const world = createWorld(1);
  const air = createAir(world);
  const heard: number[] = [];
  const listen = (nodeNum: number, latitude: number, modem: Modem): AirPort =>
    air.attach({
      nodeNum,
      position: { latitude, longitude: 0 },
      modem,
      txPowerDbm: 22,
      onFrame: () => heard.push(nodeNum),
    });
  const port = listen(1, 0, MODEM);
  listen(2, 2 / 111.2, MODEM);
  listen(3, 9 / 111.2, MODEM);
  listen(4, 0.001, createModem(SHORT_FAST, 'EU_868'));
  listen(5, 0.001, createModem(MEDIUM_FAST, 'US'));
  port.transmit(new Uint8Array(20));
  world.runUntil(1000);
  expect(heard).toEqual([2]);
});

test('faults can lose, delay and double a reception', () => {
  const plans = [[], [0, 800], [500]];
  const { world, ears, air } = createStations(2, {
    snrOverrideDb: () => 8,
    faults: ({ number }) => plans[number - 1],
  });
  for (let i = 0; i < 3; i += 1) {
    ears[0].port.transmit(new Uint8Array(20 + i));
    world.runUntil(world.nowMs() + 200);
  }
  world.runUntil(5000);
  expect(ears[1].heard.map(({ bytes }) => bytes.length)).toEqual([21, 22, 21]);
  expect(air.statistics()).toMatchObject({ duplicated: 1, fates: { lost: 1, received: 2 } });
});

/** Random traffic: (start, sender, bytes) triples; a sender still busy skips. */
const traffic = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.nat(4), fc.integer({ min: 1, max: 255 })),
  { maxLength: 40 },
);

interface Sent {
  number: number;
  sender: number;
  startMs: number;
  endMs: number;
}

function runTraffic(plan: [number, number, number][], lossPercent: number) {
  const sent: Sent[] = [];
  // Stations in a row: each hears its neighbours, and one further on only as noise.
  const snrOverrideDb = (from: number, to: number): number =>
    Math.abs(from - to) === 1 ? 5 : Math.abs(from - to) === 2 ? -14 : -99;
  const scene = createStations(5, {
    lossPercent,
    snrOverrideDb,
    onTransmission: ({ number, nodeNum, startMs, endMs }) =>
      sent.push({ number, sender: nodeNum, startMs, endMs }),
  });
  const busyUntil = [0, 0, 0, 0, 0];
  for (const [ms, sender, bytes] of [...plan].sort((a, b) => a[0] - b[0])) {
    scene.world.at(ms, () => {
      if (busyUntil[sender] > scene.world.nowMs()) return;
      busyUntil[sender] =
        scene.world.nowMs() + scene.ears[sender].port.transmit(new Uint8Array(bytes));
    });
  }
  scene.world.runUntil(20_000);
  return { ...scene, sent };
}

const overlap = (a: Sent, b: Sent): boolean => a.startMs < b.endMs && b.startMs < a.endMs;

/** What must become of a frame at a receiver, by the definition: an independent, slow look at the whole log. */
function expectedFate(frame: Sent, to: number, sent: Sent[]): Fate | undefined {
  if (Math.abs(frame.sender - to) !== 1) return undefined;
  const others = sent.filter((other) => other !== frame && overlap(other, frame));
  if (others.some(({ sender }) => sender === to)) return 'half-duplex';
  return others.some(({ sender }) => Math.abs(sender - to) === 1) ? 'collided' : 'received';
}

test('every frame has exactly one fate at each other station, the one its definition demands', () => {
  fc.assert(
    fc.property(traffic, (plan) => {
      const { air, fates, sent } = runTraffic(plan, 0);
      const expected = sent.flatMap((frame) =>
        [1, 2, 3, 4, 5].flatMap((to) => {
          const fate = to === frame.sender ? undefined : expectedFate(frame, to, sent);
          return fate === undefined ? [] : [`${frame.number} ${to} ${fate}`];
        }),
      );
      expect(fates.map(({ number, to, fate }) => `${number} ${to} ${fate}`).sort()).toEqual(
        expected.sort(),
      );
      const { pairs, fates: counts } = air.statistics();
      expect(pairs).toBe(sent.length * 4);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(pairs);
    }),
    { numRuns: RUNS, seed: 2 },
  );
});

test('busy time is the union of what was on the air; oracle: counting milliseconds', () => {
  fc.assert(
    fc.property(traffic, (plan) => {
      const { air, world, sent } = runTraffic(plan, 0);
      const countMs = (frames: Sent[]): number => {
        const busy = new Uint8Array(20_000);
        for (const { startMs, endMs } of frames) busy.fill(1, startMs, endMs);
        return busy.reduce((sum, one) => sum + one, 0);
      };
      const percentOf = (ms: number): number => (100 * ms) / world.nowMs();
      expect(air.busyPercent()).toBeCloseTo(percentOf(countMs(sent)), 9);
      const near = sent.filter(({ sender }) => Math.abs(sender - 3) <= 1);
      expect(air.busyPercent(3)).toBeCloseTo(percentOf(countMs(near)), 9);
      const total = sent.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
      expect(air.statistics()).toMatchObject({ transmissions: sent.length, airtimeMs: total });
    }),
    { numRuns: RUNS, seed: 3 },
  );
});

test('random loss is as frequent as said, and the same for the same seed', () => {
  const count = (seed: number): string => {
    const { world, ears, fates } = createStations(
      2,
      { lossPercent: 20, snrOverrideDb: () => 8 },
      MODEM,
      seed,
    );
    for (let i = 0; i < 1000; i += 1) {
      ears[0].port.transmit(new Uint8Array(10));
      world.runUntil(world.nowMs() + 100);
    }
    return fates.map(({ fate }) => (fate === 'lost' ? 'x' : '.')).join('');
  };
  const first = count(5);
  const lost = [...first].filter((fate) => fate === 'x').length;
  expect(lost).toBeGreaterThan(150);
  expect(lost).toBeLessThan(250);
  expect(count(5)).toBe(first);
  expect(count(6)).not.toBe(first);
});
