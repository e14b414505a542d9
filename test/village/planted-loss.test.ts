/*
 * A loss planted in a running village: pulses that the world's meter saw and the board did not must come out as lost,
 * with exit code 1 and the command that replays the run.
 */
import { expect, test } from 'vitest';
import { checkOptions } from '../../scripts/village/options';
import { runVillage } from '../../scripts/village/run';

test('water that the firmware never saw is lost water', async () => {
  const options = checkOptions({
    ...{ sites: '2', days: '0.2', speed: 'max', exit: true, json: true, seed: '3' },
    ...{ httpPort: '0', mqttPort: '0' },
  });
  let stdout = '';
  let stderr = '';
  const code = await runVillage(options, {
    built: (village) => {
      const node = village.nodes.find((one) => one.site.kind === 'water-point');
      const { count } = node as NonNullable<typeof node>;
      // From 01:00 on, every second pulse goes past the board.
      (node as NonNullable<typeof node>).count = (counter, pulses) =>
        count(counter, village.world.nowMs() < 3_600_000 ? pulses : Math.floor(pulses / 2));
    },
    stdout: {
      write: (text: string) => {
        stdout += text;
      },
    },
    stderr: {
      write: (text: string) => {
        stderr += text;
      },
    },
  });
  const summary = JSON.parse(stdout);
  expect(code).toBe(1);
  expect(summary.volume_dl.lost).toBeGreaterThan(0);
  expect(summary.meals.lost).toBe(0);
  expect(stderr).toMatch(/NOT ALL IS ACCOUNTED FOR/);
  expect(stderr).toMatch(/replay: npm start -- --seed 3 --sites 2 --days 0.2 .*--exit --json/);
});
