/*
 * What: the fence. Refuses, with file and line, what Espruino cannot run or would run differently.
 * From where to where: the TypeScript sources of a bundle, then the finished bundle -> findings.
 * Source: test/fixtures/espruino/language.json (404 snippets run on Espruino and in Node).
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parse } from 'acorn';
import { full } from 'acorn-walk';
import ts from 'typescript';
import { earlyUses } from './fence-order';
import { refusalOf } from './fence-rules';

/** One refusal: where (line from 1), what it is called, what to write instead. */
export interface Finding {
  file: string;
  line: number;
  construct: string;
  instead: string;
}

/** A source file in memory, or on disk when the text is left out. */
export interface FencedFile {
  path: string;
  text?: string;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2020,
  lib: ['lib.es5.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
  allowJs: true,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

const libraryFiles = new Map<string, ts.SourceFile>();

function hostFor(texts: Map<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS, true);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, target, ...rest) => {
    const text = texts.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, target, true);
    const known = libraryFiles.get(name);
    if (known) return known;
    const file = getSourceFile.call(host, name, target, ...rest);
    if (file && name.includes('typescript/lib/')) libraryFiles.set(name, file);
    return file;
  };
  host.fileExists = (name) => texts.has(name) || fileExists.call(host, name);
  host.readFile = (name) => texts.get(name) ?? readFile.call(host, name);
  return host;
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

function judgeFile(file: ts.SourceFile, path: string, checker: ts.TypeChecker): Finding[] {
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return;
    if (
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword)
    )
      return;
    const refusal = refusalOf(node, checker);
    if (refusal)
      found.push({
        file: path,
        line: lineOf(file, node),
        construct: refusal[0],
        instead: refusal[1],
      });
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const { node, name } of earlyUses(file, checker)) {
    const instead = 'move the definition up';
    found.push({
      file: path,
      line: lineOf(file, node),
      construct: `function ${name} used before its definition`,
      instead,
    });
  }
  return found;
}

/** Judges the files themselves (not what they import). Empty = Espruino runs them as Node does. */
export function fence(files: FencedFile[], ambient: string[] = []): Finding[] {
  const texts = new Map(
    files.flatMap((file) => (file.text === undefined ? [] : [[file.path, file.text] as const])),
  );
  const program = ts.createProgram(
    [...files.map((file) => file.path), ...ambient],
    OPTIONS,
    hostFor(texts),
  );
  const checker = program.getTypeChecker();
  return files.flatMap(({ path }) => {
    const file = program.getSourceFile(path);
    if (!file) throw new Error(`the fence was given ${path}, which cannot be read`);
    return judgeFile(
      file,
      relative(process.cwd(), path).startsWith('..') ? path : relative(process.cwd(), path),
      checker,
    );
  });
}

/** Judges files on disk. */
export function fenceFiles(paths: string[], ambient: string[] = []): Finding[] {
  return fence(
    paths.map((path) => ({ path, text: readFileSync(path, 'utf8') })),
    ambient,
  );
}

const BUNDLE_SIGNS: [RegExp, string][] = [
  [
    /\b__(extends|spreadArray|spread|read|values|rest|generator|awaiter|makeTemplateObject|publicField)\b/,
    'a compiler helper Espruino cannot run',
  ],
  [
    /\b(?!Object\b)[A-Z]\w*\.prototype\.(slice|concat|push|call|apply|forEach|map|indexOf)\b/,
    'a built-in taken from its prototype',
  ],
  [
    /\bMath\.(pow|imul|trunc|log2|log10|hypot|clz32|fround)\b/,
    'Math that is absent or inexact there',
  ],
  [/\bmodule\.exports\b/, 'an export, which a program for the chip has no use for'],
  [/\b(Symbol|Reflect|WeakMap|Proxy)\b/, 'a global that is absent there'],
];

/** acorn's names of syntax younger than ES5. */
const MODERN =
  /^(Class|Template|Tagged|Spread|Rest|Assignment(Pattern)|Array(Pattern)|Object(Pattern)|ForOf|Yield|Await|Super|Meta|Chain|Import|Export|Property(Definition)|Private|Static|Labeled|With)/;

/** Is the program ES5, but for the arrow functions that Espruino has and that are shorter? */
function es5Complaint(code: string): string | undefined {
  try {
    full(parse(code, { ecmaVersion: 2022 }), (node) => {
      if (MODERN.test(node.type)) throw new Error(node.type);
      if (node.type === 'VariableDeclaration' && !code.startsWith('var', node.start))
        throw new Error('let or const');
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

/** The second net, over the finished program: it must be ES5, flat, ASCII and in defining order. */
export function fenceBundle(code: string, name = 'bundle'): Finding[] {
  const found: Finding[] = [];
  const add = (construct: string, line = 1) =>
    found.push({ file: name, line, construct, instead: 'find it in the sources' });
  const complaint = es5Complaint(code);
  if (complaint !== undefined) {
    add(`not ES5: ${complaint}`);
    return found;
  }
  for (const [sign, construct] of BUNDLE_SIGNS) {
    const hit = sign.exec(code);
    if (hit) add(`${construct}: ${hit[0]}`, code.slice(0, hit.index).split('\n').length);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[^\x0a\x20-\x7e]/.test(code)) add('a character that is not printable ASCII');
  const path = '/bundle.js';
  const options = { ...OPTIONS, noLib: true, noResolve: true };
  const program = ts.createProgram([path], options, hostFor(new Map([[path, code]])));
  const file = program.getSourceFile(path);
  if (!file) throw new Error('the bundle did not reach the parser');
  for (const early of earlyUses(file, program.getTypeChecker()))
    add(`function ${early.name} used before its definition`, lineOf(file, early.node));
  return found;
}

/** One line a finding, as compilers print them. */
export function describeFindings(found: Finding[]): string {
  return found
    .map((one) => `${one.file}:${one.line}: ${one.construct}; write ${one.instead}`)
    .join('\n');
}
