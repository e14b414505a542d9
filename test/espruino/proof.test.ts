/*
 * The proof: dist/firmware/*.js, exactly as it is flashed, lives seven hours on the virtual board in
 * Node and in the real interpreter, fed the same script: every byte to the radio with its
 * millisecond, every printed line and the flash at the end are the same.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playInEspruino, playInNode } from './both-ways';
import { espruinoPath, HANGING_MS } from './interpreter';
import { END_MS, recordScript } from './script';

const FIRMWARE = join(import.meta.dirname, '../../dist/firmware');

const LIVES = [
  ['water-point', 1, 20261123],
  ['canteen', 2, 8],
] as const;

const bundleOf = (name: string) => readFileSync(join(FIRMWARE, `${name}.js`), 'utf8');

test.each(LIVES)('%s: seven hours against the driver are a life worth comparing', (...life) => {
  const [name, kind, seed] = life;
  const bundle = bundleOf(name);
  const recording = recordScript(bundle, kind, seed);
  expect(recording.refused).toEqual([]);
  const records = new Set(recording.heard.map((r) => `${r.epoch}/${r.sequence}`));
  expect(records.size).toBeGreaterThanOrEqual(5);
  expect(recording.tally.signed).toBeGreaterThanOrEqual(5);
  expect(recording.tally.accepted).toBeGreaterThanOrEqual(3);
  expect(recording.tally.refused).toBeGreaterThanOrEqual(2);
  expect(recording.script.at(-1)).toBe(`${END_MS} end`);
  const lines = playInNode({ seed, bundle, script: recording.script });
  expect(lines.filter((line) => line.startsWith('tx ')).length).toBeGreaterThan(50);
  expect(lines.at(-1)).toMatch(/^lost \d+ uncaught $/);
  expect(lines.at(-2)).toBe('boots 2 0 0');
});

// The interpreters run beside each other: each is a process of its own.
test.skipIf(!espruinoPath).concurrent.each(LIVES)(
  "%s: the transcript in the real interpreter is Node's, byte for byte",
  async (...life) => {
    const [name, kind, seed] = life;
    const bundle = bundleOf(name);
    const { script } = recordScript(bundle, kind, seed);
    const play = { seed, bundle, script };
    expect(await playInEspruino(play)).toEqual(playInNode(play));
  },
  HANGING_MS,
);
