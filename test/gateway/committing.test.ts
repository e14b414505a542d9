/*
 * Tests of when a running gateway commits: its own engine and database, by a clock of the test, ticks and chores included.
 */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parentClock } from '../../gateway/edges/clock';
import { createEngine } from '../../gateway/engine';
import { GROUP_COMMIT_MS } from '../../gateway/limits/store';
import { openBase } from '../../gateway/opening';
import { radioInMemory } from '../../scripts/bench/radio-in-memory';
import { heardFrame } from '../../scripts/bench/village-of-records';
import { BOOT_S, happening, packetOf, testNode, usage } from './support/nodes';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);

/** A gateway in this process, with the hold-back of production. */
async function gateway() {
  const folder = testFolder();
  const clock = parentClock();
  let timeMs = (BOOT_S + 3600) * 1000;
  clock.set(timeMs);
  const registered = registerFile(folder, [1, 2]);
  const options = {
    ...{ dataDir: join(folder, 'data'), radios: ['tcp://127.0.0.1:1'] },
    ...{ registerFile: registered, log: () => {} },
  };
  const radio = radioInMemory();
  const base = { ...openBase(options, clock), radios: [{ name: 'memory', open: radio.open }] };
  const engine = createEngine(options, base, clock);
  engine.begin({
    ...{ afterCommit() {}, tellAll() {}, tellHealth() {}, tellByTime() {} },
    ...{ lag: () => 0, drain: async () => true, goodbye: async () => {} },
  });
  const reader = base.store.openReader();
  const counted = (table: string) => reader.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  onTestFinished(() => {
    engine.end();
    reader.close();
    base.store.close();
  });
  await until(() => engine.radios.session() === 'ready');
  return {
    base,
    counted,
    clock,
    say: (packet: Uint8Array, id: number) => radio.say(heardFrame(packet, id, 1000)),
    /** Time passes, a second at a time: whatever is due runs. */
    async pass(seconds: number) {
      for (let at = 0; at < seconds; at += 1) {
        timeMs += 1000;
        clock.set(timeMs);
        clock.runDue();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('records are held back for the whole time, and then committed together; an event does not wait', async () => {
  const { say, pass, counted } = await gateway();
  // Past the bulletins that are due at the start, before each of which everything is committed.
  await pass(3600);
  say(packetOf(NODE, usage(NODE, 1)), 1);
  await pass(GROUP_COMMIT_MS / 2000);
  say(packetOf(NODE, usage(NODE, 2)), 2);
  await pass(GROUP_COMMIT_MS / 2000 - 1);
  expect(counted('record')).toBe(0);
  await pass(1);
  expect(counted('record')).toBe(2);
  say(packetOf(NODE, happening(NODE, 3)), 3);
  await pass(1);
  expect(counted('record')).toBe(3);
});

test('what a chore writes without saying when is committed soon', async () => {
  const { base, pass, counted } = await gateway();
  await pass(3600);
  base.store.addNotice(1, { notice: 'clock-step' });
  expect(counted('notice')).toBe(0);
  await pass(15);
  expect(counted('notice')).toBe(1);
});
