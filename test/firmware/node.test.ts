/*
 * The built bundle on the virtual board, judged by what reaches its radio and by what stands in its flash.
 */
import { expect, test } from 'vitest';
import { addSequence, entryFor, newSequenceState, noteKept } from '../../gateway/core/sequences';
import { toHex } from '../../shared/bytes';
import {
  ADULT_PIN,
  type Bench,
  CHILD_PIN,
  createBench,
  entry,
  GATEWAY_NODE,
  HOUR_MS,
  judged,
  KEY_ID,
  MDBT42Q_KEY_OFFSET,
  METER_PIN,
  PULSE_UL,
  readFlash,
  SLOT,
  START_S,
} from './bench';

/** Runs to a world time with so many pulses every ten seconds, between the node's readings. */
function draw(bench: Bench, untilMs: number, pulses: number): number {
  let drawn = 0;
  for (let atMs = bench.board.nowMs() + 5000; atMs < untilMs; atMs += 10_000) {
    bench.run(atMs);
    drawn += bench.board.addPulses(METER_PIN, pulses);
  }
  bench.run(untilMs);
  return drawn;
}

function stepsOf(pulses: number): number {
  return Math.floor((pulses * PULSE_UL) / 100_000);
}

test('an hour of water becomes one signed record, sent to the gateway within twenty minutes', () => {
  const bench = createBench();
  const pulses = draw(bench, HOUR_MS, 37);
  bench.run(HOUR_MS + 22 * 60_000);
  expect(bench.heard.length).toBe(1);
  const { record, to } = bench.heard[0];
  expect(to).toBe(GATEWAY_NODE);
  expect([record.epoch, record.sequence, record.uptimeS, record.timeS]).toEqual([1, 1, 3600, 0]);
  expect(record.buckets.length).toBe(12);
  expect(record.counters).toEqual([stepsOf(pulses), 1]);
  expect(record.buckets.reduce((sum, bucket) => sum + bucket[0], 0)).toBe(stepsOf(pulses));
  expect(toHex(readFlash(bench.board).records[0])).toBe(toHex(bench.heard[0].packet));
});

test('a canteen counts each press once, adults and children apart', () => {
  const bench = createBench('canteen');
  for (let press = 0; press < 30; press++) {
    bench.run(60_000 + press * 3000);
    bench.board.press(press % 3 === 0 ? ADULT_PIN : CHILD_PIN);
  }
  bench.run(HOUR_MS + 22 * 60_000);
  expect(bench.heard[0].record.counters).toEqual([10, 20]);
});

test('without a bulletin the record goes again, byte for byte, under a new packet id', () => {
  const bench = createBench();
  draw(bench, 5 * HOUR_MS, 20);
  const first = bench.heard.filter((heard) => heard.record.sequence === 1);
  expect(first.length).toBeGreaterThan(1);
  expect(new Set(first.map((heard) => toHex(heard.packet))).size).toBe(1);
  expect(new Set(first.map((heard) => heard.id)).size).toBe(first.length);
});

test('a bulletin frees what it covers, sets the clock, and a lower one takes it back', () => {
  const bench = createBench();
  draw(bench, 1.5 * HOUR_MS, 20);
  bench.broadcast(bench.bulletin([entry(1, 1)]));
  draw(bench, 4.9 * HOUR_MS, 20);
  expect(bench.heard.filter((heard) => heard.record.sequence === 1).length).toBe(1);
  const second = bench.heard.filter((heard) => heard.record.sequence === 2)[0].record;
  expect(second.timeS).toBe(START_S + 7200);
  expect((second.status >> 12) & 15).toBeLessThan(15);
  expect(second.kept).toBe(2);
  bench.broadcast(bench.bulletin([entry(1, 0)]));
  draw(bench, 5.9 * HOUR_MS, 20);
  expect(bench.heard.filter((heard) => heard.record.sequence === 1).length).toBe(2);
});

test('forged, replayed and foreign bulletins change nothing', () => {
  const bench = createBench();
  draw(bench, 1.5 * HOUR_MS, 20);
  const old = bench.bulletin([entry(1, 9)], { timeS: START_S - 9999 });
  bench.broadcast(bench.bulletin([]));
  const forged = bench.bulletin([entry(1, 9)]);
  forged[20] ^= 1;
  const other = { ...entry(1, 9), keyCheck: entry(1, 9).keyCheck ^ 1 };
  bench.broadcast(old);
  bench.broadcast(forged);
  bench.broadcast(new Uint8Array(0));
  bench.broadcast(new Uint8Array(230).fill(0x87));
  bench.broadcast(bench.bulletin([other]));
  draw(bench, 3.5 * HOUR_MS, 20);
  const sent = bench.heard.map((heard) => heard.record);
  expect(sent.filter((record) => record.sequence === 1).length).toBeGreaterThan(1);
  expect(sent[sent.length - 1].timeS).toBe(START_S + sent[sent.length - 1].uptimeS);
});

