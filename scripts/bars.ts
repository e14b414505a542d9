/*
 * What: `npm run bars`: runs every bar of docs/bars.md in full and says which hold.
 * From where to where: the table's commands -> `pass` or `FAIL` a line; exit code 1 if one does not hold.
 * A bar holds when its command ends with exit code 0 and its output has the text the table asks for.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Bar, barsIn } from './build/bar-table';

/** How many times the small default counts of the tests are run. */
const TEST_RUNS = '20';
const BAR_MS_MAX = 3_600_000;

function runBar(bar: Bar): boolean {
  const began = Date.now();
  const result = spawnSync('bash', ['-c', bar.command], {
    encoding: 'utf8',
    timeout: BAR_MS_MAX,
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { TALLYWELL_TEST_RUNS: TEST_RUNS, NO_COLOR: '1', ...process.env },
  });
  const output = `${result.stdout}\n${result.stderr}`;
  const holds = result.status === 0 && output.includes(bar.mustPrint);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${holds ? 'pass' : 'FAIL'}  ${bar.name} (${seconds} s)`);
  if (!holds)
    console.log(
      `      ${bar.command}\n      exit ${result.status}\n${output.trimEnd().slice(-3000)}`,
    );
  return holds;
}

const bars = barsIn(readFileSync('docs/bars.md', 'utf8'));
if (bars.length === 0) throw new Error('docs/bars.md has no table of bars');
const failed = bars.filter((bar) => !runBar(bar));
console.log(`${bars.length - failed.length} of ${bars.length} bars hold`);
if (failed.length > 0) process.exitCode = 1;
