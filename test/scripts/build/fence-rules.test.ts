/*
 * Tests: no rule of the fence stands without a snippet that it refuses: take the rule away, and its row here fails.
 * From: the constructs named in scripts/build/fence*.ts, read from their syntax. Against: the language table, and a few
 * snippets of our own for what the table does not hold.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { fence } from '../../../scripts/build/fence';
import { refusedRows } from './language';

const FOLDER = 'scripts/build';

/** Snippets for rules that no row of the table touches. */
const OWN: string[] = [
  'var a = [1, 2]; a.lastIndexOf(1);',
  'function cipher(mode) { return AES.encrypt("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", { mode: mode }); }',
  'JSON.stringify({ a: 1 }, function (k, v) { return v; });',
  'Math.random();',
  'var t = String(1); new RegExp(t);',
  'Object.defineProperty({}, "a", { value: 1 });',
  'function* numbers() { yield 1; }',
  'import("x");',
  'var größe = 1;',
  '/\\u0041/.test("a");',
  'var one = { a: 1, b: 2 }; var { a, ...others } = one;',
  'function of() {}',
  'var of = 1; of + 1;',
  'require("Flash").erasePage(Math.ceil(1) * 4096);',
];

/** The beginning of a construct's name, as far as it is written out; '' when it is computed. */
function nameOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text;
  return undefined;
}

/** Every pair [construct, instead] that is written in a file. */
function constructsIn(path: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isArrayLiteralExpression(node) && node.elements.length >= 2) {
      const texts = node.elements.filter((element) => nameOf(element) !== undefined);
      const isTriple = node.elements.length === 3 && texts.length === 2;
      if (texts.length === 2 && (node.elements.length === 2 || isTriple)) {
        const name = nameOf(texts[0]) as string;
        if (name !== '') names.push(name);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true));
  return names;
}

const constructs = readdirSync(FOLDER)
  .filter((file) => /^fence.*\.ts$/.test(file))
  .flatMap((file) => constructsIn(join(FOLDER, file)));
const refused = [
  ...[...refusedRows().values()].flat(),
  ...OWN.flatMap((text, i) => fence([{ path: `/own${i}.js`, text: `${text}\nexport {}` }])).map(
    ({ construct }) => construct,
  ),
];

test('the fence names its rules', () => {
  expect(new Set(constructs).size).toBeGreaterThan(60);
});

test.each([...new Set(constructs)])('%s is refused where it stands', (construct) => {
  expect(refused.some((name) => name.startsWith(construct))).toBe(true);
});
