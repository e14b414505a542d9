/*
 * One property of random values as one test: 100 cases, times TALLYWELL_TEST_RUNS.
 */
import fc from 'fast-check';
import { test } from 'vitest';

const RUNS = 100 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

/** A test that `check` throws for no values of these sorts. */
export function holds<Values extends [unknown, ...unknown[]]>(
  sorts: { [At in keyof Values]: fc.Arbitrary<Values[At]> },
  name: string,
  check: (...values: Values) => void,
): void {
  test(name, () => {
    fc.assert(
      fc.property(...sorts, (...values) => check(...values)),
      { numRuns: RUNS },
    );
  });
}
