/*
 * Tests of scripts/build/lock-audit.ts: our own lock file is clean, and each planted fault is found.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type LockedPackage, lockComplaints } from '../../scripts/build/lock-audit';

const GOOD: LockedPackage = { version: '1.0.0', license: 'MIT', integrity: 'sha512-a' };

test('our own packages are without complaint', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(lockComplaints(manifest, packages)).toEqual([]);
});

test.each<[string, Partial<LockedPackage>, RegExp]>([
  ['an install script nobody allowed', { hasInstallScript: true }, /allowScripts/],
  ['a licence that does not go with ours', { license: 'SSPL-1.0' }, /licence SSPL-1.0/],
  ['a sum of licences of which one does not', { license: '(MIT AND SSPL-1.0)' }, /licence/],
  ['no licence at all', { license: undefined }, /licence not told/],
  ['a package whose bytes nobody noted', { integrity: undefined }, /integrity/],
])('%s is found', (_what, fault, why) => {
  const packages = {
    'node_modules/a': GOOD,
    'node_modules/a/node_modules/b': { ...GOOD, ...fault },
  };
  const complaints = lockComplaints({}, packages);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toMatch(why);
  expect(complaints[0]).toMatch(/^b: /);
});

test('a range of versions is found, a choice of licences is not', () => {
  const packages = { 'node_modules/a': { ...GOOD, license: '(MIT OR SSPL-1.0)' } };
  expect(lockComplaints({ dependencies: { a: '1.0.0' } }, packages)).toEqual([]);
  expect(lockComplaints({ dependencies: { a: '^1.0.0' } }, packages)).toHaveLength(1);
});
