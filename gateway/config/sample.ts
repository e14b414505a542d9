/*
 * sample.ts: the commented configuration that `tallywell config init` writes, and the table of docs/configuration.md.
 * Way: JSON Schema -> YAML text, Markdown text.
 */
import { stringify } from 'yaml';
import { formOf, LEAVES, shown } from './leaves';
import { CONFIG_JSON_SCHEMA, type JsonSchema } from './schema';

/** Longest comment line, characters. */
const COLUMNS = 100;

/** Options that a new file sets, and to what; all others stand in it as comments. */
const SET: Record<string, unknown> = {
  data: '/var/lib/tallywell',
  radios: ['serial:/dev/serial/by-id/REPLACE-ME'],
  'backup.daily': true,
};

const HEAD = `## Configuration of the Tallywell gateway. Every option is here. A line that begins with "# " shows
## the default or an example: take the "# " away to set it. Then: tallywell config check FILE
## Each option can also be given in the environment (tallywell config env).
## Passwords stand in files of their own, never here.
`;

function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && indent.length + 3 + last.length + 1 + word.length <= COLUMNS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.map((line) => `${indent}## ${line}\n`).join('');
}

function leafText(name: string, path: string, schema: JsonSchema, indent: string): string {
  const isSet = Object.hasOwn(SET, path);
  const value = isSet ? SET[path] : (schema.default ?? schema.examples?.[0]);
  const yaml = stringify({ [name]: value }, { lineWidth: 0 });
  const mark = isSet ? '' : '# ';
  const lines = yaml
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${mark}${line}\n`);
  return wrapped(schema.description ?? '', indent) + lines.join('');
}

function sectionText(schema: JsonSchema, path: string, indent: string): string {
  return Object.entries(schema.properties ?? {})
    .map(([name, one]) => {
      const place = path === '' ? name : `${path}.${name}`;
      const space = indent === '' ? '\n' : '';
      if (one.properties === undefined) return space + leafText(name, place, one, indent);
      const head = `${wrapped(one.description ?? '', indent)}${indent}${name}:\n`;
      return space + head + sectionText(one, place, `${indent}  `);
    })
    .join('');
}

/** The commented file. It is valid YAML, and all its faults are values only a person knows. */
export function sampleConfig(): string {
  return HEAD + sectionText(CONFIG_JSON_SCHEMA, '', '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** A Markdown table of all options. */
export function optionsTable(): string {
  const rows = LEAVES.map(({ path, env, schema }) => {
    const usual = schema.default === undefined ? '' : `\`${shown(schema.default)}\``;
    const form =
      schema.enum || schema.type !== 'string' || schema['x-form'] ? formOf(schema) : 'text';
    return `| \`${path}\` | ${cell(form)} | ${usual} | ${cell(schema.description ?? '')} | \`${env}\` |`;
  });
  return [
    '| option | form | default | meaning | in the environment |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
