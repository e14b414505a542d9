/*
 * The energy ledger against sums made by hand, and its figures against their bar.
 */
import { expect, test } from 'vitest';
import {
  airtimeS,
  countingS,
  listeningS,
  RECORD_BYTES,
  sendingS,
} from '../../../hardware/energy/activity';
import { always, chargePerDay, during, panelW, yearsOf } from '../../../hardware/energy/ledger';
import { HOURLY, LORA_REED, NODES } from '../../../hardware/energy/nodes';
import { LONG_FAST } from '../../../shared/meshtastic/airtime';

const part = (ma: number) => ({ what: 'a part', ma, source: 'this test' });

test('charge, years and panel of a node by hand', () => {
  const node = { name: 'by hand', lines: [always(part(0.05)), during(part(120), 60)] };
  // 0.05 mA x 24 h = 1.2 mAh; 120 mA x 1 min = 2 mAh.
  expect(chargePerDay(node)).toBeCloseTo(3.2, 9);
  expect(yearsOf(node)).toBeCloseTo(4500 / 3.2 / 365.25, 9);
  expect(panelW(node)).toBeCloseTo((0.0032 * 3.7) / (2.5 * 0.55), 9);
  expect(() => during(part(1), 86_401)).toThrow('no such day');
});

test('a day of activity by hand', () => {
  // A frame of 126 + 8 + 16 bytes: LongFast of meshtastic.org's calculator lies between 1.13 s (100) and 1.50 s (150 + 16).
  expect(airtimeS(LONG_FAST, RECORD_BYTES)).toBeGreaterThan(1.3);
  expect(airtimeS(LONG_FAST, RECORD_BYTES)).toBeLessThan(1.5);
  expect(sendingS(HOURLY)).toBeGreaterThan(24 * 1.9 * 1.3);
  expect(listeningS()).toBe(24 * 30);
  // 8,640 ticks of 12 ms, 288 saves of 75 ms, 1,440 questions of 10 ms, 24 records of 0.8 s.
  expect(countingS()).toBeCloseTo(103.68 + 21.6 + 14.4 + 19.2, 6);
});

test('every line has a source; the bar holds; the others need sun', () => {
  for (const { lines } of NODES) {
    for (const { current } of lines) expect(current.source.length).toBeGreaterThan(10);
  }
  expect(yearsOf(LORA_REED)).toBeGreaterThanOrEqual(2);
  for (const node of NODES.slice(1)) expect(yearsOf(node)).toBeLessThan(2);
});
