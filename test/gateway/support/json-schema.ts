/*
 * json-schema.ts: as much of JSON Schema as our schemas use, for tests. A keyword it does not know throws,
 * so that a schema cannot say more than is checked.
 * Source: JSON Schema 2020-12.
 */

// biome-ignore lint/suspicious/noExplicitAny: schemas and instances are any JSON
type Json = any;

/** Schemas that others point to, by $id. */
const known = new Map<string, Json>();

/** Lets schemas point to these by $ref. */
export function knowSchemas(schemas: Json[]): void {
  for (const schema of schemas) known.set(schema.$id, schema);
}

const NOTES = ['$schema', '$id', 'title', 'description', 'contentEncoding', 'default'];

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function isOfType(value: Json, types: string | string[]): boolean {
  const type = typeOf(value);
  return [types].flat().some((one) => one === type || (one === 'number' && type === 'integer'));
}

function objectFaults(schema: Json, value: Json, place: string): string[] {
  if (typeOf(value) !== 'object') return [];
  const faults: string[] = [];
  for (const name of schema.required ?? []) {
    if (!(name in value)) faults.push(`${place}.${name} is missing`);
  }
  for (const [name, one] of Object.entries(value)) {
    const known = schema.properties?.[name];
    if (known) faults.push(...faultsOf(known, one, `${place}.${name}`));
    else if (schema.additionalProperties === false) faults.push(`${place}.${name} is not known`);
    else if (schema.additionalProperties) {
      faults.push(...faultsOf(schema.additionalProperties, one, `${place}.${name}`));
    }
  }
  return faults;
}

const CHECKS: Record<string, (schema: Json, value: Json, place: string) => string[]> = {
  type: (schema, value, place) =>
    isOfType(value, schema.type) ? [] : [`${place} is ${typeOf(value)}, not ${schema.type}`],
  enum: (schema, value, place) => (schema.enum.includes(value) ? [] : [`${place} is ${value}`]),
  const: (schema, value, place) => (schema.const === value ? [] : [`${place} is ${value}`]),
  pattern: (schema, value, place) =>
    typeof value !== 'string' || new RegExp(schema.pattern).test(value)
      ? []
      : [`${place} is ${value}`],
  minimum: (schema, value, place) => (value < schema.minimum ? [`${place} is ${value}`] : []),
  maximum: (schema, value, place) => (value > schema.maximum ? [`${place} is ${value}`] : []),
  required: objectFaults,
  properties: () => [],
  additionalProperties: (schema, value, place) =>
    schema.required ? [] : objectFaults(schema, value, place),
  items: (schema, value, place) =>
    Array.isArray(value)
      ? value.flatMap((one, at) => faultsOf(schema.items, one, `${place}[${at}]`))
      : [],
  $ref: (schema, value, place) => {
    const target = known.get(schema.$ref);
    return target ? faultsOf(target, value, place) : [`${place}: no schema ${schema.$ref}`];
  },
  uniqueItems: (_schema, value, place) =>
    new Set(value).size === value.length ? [] : [`${place} has doubles`],
  propertyNames: (schema, value, place) =>
    typeOf(value) === 'object'
      ? Object.keys(value).flatMap((name) =>
          faultsOf(schema.propertyNames, name, `${place}.${name}`),
        )
      : [],
  minLength: (schema, value, place) =>
    typeof value === 'string' && value.length < schema.minLength ? [`${place} is ${value}`] : [],
  maxLength: (schema, value, place) =>
    typeof value === 'string' && value.length > schema.maxLength ? [`${place} is ${value}`] : [],
  anyOf: (schema, value, place) =>
    schema.anyOf.some((one: Json) => faultsOf(one, value, place).length === 0)
      ? []
      : [`${place} fits none of anyOf`],
  oneOf: (schema, value, place) => {
    const fitting = schema.oneOf.filter((one: Json) => faultsOf(one, value, place).length === 0);
    return fitting.length === 1 ? [] : [`${place} fits ${fitting.length} of oneOf`];
  },
};

/** What is wrong with a value, by place. Empty = it fits the schema. Throws: on an unknown keyword. */
export function faultsOf(schema: Json, value: Json, place = '$'): string[] {
  return Object.keys(schema).flatMap((keyword) => {
    if (NOTES.includes(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`keyword ${keyword} is not checked`);
    return check(schema, value, place);
  });
}
