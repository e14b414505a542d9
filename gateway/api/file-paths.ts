/*
 * file-paths.ts: exports, signed records and SensorThings, as OpenAPI says them: made from the tables that answer them.
 * Way: EXPORT_FORMATS, the readers of ranges and of SensorThings' options -> openapi.ts.
 * What is in the files: docs/exports.md.
 */
import { z } from 'zod';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats';
import { RANGE_TIME } from '../export/range';
import { LINKS } from '../sta/model';
import { STA_OPTIONS } from '../sta/query';
import { siteName } from './fact-schemas';
import { type Json, json } from './openapi-json';

const TEXT: Json = { type: 'string' };
const OBJECT: Json = { type: 'object' };

function objectOf(properties: Record<string, Json>, ...required: string[]): Json {
  return { type: 'object', properties, required };
}

function arrayOf(items: Json): Json {
  return { type: 'array', items };
}

const SENML = objectOf(
  { n: TEXT, bn: TEXT, u: TEXT, bt: { type: 'number' }, v: { type: 'number' }, vs: TEXT },
  'n',
);
const FEATURE = objectOf(
  {
    ...{ type: { const: 'Feature' }, id: TEXT, properties: OBJECT },
    geometry: { type: ['object', 'null'] },
  },
  ...['type', 'geometry', 'properties'],
);
const DATA_VALUE = objectOf(
  {
    ...{ dataElement: TEXT, orgUnit: TEXT, value: TEXT, comment: TEXT },
    period: { type: 'string', pattern: '^\\d{6}(\\d{2})?$' },
  },
  ...['dataElement', 'period', 'orgUnit', 'value'],
);

/** Forms of the exports that are JSON; the others are text, or bytes. */
const FORMS: Record<string, Json> = {
  'sites.geojson': objectOf(
    { type: { const: 'FeatureCollection' }, features: arrayOf(FEATURE) },
    'type',
    'features',
  ),
  'senml.json': arrayOf(SENML),
  'dhis2.json': objectOf({ dataSet: TEXT, dataValues: arrayOf(DATA_VALUE) }, 'dataValues'),
  'keys.json': objectOf({ externalAad: TEXT, keys: arrayOf(OBJECT) }, 'externalAad', 'keys'),
};

const WORDS: Record<number, string> = {
  400: 'What is asked is not understood.',
  401: 'An account or a token is needed, or wrong.',
  403: 'The scope does not suffice.',
  404: 'It is not there, or partners.json lacks what this needs.',
  409: 'partners.json cannot be read.',
  429: 'Too often: Retry-After says how many seconds to wait.',
  501: 'This part of SensorThings is not offered: the words say what is.',
  503: 'Too many exports run: Retry-After says how many seconds to wait.',
};

function get(operationId: string, summary: string, more: Json[], content: Json, errors: number[]) {
  const error = json({ $ref: '#/components/schemas/Error' });
  const failed = errors.map((status) => [status, { description: WORDS[status], content: error }]);
  const responses = { 200: { description: 'Done.', content }, ...Object.fromEntries(failed) };
  return { get: { operationId, summary, parameters: more, responses } };
}

function inPath(name: string, schema: Json): Json {
  return { name, in: 'path', required: true, schema };
}

function inQuery(name: string, schema: Json, description: string): Json {
  return { name, in: 'query', required: false, schema, description };
}

const { $schema: _, ...SITE } = z.toJSONSchema(siteName) as Json;
const TIME: Json = { type: 'string', pattern: RANGE_TIME.source };
const RANGE = [
  inQuery('site', arrayOf(SITE), 'These sites only; it may come several times.'),
  inQuery('from', TIME, 'From this time on: a date, a time with its zone, or Unix s.'),
  inQuery('to', TIME, 'Before this time.'),
];

function exportPath({ name, mediaType, words, needs }: ExportFormat): [string, Json] {
  const [type] = mediaType.split(';');
  const content = { [type]: { schema: FORMS[name] ?? TEXT } };
  const errors = [400, 401, 403, 404, ...(needs === undefined ? [] : [409]), 429, 503];
  const id = name.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());
  const operationId = `export${id[0].toUpperCase()}${id.slice(1)}`;
  return [`/api/v1/export/${name}`, get(operationId, `Export: ${words}.`, RANGE, content, errors)];
}

const LIST = json(
  objectOf(
    {
      exports: arrayOf(
        objectOf({ name: TEXT, mediaType: TEXT, words: TEXT, needs: { type: ['string', 'null'] } }),
      ),
    },
    'exports',
  ),
);

const STA = '/api/v1/sta/v1.1';
const ENTITY = { type: 'object' };
const STA_LIST = json(
  objectOf(
    { value: arrayOf(ENTITY), '@iot.count': { type: 'integer' }, '@iot.nextLink': TEXT },
    'value',
  ),
);
const ID = inPath('id', { type: 'string', pattern: "^[^']{1,160}$" });
const SET = inPath('set', { type: 'string', enum: Object.keys(LINKS) });
const LINK = inPath('link', {
  type: 'string',
  enum: [...new Set(Object.values(LINKS).flatMap((links) => links.map(({ name }) => name)))],
});
const OPTIONS = STA_OPTIONS.map((name) =>
  inQuery(name, TEXT, 'OGC 18-088 section 9.3; what of it is offered: docs/exports.md.'),
);
const STA_ERRORS = [400, 401, 403, 404, 429, 501];

/** Paths of files and of SensorThings. */
export function filePaths(): Record<string, Json> {
  return {
    '/api/v1/export/': get('listExports', 'The exports.', [], LIST, [401, 403, 429]),
    ...Object.fromEntries(EXPORT_FORMATS.map(exportPath)),
    '/api/v1/sites/{site}/records/{id}.cose': get(
      'signedRecord',
      'One signed record as COSE_Sign1 (RFC 9052).',
      [inPath('site', SITE), inPath('id', { type: 'integer', minimum: 1 })],
      { 'application/cose': { schema: TEXT } },
      [401, 403, 404, 429],
    ),
    [STA]: get('sta', 'SensorThings 1.1: its sets.', [], STA_LIST, [401, 403, 429]),
    [`${STA}/{set}`]: get('staSet', 'All of a set.', [SET, ...OPTIONS], STA_LIST, STA_ERRORS),
    [`${STA}/{set}('{id}')`]: get(
      'staEntity',
      'One entity.',
      [SET, ID, ...OPTIONS],
      json(ENTITY),
      STA_ERRORS,
    ),
    [`${STA}/{set}('{id}')/{link}`]: get(
      'staLink',
      'What is linked with an entity: a list, or one.',
      [SET, ID, LINK, ...OPTIONS],
      json(ENTITY),
      STA_ERRORS,
    ),
  };
}
