/*
 * problems.ts: what is wrong with a configuration, in words: where, which option, what, and what to write instead.
 * Way: issues of the schema (zod) -> problems -> the person who wrote the file.
 */
import type { z } from 'zod';
import { redact } from '../core/redact';
import { formOf, LEAVES, schemaAt } from './leaves';
import { nearest } from './nearest';

/** One fault. */
export interface Problem {
  /** "file:line:column", "environment TALLYWELL_…" or "--flag". */
  where: string;
  /** Path of the option; '' = the file itself. */
  option: string;
  wrong: string;
  fix: string;
}

/** The whole configuration cannot be used. The message has a line for each fault. */
export class ConfigError extends Error {
  constructor(public problems: Problem[]) {
    super(problems.map(problemText).join('\n'));
  }
}

/** Longest part of a wrong value that is repeated, characters. */
const VALUE_CHARS_MAX = 60;

/** A problem on one line. */
export function problemText({ where, option, wrong, fix }: Problem): string {
  return `${where}: ${option === '' ? '' : `${option}: `}${wrong}; ${fix}`;
}

/** A wrong value for an error: short, without secrets and line breaks. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a section';
  let text = redact(String(value)).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  if (text.length > VALUE_CHARS_MAX) text = `${text.slice(0, VALUE_CHARS_MAX)}…`;
  return typeof value === 'string' ? `"${text}"` : text;
}

/** What to do about an option that is not known. */
export function unknownFix(name: string, path: readonly PropertyKey[]): string {
  const names = Object.keys(schemaAt(path)?.properties ?? {});
  if (path.length === 0 && LEAVES.some((leaf) => leaf.path === name)) {
    const [section, ...rest] = name.split('.');
    return `write "${section}:" and below it, indented by two spaces, "${rest.join('.')}: …"`;
  }
  const near = nearest(name, names);
  if (near !== null) return `did you mean "${near}"?`;
  // Right name, wrong section.
  const elsewhere = LEAVES.find((leaf) => leaf.path.endsWith(`.${name}`) || leaf.path === name);
  if (elsewhere) return `did you mean "${elsewhere.path}"?`;
  return `options here: ${names.join(', ')}`;
}

/** A fault at a path, before anybody has said where that is. */
export interface Fault {
  path: PropertyKey[];
  /** Is the name itself wrong, not its value? */
  isName: boolean;
  wrong: string;
  fix: string;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const name of path)
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[name];
  return value;
}

/** The faults that an issue of zod means. */
export function faultsOfIssue(issue: z.core.$ZodIssue, root: unknown): Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      isName: true,
      wrong: 'there is no such option',
      fix: unknownFix(key, path),
    }));
  }
  const wrong = `${valueText(valueAt(root, path))} is not allowed`;
  return [{ path: [...path], isName: false, wrong, fix: `write ${formOf(schemaAt(path))}` }];
}
