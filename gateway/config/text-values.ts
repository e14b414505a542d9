/*
 * text-values.ts: options given as text, in the environment or on the command line.
 * Way: text -> the value of its option, by the option's schema -> the same check as in the file.
 */
import { ENV_PREFIX, formOf, LEAVES, type Leaf } from './leaves';
import { nearest } from './nearest';
import { type Problem, valueText } from './problems';
import { CONFIG } from './schema';

/** Names in the environment that are no options: read by other verbs, or by tests. */
const OTHER_NAMES = /^TALLYWELL_(CONFIG|TOKEN|TEST_.*)$/;

/** Values by path, and what was wrong. */
export interface TextReading {
  values: Map<string, unknown>;
  problems: Problem[];
  warnings: string[];
}

function fromText(text: string, { schema }: Leaf): unknown {
  if (schema.type === 'integer') return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text;
  if (schema.type === 'boolean') {
    const word = text.trim().toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : text;
  }
  if (schema.type === 'array')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return text;
}

/** A plain object with one value at a path. */
function nested(path: string, value: unknown): object {
  return path
    .split('.')
    .reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
}

/** Reads one option. @returns its value, or what is wrong with it. */
export function readTextValue(
  leaf: Leaf,
  text: string,
  where: string,
): { value: unknown } | Problem {
  const value = fromText(text, leaf);
  if (CONFIG.safeParse(nested(leaf.path, value)).success) return { value };
  const wrong = `${valueText(text)} is not allowed`;
  const separated = leaf.schema.type === 'array' ? '; several are separated by commas' : '';
  return { where, option: leaf.path, wrong, fix: `write ${formOf(leaf.schema)}${separated}` };
}

/** Reads all options of an environment. An empty one is not set. */
export function readEnvironment(environment: Record<string, string | undefined>): TextReading {
  const reading: TextReading = { values: new Map(), problems: [], warnings: [] };
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(ENV_PREFIX) || OTHER_NAMES.test(name) || !text) continue;
    const leaf = LEAVES.find(({ env }) => env === name);
    if (leaf === undefined) {
      const near = nearest(
        name.slice(ENV_PREFIX.length),
        LEAVES.map(({ env }) => env.slice(ENV_PREFIX.length)),
      );
      const meant =
        near === null ? '`tallywell config env` lists all' : `did you mean ${ENV_PREFIX}${near}?`;
      reading.warnings.push(`environment ${name}: there is no such option; ${meant}`);
      continue;
    }
    const read = readTextValue(leaf, text, `environment ${name}`);
    if ('value' in read) reading.values.set(leaf.path, read.value);
    else reading.problems.push(read);
  }
  return reading;
}
