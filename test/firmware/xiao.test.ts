/*
 * The program of the XIAO nRF52840 on a virtual one: Storage without addresses, a journal on a flash chip, the key in
 * a region of its own, the battery behind a divider.
 */
import { expect, test } from 'vitest';
import { createBench, HOUR_MS, keyRegionOf, METER_PIN, PULSE_UL, readFlash } from './bench';

const METER_PIN_XIAO = 0;

test('an hour of water at the meter becomes a signed record with the true battery', () => {
  const bench = createBench('water-point', 70, 'water-point-xiao');
  expect(bench.board.addPulses(METER_PIN, 5)).toBe(0);
  expect(bench.board.addPulses(METER_PIN_XIAO, 4500)).toBe(4500);
  bench.run(1.5 * HOUR_MS);
  expect(bench.board.counts().uncaught).toEqual([]);
  expect(bench.heard).toHaveLength(1);
  const { record } = bench.heard[0];
  expect(record.counters[0]).toBe(Math.floor((4500 * PULSE_UL) / 100_000));
  expect(Math.abs((record.status & 255) * 20 - 3300)).toBeLessThanOrEqual(20);
  expect(readFlash(bench.board).records).toHaveLength(1);
});

test('a key that is lost or torn is told; the node counts and keeps, and writes nothing over it', () => {
  const bench = createBench('water-point', 70, 'water-point-xiao');
  const region = keyRegionOf(new Uint8Array(32).fill(0x31));
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(72).fill(255), 'key erased'],
    [region.map((byte, i) => (i < 40 ? byte : 255)), 'key torn'],
    [region.map((byte, i) => (i === 20 ? byte ^ 1 : byte)), 'key torn'],
  ];
  for (const [bytes, word] of cases) {
    bench.board.powerCut();
    bench.board.spareFlash().set(bytes, 0);
    const before = bench.board.printed().length;
    bench.board.powerOn();
    bench.board.addPulses(METER_PIN_XIAO, 450);
    bench.run(bench.board.nowMs() + 1.1 * HOUR_MS);
    const said = bench.board.printed().slice(before);
    expect(said).toContain(word);
    expect(said).toContain('no signer: only counting');
    expect([...bench.board.spareFlash().subarray(0, 72)]).toEqual([...bytes]);
  }
  expect(readFlash(bench.board).states.at(-1)?.counters[0]).toBe(
    Math.floor((3 * 450 * PULSE_UL) / 100_000),
  );
});
