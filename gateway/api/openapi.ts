/*
 * openapi.ts: the OpenAPI 3.1 document of the JSON API, made from the schemas that check it.
 * Way: operations.ts and the JSON Schemas of older answers -> one document at /api/v1/openapi.json.
 * Source: OpenAPI Specification 3.1.1; JSON Schema 2020-12.
 */
import { z } from 'zod';
import { ADMINISTRATION_PATHS } from './administration-paths';
import { FACT_FORMS } from './fact-schemas';
import { filePaths } from './file-paths';
import { OLDER_PATHS } from './older-paths';
import { type Json, json } from './openapi-json';
import { OPERATIONS, type Operation } from './operations';

const ERROR_WORDS: Record<number, string> = {
  400: 'What is asked is not understood.',
  401: 'An account or a token is needed, or wrong.',
  403: 'The scope does not suffice, or a page of another origin asks.',
  404: 'It is not there.',
  409: 'The clock was not set.',
  413: 'The body is too long.',
  415: 'The body is no JSON.',
  429: 'Too often: Retry-After says how many seconds to wait.',
  503: 'The disk is full, or there is no room for more.',
};

/** A zod schema as JSON Schema without its own frame. */
function plain(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, $id, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

/** Forms with a name: others point to them. */
const forms = z.registry<{ id: string }>();
for (const [id, form] of Object.entries(FACT_FORMS)) forms.add(form, { id });

function namedForms(): Json {
  const { schemas } = z.toJSONSchema(forms, {
    uri: (id) => `#/components/schemas/${id}`,
    io: 'output',
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema, $id, ...rest }]) => [id, rest]),
  );
}

/** In an answer's own schema the named forms are defined once more: they become pointers. */
function withPointers(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => withPointers(one, names));
  if (typeof value !== 'object' || value === null) return value;
  const name = names.get(JSON.stringify(value));
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withPointers(one, names)]),
  );
}

/** An error of these statuses. */
export function errorResponses(statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: ERROR_WORDS[status],
        content: json({ $ref: '#/components/schemas/Error' }),
      },
    ]),
  );
}

function parameters(place: 'path' | 'query', schema: z.ZodObject): Json[] {
  const { properties = {} } = plain(schema, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...form }]) => ({
    ...{ name, in: place, required: place === 'path', schema: form },
    ...(description === undefined ? {} : { description }),
  }));
}

const READ_ERRORS = [400, 401, 403, 429];
const WRITE_ERRORS = [...READ_ERRORS, 413, 415, 503];

function operationObject(name: string, operation: Operation, names: Map<string, string>): Json {
  const { method, needs, summary, params, query, body, answer, status, errors } = operation;
  const usual = method === 'GET' ? READ_ERRORS : WRITE_ERRORS;
  const done = withPointers(plain(answer, 'output'), names);
  return {
    ...{ operationId: name, summary, 'x-needs-scope': needs },
    parameters: [...parameters('path', params), ...parameters('query', query)],
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: json(plain(body, 'input')) } }),
    responses: {
      [status]: { description: 'Done.', content: json(done) },
      ...(method === 'GET' ? { 304: { description: 'As before: see If-None-Match.' } } : {}),
      ...errorResponses([...new Set([...usual, ...errors])].sort()),
    },
  };
}

/** The file of the configuration is nothing that is asked or answered. */
const NOT_TOLD = ['config'];

/** Schemas of older answers, as components: what points to their $id points to them here. */
function olderForms(schemas: Record<string, object>): Json {
  const told = Object.entries(schemas).filter(([name]) => !NOT_TOLD.includes(name));
  return Object.fromEntries(
    told.map(([name, schema]) => {
      const { $schema, $id, ...rest } = schema as Json;
      const text = JSON.stringify(rest).replaceAll('"tallywell:schema:', '"#/components/schemas/');
      return [name, JSON.parse(text)];
    }),
  );
}

/** Makes the document. @param older the JSON Schemas served at /api/v1/schemas/, by name. */
export function openApiDocument(version: string, older: Record<string, object>): object {
  const named = namedForms();
  const names = new Map(
    Object.entries(FACT_FORMS).map(([id, form]) => [JSON.stringify(plain(form, 'output')), id]),
  );
  const paths: Record<string, Json> = structuredClone({
    ...OLDER_PATHS,
    ...ADMINISTRATION_PATHS,
    ...filePaths(),
  }) as Record<string, Json>;
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const method = { [operation.method.toLowerCase()]: operationObject(name, operation, names) };
    paths[operation.path] = { ...paths[operation.path], ...method };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tallywell',
      version,
      summary:
        'Water points and canteens of a pod: what was counted, how complete it is, and who says so.',
      license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    security: [{}, { token: [] }, { password: [] }, { session: [] }],
    paths,
    components: {
      schemas: {
        Error: {
          type: 'object',
          properties: { error: { type: 'string' } },
          required: ['error'],
          additionalProperties: false,
        },
        ...olderForms(older),
        ...named,
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        password: { type: 'http', scheme: 'basic' },
        session: { type: 'apiKey', in: 'cookie', name: 'tallywell_session' },
      },
    },
  };
}
