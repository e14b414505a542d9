/*
 * What: a vitest reporter that names every skipped test and whose last line is
 * `N passed, N failed, N skipped`.
 * From where to where: vitest's results -> stdout, after all that the other reporters say.
 */
import type { Reporter, TestModule } from 'vitest/node';

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const one of modules) {
      for (const test of one.children.allTests()) {
        const { state } = test.result();
        counts[state] += 1;
        if (state === 'skipped')
          process.stdout.write(`skipped: ${one.relativeModuleId} > ${test.fullName}\n`);
      }
      if (one.errors().length > 0) counts.failed += 1;
    }
    const failed = counts.failed + errors.length;
    const skipped = counts.skipped + counts.pending;
    process.on('exit', () =>
      process.stdout.write(`${counts.passed} passed, ${failed} failed, ${skipped} skipped\n`),
    );
  }
}