test('the hour before is carried again only while no bulletin covers it', () => {
  const bench = createBench();
  draw(bench, 2.4 * HOUR_MS, 20);
  expect(readFlash(bench.board).records.map((packet) => judged(packet).buckets.length)).toEqual([
    12, 24,
  ]);
  bench.broadcast(bench.bulletin([entry(1, 2)]));
  draw(bench, 3.1 * HOUR_MS, 20);
  expect(judged(readFlash(bench.board).records[2]).buckets.length).toBe(12);
});

test('a power cut costs at most the open bucket, and the next epoch says so', () => {
  const bench = createBench();
  const before = draw(bench, 2 * HOUR_MS + 299_000, 33);
  bench.board.powerCut();
  bench.board.powerOn();
  const bootMs = bench.board.nowMs();
  const after = draw(bench, bootMs + HOUR_MS + 22 * 60_000, 33);
  const records = readFlash(bench.board).records.map(judged);
  const last = records[records.length - 1];
  expect([last.epoch, last.sequence, last.uptimeS]).toEqual([2, 1, 3600]);
  expect(last.status >> 18).toBe(1);
  const closed = 360 * 33;
  const openBefore = before - 2 * 360 * 33;
  const kept = 2 * closed + closed;
  expect(last.counters[0]).toBe(stepsOf(kept));
  expect(openBefore).toBeLessThanOrEqual(30 * 33);
  expect(after).toBeGreaterThan(closed);
  const sequences = bench.heard.filter((heard) => heard.record.epoch === 1);
  expect(sequences.length).toBeGreaterThan(0);
});

test('the power may go at any byte of a flash write: counters never go back, nothing signed is lost', () => {
  for (let bytes = 0; bytes < 60; bytes += 3) {
    const bench = createBench();
    draw(bench, HOUR_MS - 11_000, 40);
    const before = readFlash(bench.board).states;
    bench.board.powerCutAfterFlashBytes(bytes);
    bench.run(HOUR_MS + 1000);
    expect(bench.board.isPowered()).toBe(false);
    bench.board.powerCutAfterFlashBytes(-1);
    bench.board.powerOn();
    bench.run(bench.board.nowMs() + 300_001);
    const { states, records } = readFlash(bench.board);
    const newest = states[states.length - 1];
    expect(newest.epoch).toBe(2);
    expect(newest.counters[0]).toBeGreaterThanOrEqual(before[before.length - 1].counters[0]);
    for (const packet of records) expect(judged(packet).sequence).toBe(1);
  }
});

test('a full ring drops the oldest records, and the node says that nobody had them', () => {
  const bench = createBench('water-point', 2);
  draw(bench, 60 * HOUR_MS, 20);
  const records = readFlash(bench.board).records.map(judged);
  expect(records[0].sequence).toBeGreaterThan(1);
  expect(records[records.length - 1].sequence).toBe(60);
  expect(records.some((record) => ((record.status >> 17) & 1) === 1)).toBe(true);
  expect(bench.board.counts().compactions).toBe(0);
});

test('a radio that is silent at first, reboots and drops the handshake is asked again', () => {
  const bench = createBench();
  draw(bench, HOUR_MS, 20);
  bench.say({ rebooted: true });
  draw(bench, 2 * HOUR_MS, 20);
  expect(bench.heard.length).toBeGreaterThan(0);
});

test('without a routine to sign with the node counts, keeps and says so', () => {
  const bench = createBench();
  bench.board.powerCut();
  bench.board.spareFlash().fill(0, MDBT42Q_KEY_OFFSET, MDBT42Q_KEY_OFFSET + 3);
  bench.board.powerOn();
  draw(bench, bench.board.nowMs() + HOUR_MS, 20);
  expect(bench.board.printed().join('\n')).toContain('no signer');
  expect(bench.heard.length).toBe(0);
  const { states } = readFlash(bench.board);
  expect(states[states.length - 1].counters[0]).toBeGreaterThan(0);
});

test('the watchdog never bites and nothing is uncaught in a day', () => {
  const bench = createBench();
  draw(bench, 24 * HOUR_MS, 500);
  expect(bench.board.counts()).toMatchObject({ boots: 1, watchdogResets: 0, uncaught: [] });
});

test('after an outage longer than the journal the node is covered again and sends each record once', () => {
  const bench = createBench('water-point', 2);
  draw(bench, 60 * HOUR_MS, 20);
  bench.heard.length = 0;
  const state = newSequenceState({ keyRowId: 1, keyId: KEY_ID, slot: SLOT }, 1);
  for (let hour = 60; hour < 72; hour++) {
    draw(bench, (hour + 0.9) * HOUR_MS, 20);
    for (const { record } of bench.heard) {
      addSequence(state, record.sequence);
      noteKept(state, record.sequence, record.kept);
    }
    bench.broadcast(bench.bulletin([entryFor(state)]));
  }
  const sent = bench.heard.map((heard) => heard.record.sequence);
  expect(entryFor(state).contiguous).toBeGreaterThanOrEqual(71);
  for (const sequence of [69, 70, 71]) {
    expect(sent.filter((heard) => heard === sequence).length).toBe(1);
  }
});
