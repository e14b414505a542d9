/*
 * older-paths.ts: the operations that were there before the facts, as OpenAPI says them. Their answers have JSON Schemas of
 * their own (gateway/schemas/).
 * Way: this table -> openapi.ts. What each does: docs/api.md.
 */
import { type Json, json } from './openapi-json';

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function answers(schema: Json, ...errors: number[]): Json {
  const error = json(ref('Error'));
  const failed = errors.map((status) => [status, { description: 'An error.', content: error }]);
  return {
    200: { description: 'Done.', content: json(schema) },
    ...Object.fromEntries(failed),
  };
}

function get(operationId: string, summary: string, schema: Json, more: Json[] = []): Json {
  const errors = more.some(({ in: place }) => place === 'path')
    ? [401, 403, 404, 429]
    : [401, 403, 429];
  return { get: { operationId, summary, parameters: more, responses: answers(schema, ...errors) } };
}

function post(
  operationId: string,
  summary: string,
  body: Json,
  schema: Json,
  errors: number[],
): Json {
  const requestBody = { required: true, content: json(body) };
  const responses = answers(schema, 400, 401, 403, 413, 415, 429, ...errors);
  return { post: { operationId, summary, requestBody, responses } };
}

function listOf(name: string, items: Json): Json {
  return { type: 'object', properties: { [name]: { type: 'array', items } }, required: [name] };
}

const SITE: Json = {
  ...{ name: 'site', in: 'path', required: true },
  schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' },
};

function whole(name: string): Json {
  return { name, in: 'query', required: false, schema: { type: 'integer', minimum: 0 } };
}

const HEALTH: Json = {
  type: 'object',
  properties: {
    healthy: { type: 'boolean' },
    problems: { type: 'array', items: { type: 'string' } },
  },
  required: ['healthy', 'problems'],
};
const SUMS: Json = {
  type: 'object',
  properties: { t: { type: 'integer' }, minutes: { type: 'integer' } },
  required: ['t', 'minutes'],
  additionalProperties: { type: 'integer' },
};
const WHO: Json = {
  type: 'object',
  properties: { name: { type: ['string', 'null'] }, scope: { type: ['string', 'null'] } },
};
const AT_SITE: Json = { type: 'object', required: ['site', 'state', 'records', 'bucketSums'] };

/** By path. */
export const OLDER_PATHS: Record<string, Json> = {
  '/health': {
    get: {
      operationId: 'health',
      summary: 'Is all well? For whatever watches the gateway. Needs no account.',
      responses: {
        200: { description: 'All is well.', content: json(HEALTH) },
        503: { description: 'Something is wrong: problems says what.', content: json(HEALTH) },
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Figures for Prometheus.',
      responses: {
        ...answers({}, 401, 403, 429),
        200: { description: 'Figures.', content: { 'text/plain': { schema: { type: 'string' } } } },
      },
    },
  },
  '/api/v1/openapi.json': get('openApi', 'This document.', {
    type: 'object',
    required: ['openapi', 'info', 'paths'],
  }),
  '/api/v1/schemas/': get(
    'listSchemas',
    'Names of the JSON Schemas.',
    listOf('schemas', { type: 'string', pattern: '^[a-z-]+\\.json$' }),
  ),
  '/api/v1/schemas/{schema}': {
    get: {
      operationId: 'schema',
      summary: 'One JSON Schema.',
      parameters: [{ name: 'schema', in: 'path', required: true, schema: { type: 'string' } }],
      responses: {
        ...answers({}, 401, 403, 404, 429),
        200: {
          description: 'A JSON Schema.',
          content: { 'application/schema+json': { schema: { type: 'object', required: ['$id'] } } },
        },
      },
    },
  },
  '/api/v1/session': get('session', 'Who asks.', WHO),
  '/api/v1/status': get('status', 'How the gateway is.', ref('bridge-health')),
  '/api/v1/sites': get('listSites', 'The state of all sites.', listOf('sites', ref('site'))),
  '/api/v1/sites/{site}': get('site', 'The state of a site, and what is stored.', AT_SITE, [SITE]),
  '/api/v1/sites/{site}/records': get(
    'listRecords',
    'Records in order of acceptance.',
    listOf('records', { type: 'object', required: ['id', 'site', 'kind', 'cose'] }),
    [SITE, whole('after'), whole('limit')],
  ),
  '/api/v1/sites/{site}/hours': get('listHours', 'Sums by hour.', listOf('hours', SUMS), [
    ...[SITE, whole('from'), whole('to')],
  ]),
  '/api/v1/sites/{site}/days': get('listDays', 'Sums by day.', listOf('days', SUMS), [
    ...[SITE, whole('from'), whole('to')],
  ]),
  '/api/v1/login': post(
    'logIn',
    'Begins a session.',
    {
      type: 'object',
      properties: { name: { type: 'string' }, password: { type: 'string' } },
      required: ['name', 'password'],
    },
    WHO,
    [],
  ),
  '/api/v1/logout': post('logOut', 'Ends the session.', { type: 'object' }, WHO, []),
  '/api/v1/clock': post(
    'setClock',
    'Sets the clock.',
    ref('request-clock'),
    { type: 'object', required: ['words', 'clock'] },
    [409],
  ),
  '/api/v1/register': post(
    'register',
    'Registers one site with all its nodes.',
    { type: 'object', required: ['pod', 'site'] },
    { type: 'object', required: ['site', 'keyId', 'slot', 'changed'] },
    [409, 503],
  ),
  '/api/v1/pod': get('pod', 'What a bench must know of the pod.', { type: 'object' }),
  '/api/v1/stream': {
    get: {
      operationId: 'stream',
      summary: 'Server-sent events: ready, site (SiteBrief), statement ({site}), milestones ({}).',
      responses: {
        200: {
          description: 'Events.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        503: { description: 'Too many listen already.' },
      },
    },
  },
};
