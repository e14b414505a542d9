/*
 * Self-test and calibration against virtual boards that run the built firmware; the pulses come in at the meter's pin.
 */
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { calibrate, pourStatistics } from '../../../scripts/technician/calibrate';
import { provision } from '../../../scripts/technician/provision';
import { selftest } from '../../../scripts/technician/selftest';
import { siteOf } from '../../../scripts/technician/sites';
import { boardWith, doorsOf, readyBench } from './support/bench-kit';

const WELL = { site: 'well-3', profile: 'water-point-xiao' };
const METER_PIN = 0;

async function scene(seed: number) {
  const bench = readyBench();
  const board = await boardWith('xiao', 'water-point-xiao', seed);
  const session = await openBoard(board.url);
  onTestFinished(() => session.close());
  const pour = (counts: number[]) => ({
    poured: async () => void board.model.options.board.addPulses(METER_PIN, counts.shift() ?? 0),
  });
  return { bench, board, session, pour };
}

describe('selftest', () => {
  it('names what fails, before and after the node has its site', async () => {
    const { bench, session } = await scene(41);
    const outcomes = async () => {
      const { parts, failed } = await selftest(doorsOf(bench), session, { token: null });
      return { failed, of: Object.fromEntries(parts.map(({ part, outcome }) => [part, outcome])) };
    };
    const before = await outcomes();
    expect(before.of).toMatchObject({ configuration: 'fail', key: 'fail', randomness: 'pass' });
    expect(verifyLog(bench.folder).lines.at(-1)).toMatchObject({
      act: 'selftest',
      outcome: 'failed',
      trouble: 'test-failed',
    });
    await provision(doorsOf(bench), session, { ...WELL, pulseUl: 2000 });
    const after = await outcomes();
    expect(after.of).toMatchObject({
      ...{ configuration: 'pass', key: 'pass', signing: 'pass', journal: 'pass', battery: 'pass' },
      ...{ clock: 'pass', sensors: 'pass', memory: 'pass', stored: 'unknown' },
    });
  });

  it('a gateway that does not answer fails nothing', async () => {
    const { bench, session } = await scene(42);
    await provision(doorsOf(bench), session, { ...WELL, pulseUl: 2000 });
    const options = { token: null, gateway: 'http://127.0.0.1:1' };
    const { parts } = await selftest(doorsOf(bench), session, options);
    expect(parts.at(-1)).toEqual({
      part: 'gateway',
      outcome: 'unknown',
      value: 'gateway-unreachable',
    });
  });
});

describe('calibrate', () => {
  it('writes what three pours agree on, under a new id, and keeps the key', async () => {
    const { bench, session, pour } = await scene(43);
    const { publicKey } = await provision(doorsOf(bench), session, { ...WELL, pulseUl: 2000 });
    const done = await calibrate(doorsOf(bench), session, pour([450, 440, 460]), {
      volumeMl: 1000,
      pours: 3,
    });
    expect(done).toMatchObject({
      pulseUl: 2222,
      calibrationId: 2,
      beforeUl: 2000,
      spreadPercent: 4.4,
    });
    const config = JSON.parse(Buffer.from(await session.read('tw.cfg')).toString());
    expect(config).toMatchObject({ calibrationId: 2, pulseUl: 2222 });
    expect((await session.node('id')).publicKey).toBe(publicKey);
    expect(siteOf(bench.folder, 'well-3').nodes).toMatchObject([
      { calibration: { id: 2, volumePerPulseUl: 2222 } },
    ]);
  });

  it('refuses what differs too much, too few pulses, and a node without site: nothing is written', async () => {
    const { bench, session, pour } = await scene(44);
    const options = { volumeMl: 1000, pours: 3 };
    const act = (counts: number[]) => calibrate(doorsOf(bench), session, pour(counts), options);
    await expect(act([450, 450, 450])).rejects.toMatchObject({ code: 'not-provisioned' });
    await provision(doorsOf(bench), session, { ...WELL, pulseUl: 2000 });
    await expect(act([450, 380, 460])).rejects.toMatchObject({ code: 'not-calibrated' });
    await expect(act([450, 49, 460])).rejects.toMatchObject({
      code: 'few-pulses',
      details: { pulses: 49 },
    });
    const config = JSON.parse(Buffer.from(await session.read('tw.cfg')).toString());
    expect(config).toMatchObject({ calibrationId: 1, pulseUl: 2000 });
  });

  it('leaves one outlier out, where three others agree', () => {
    const found = pourStatistics([450, 451, 300, 449], 1000);
    expect(found.pours.map(({ isOutlier }) => isOutlier)).toEqual([false, false, true, false]);
    expect(found.pulseUl).toBe(2222);
    expect(pourStatistics([450, 300, 449], 1000).spreadPercent).toBeGreaterThan(5);
  });

  it('the volume of a pulse lies between the smallest and the largest measured', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 50, max: 100_000 }), { minLength: 2, maxLength: 10 }),
        (pulses) => {
          const { pulseUl } = pourStatistics(pulses, 10_000);
          const values = pulses.map((count) => 10_000_000 / count);
          expect(pulseUl).toBeGreaterThanOrEqual(Math.floor(Math.min(...values)));
          expect(pulseUl).toBeLessThanOrEqual(Math.ceil(Math.max(...values)));
        },
      ),
    );
  });
});
