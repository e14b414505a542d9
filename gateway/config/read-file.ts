/*
 * read-file.ts: the YAML file of the configuration: values, where each stands, and all its faults at once.
 * Way: text -> yaml (keeps positions) -> plain values -> schema -> values or problems with line and column.
 * Source: YAML 1.2.2. Aliases and anchors are refused: a configuration needs none, and they can make a small file huge.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { CONFIG_PROBLEMS_MAX } from '../limits/operations';
import { faultsOfIssue, type Problem } from './problems';
import { CONFIG } from './schema';

/** Deepest nesting that is read, levels: ours needs four. */
const DEPTH_MAX = 16;

/** What a file says. */
export interface FileReading {
  /** Options set, by path. Only what is right. */
  values: Map<string, unknown>;
  problems: Problem[];
  /** "file:line:column" of an option that is set, by path; else of the file's first line. */
  whereOf(path: string): string;
}

interface Walk {
  where: Map<string, number>;
  names: Map<string, number>;
  faults: { offset: number; option: string; wrong: string; fix: string }[];
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((name) => (typeof name === 'number' ? `[${name + 1}]` : `.${String(name)}`))
    .join('')
    .replace(/^\./, '');
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

function plainPair(pair: Pair, path: PropertyKey[], into: Record<string, unknown>, walk: Walk) {
  const key = isScalar(pair.key) ? String(pair.key.value) : '';
  if (!isScalar(pair.key) || key === '') {
    const fix = 'write the name of an option, a colon and a space';
    walk.faults.push({
      offset: offsetOf(pair.key),
      option: pathText(path),
      wrong: 'this is no name of an option',
      fix,
    });
    return;
  }
  const place = [...path, key];
  walk.names.set(pathText(place), offsetOf(pair.key));
  const value = plainValue(pair.value, place, walk);
  if (value === undefined) return;
  // A name such as __proto__ becomes a property like any other.
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A node as a plain value; undefined = nothing is set. */
function plainValue(node: unknown, path: PropertyKey[], walk: Walk): unknown {
  const option = pathText(path);
  const refuse = (wrong: string, fix: string) => {
    walk.faults.push({ offset: offsetOf(node), option, wrong, fix });
    return undefined;
  };
  if (node === null || node === undefined) return undefined;
  walk.where.set(option, offsetOf(node));
  if (path.length > DEPTH_MAX) return refuse('nested too deep', 'look at `tallywell config init`');
  if (isAlias(node)) return refuse('an alias (*name) is not read here', 'write the value itself');
  if (isScalar(node)) return node.value === null ? undefined : node.value;
  if (isSeq(node))
    return node.items.map((item, at) => plainValue(item, [...path, at], walk) ?? null);
  if (!isMap(node)) return refuse('this cannot be read', 'look at `tallywell config init`');
  const into: Record<string, unknown> = {};
  for (const pair of node.items) plainPair(pair as Pair, path, into, walk);
  return into;
}

/** Options of a plain value, by path. */
function flatten(value: unknown, path: string[], into: Map<string, unknown>): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [name, one] of Object.entries(value)) flatten(one, [...path, name], into);
  } else if (value !== undefined) into.set(path.join('.'), value);
}

const SYNTAX_FIXES: [code: RegExp, fix: string][] = [
  [/TAB/, 'indent with spaces, not with tabs'],
  [/DUPLICATE_KEY/, 'keep one of the two'],
  [/MULTIPLE_DOCS/, 'keep one document: take out the line "---"'],
  [
    /MISSING_CHAR|UNEXPECTED_TOKEN|BAD_SCALAR/,
    'close the quotes or brackets, or put the text in quotes',
  ],
  [/BAD_INDENT|BLOCK/, 'indent all options of a section by the same number of spaces'],
];

function syntaxFix(code: string): string {
  return (
    SYNTAX_FIXES.find(([pattern]) => pattern.test(code))?.[1] ??
    'write it as "name: value", options of a section indented by two spaces'
  );
}

function parse(text: string, lines: LineCounter) {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
      logLevel: 'error',
    });
  } catch {
    return null; // nested beyond what the parser's recursion takes
  }
}

/** Reads the text of a file of this name. It never throws: what is wrong becomes problems. */
export function readConfigText(text: string, file: string): FileReading {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const walk: Walk = { where: new Map(), names: new Map(), faults: [] };
  const whereOf = (path: string) => at(walk.where.get(path) ?? walk.names.get(path) ?? 0);
  const values = new Map<string, unknown>();
  if (document === null) {
    const wrong = 'this is no configuration';
    const problem = {
      where: `${file}:1:1`,
      option: '',
      wrong,
      fix: 'begin with `tallywell config init`',
    };
    return { values, problems: [problem], whereOf };
  }
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    where: at(error.pos[0]),
    option: '',
    wrong: `no valid YAML (${error.message.split('\n')[0].slice(0, 120)})`,
    fix: syntaxFix(error.code),
  }));
  if (problems.length > 0)
    return { values, problems: problems.slice(0, CONFIG_PROBLEMS_MAX), whereOf };
  const plain = plainValue(document.contents, [], walk) ?? {};
  for (const { offset, ...fault } of walk.faults) problems.push({ where: at(offset), ...fault });
  const checked = CONFIG.safeParse(plain);
  for (const issue of checked.error?.issues ?? []) {
    for (const { path, isName, wrong, fix } of faultsOfIssue(issue, plain)) {
      const option = pathText(path);
      const offset = (isName ? walk.names : walk.where).get(option) ?? walk.names.get(option) ?? 0;
      problems.push({ where: at(offset), option, wrong, fix });
    }
  }
  if (problems.length === 0) flatten(plain, [], values);
  return { values, problems: problems.slice(0, CONFIG_PROBLEMS_MAX), whereOf };
}
