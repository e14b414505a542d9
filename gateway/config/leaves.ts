/*
 * leaves.ts: the single options of the configuration as a list, and their names in the environment.
 * Way: JSON Schema -> leaves -> environment, commented file, docs, errors.
 */
import { CONFIG_JSON_SCHEMA, type JsonSchema } from './schema';

/** One option. */
export interface Leaf {
  /** Such as "mqtt.external.passwordFile". */
  path: string;
  /** Its name in the environment, such as TALLYWELL_MQTT_EXTERNAL_PASSWORD_FILE. */
  env: string;
  schema: JsonSchema;
}

/** Prefix of all our names in the environment. */
export const ENV_PREFIX = 'TALLYWELL_';

/** Name in the environment of a path: words in capitals, joined by "_". */
export function envNameOf(path: string): string {
  return ENV_PREFIX + path.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();
}

function leavesBelow(schema: JsonSchema, prefix: string): Leaf[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (one.properties) return leavesBelow(one, path);
    return [{ path, env: envNameOf(path), schema: one }];
  });
}

/** All options, in the order of the schema. */
export const LEAVES: readonly Leaf[] = leavesBelow(CONFIG_JSON_SCHEMA, '');

/** The schema at a path of names and list places; undefined = there is none. */
export function schemaAt(path: readonly PropertyKey[]): JsonSchema | undefined {
  let schema: JsonSchema | undefined = CONFIG_JSON_SCHEMA;
  for (const name of path) {
    if (typeof name === 'number') schema = schema?.items;
    else {
      const properties: Record<string, JsonSchema> = schema?.properties ?? {};
      schema = Object.hasOwn(properties, name) ? properties[String(name)] : undefined;
    }
  }
  return schema;
}

/** The allowed form of an option, in words: what to write. */
export function formOf(schema: JsonSchema | undefined): string {
  const example = schema?.examples?.[0] ?? schema?.default;
  const suchAs = example === undefined ? '' : `, such as ${shown(example)}`;
  if (schema?.['x-form']) return schema['x-form'] + suchAs;
  if (schema?.enum)
    return schema.enum.length === 1 ? String(schema.enum[0]) : `one of: ${schema.enum.join(', ')}`;
  if (schema?.type === 'integer') {
    return `a whole number from ${schema.minimum} to ${schema.maximum}${suchAs}`;
  }
  if (schema?.type === 'boolean') return 'true or false';
  if (schema?.type === 'array') {
    const most = schema.maxItems === undefined ? '' : ` of 1 to ${schema.maxItems}`;
    return `a list${most}${suchAs}, each ${formOf(schema.items)}`;
  }
  if (schema?.properties) {
    const names = Object.keys(schema.properties).join(', ');
    return `its options below it, indented by two spaces: ${names}`;
  }
  return `text${suchAs}`;
}

/** A value as it may stand in the file. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return String(value);
}
