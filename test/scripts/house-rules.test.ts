/*
 * Tests: every house rule refuses a planted violation, and lets a tree without one pass.
 * From: files planted in a temporary folder. Through: Biome with our biome.json, scripts/check.ts.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { houseComplaints } from '../../scripts/check';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tallywell-house-'));
  copyFileSync('biome.json', join(root, 'biome.json'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function plant(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function biome(): { status: number | null; text: string } {
  const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=200', '.'];
  const done = spawnSync(resolve('node_modules/.bin/biome'), args, { cwd: root, encoding: 'utf8' });
  return { status: done.status, text: done.stdout + done.stderr };
}

const use = (specifier: string) => `import { a } from '${specifier}';\n\nexport const b = a;\n`;

const BORDERS: [file: string, specifier: string][] = [
  ['shared/one.ts', '../gateway/limits'],
  ['shared/one.ts', '../firmware/node'],
  ['shared/one.ts', 'node:fs'],
  ['shared/one.ts', '@noble/ed25519'],
  ['shared/verify.ts', 'cbor-x'],
  ['firmware/one.ts', '../gateway/limits'],
  ['firmware/one.ts', '../hardware/virtual/board/board'],
  ['firmware/sense/one.ts', '../../hardware/virtual/world'],
  ['firmware/one.ts', 'node:fs'],
  ['hardware/virtual/one.ts', '../../gateway/gateway'],
  ['hardware/virtual/one.ts', '../../scripts/village'],
  ['gateway/one.ts', '../scripts/village'],
  ['gateway/one.ts', '../test/samples'],
  ['gateway/one.ts', '../hardware/virtual/world'],
  ['gateway/core/one.ts', 'node:crypto'],
  ['gateway/core/one.ts', 'mqtt'],
  ['gateway/core/one.ts', '../edges/clock'],
  ['gateway/edges/one.ts', './http/http'],
  ['gateway/edges/one.ts', './store/store'],
  ['gateway/edges/store/one.ts', '../http/http'],
  ['gateway/edges/http/one.ts', '../store/store'],
  ['gateway/edges/http/one.ts', '../passwords'],
];

test.each(BORDERS)('%s may not import %s', (file, specifier) => {
  plant(file, use(specifier));
  const { status, text } = biome();
  expect(status, text).not.toBe(0);
  expect(text).toContain('noRestrictedImports');
});

const ALLOWED: [file: string, specifier: string][] = [
  ['shared/one.ts', './bytes'],
  ['shared/meshtastic/one.ts', '../bytes'],
  ['shared/verify.ts', '@noble/ed25519'],
  ['firmware/sense/one.ts', '../../shared/record'],
  ['hardware/virtual/one.ts', '../../shared/record'],
  ['gateway/one.ts', './edges/http/http'],
  ['gateway/edges/http/one.ts', './answer'],
  ['gateway/edges/http/one.ts', '../../limits/store'],
  ['gateway/core/one.ts', '../../shared/record'],
  ['gateway/edges/one.ts', '../core/judge'],
  ['gateway/edges/one.ts', './transport'],
  ['gateway/edges/store/one.ts', './migrations'],
  ['gateway/edges/store/one.ts', '../../core/judge'],
  ['gateway/edges/store/one.ts', '../../limits/store'],
  ['scripts/one.ts', './build/lower'],
];

test.each(ALLOWED)('%s may import %s', (file, specifier) => {
  plant(file, use(specifier));
  const { status, text } = biome();
  expect(text).not.toContain('noRestrictedImports');
  expect(status, text).toBe(0);
});

test('the core may not read the clock', () => {
  plant('gateway/core/one.ts', 'export const now = (): number => Date.now();\n');
  expect(biome().text).toContain('noRestrictedGlobals');
});

test('import cycles, long files and long functions are refused', () => {
  plant(
    'gateway/one.ts',
    "import { two } from './two';\n\nexport const one = (): number => two();\n",
  );
  plant(
    'gateway/two.ts',
    "import { one } from './one';\n\nexport const two = (): number => one();\n",
  );
  plant('gateway/long.ts', 'export let a = 0;\n'.padEnd(18 * 401, 'a += 1;\n'));
  plant(
    'gateway/function.ts',
    `export function f(a: number): number {\n${'  a += 1;\n'.repeat(61)}  return a;\n}\n`,
  );
  const { status, text } = biome();
  expect(status).not.toBe(0);
  for (const rule of ['noImportCycles', 'noExcessiveLinesPerFile', 'noExcessiveLinesPerFunction'])
    expect(text).toContain(rule);
});

test('a file without a card, unfinished work, an empty bar and code Espruino cannot run are refused', () => {
  plant('gateway/one.ts', 'export const a = 1;\n');
  plant('gateway/two.ts', `// A card.\n// ${'TO'}${'DO'}: later\n`);
  plant(
    'docs/bars.md',
    '| name | command | must print | last figure |\n|---|---|---|---|\n| a | `b` |  | 3 |\n| c | `run test/gone.test.ts` | d | 4 |\n',
  );
  plant('shared/three.ts', '// A card.\nexport const power = (a: number): number => a ** 2;\n');
  const complaints = houseComplaints(root);
  const expected = [
    'gateway/one.ts:1:',
    'gateway/two.ts:2:',
    'docs/bars.md:3:',
    'docs/bars.md:4: there is no test/gone.test.ts',
    'shared/three.ts:2:',
  ];
  for (const place of expected)
    expect(
      complaints.some((line) => line.includes(place)),
      `${place}\n${complaints.join('\n')}`,
    ).toBe(true);
  expect(complaints.length).toBe(expected.length);
});
