/*
 * administration-paths.ts: what administrators change over HTTP, the records behind a figure, and the notes as files, as OpenAPI says them.
 * Way: this table and the limits that people.ts checks -> openapi.ts. What each does: docs/api.md, docs/accounts.md.
 */
import { BEHIND_PERIODS } from '../core/behind';
import { SCOPES, type Scope } from '../core/scopes';
import { PASSWORD_CHARS_MIN, TOKEN_DAYS_MAX } from '../limits/http';
import { type Json, json } from './openapi-json';

const TEXT: Json = { type: 'string' };
const WHOLE: Json = { type: 'integer' };
const MAYBE_TEXT: Json = { type: ['string', 'null'] };
const MAYBE_WHOLE: Json = { type: ['integer', 'null'] };
const WORD: Json = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' };
const SCOPE: Json = { type: 'string', enum: [...SCOPES] };
const HEX_KEY: Json = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const PASSWORD: Json = {
  ...{ type: 'string', anyOf: [{ const: '' }, { minLength: PASSWORD_CHARS_MIN }] },
  description: 'Left out or empty: the gateway makes one and tells it in the answer, this once.',
};
const DAYS: Json = {
  ...{ type: ['integer', 'null'], minimum: 1, maximum: TOKEN_DAYS_MAX },
  description: 'How long it holds. Left out or null: without end.',
};

/** An object of these members and no others; a name that ends in '?' may be left out. */
function exactly(members: Readonly<Record<string, Json>>): Json {
  const names = Object.keys(members);
  const properties = Object.fromEntries(
    names.map((name) => [name.replace(/\?$/, ''), members[name]]),
  );
  const required = names.filter((name) => !name.endsWith('?'));
  return { type: 'object', properties, required, additionalProperties: false };
}

function listOf(items: Json): Json {
  return { type: 'array', items };
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'What is asked is not understood.',
  401: 'An account or a token is needed, or wrong.',
  403: 'The scope does not suffice, or a page of another origin asks.',
  404: 'It is not there.',
  409: 'It cannot be done as things are: the words say why.',
  413: 'The body is too long.',
  415: 'The body is no JSON.',
  429: 'Too often: Retry-After says how many seconds to wait.',
  503: 'The disk is full: nothing was changed.',
};

function responses(status: number, content: Json, errors: readonly number[]): Json {
  const failed = errors.map((one) => [
    one,
    { description: WORDS[one], content: json({ $ref: '#/components/schemas/Error' }) },
  ]);
  return { [status]: { description: 'Done.', content }, ...Object.fromEntries(failed) };
}

function inPath(name: string): Json {
  return { name, in: 'path', required: true, schema: WORD };
}

/** Something that is read. */
interface Reading {
  id: string;
  summary: string;
  needs: Scope;
  content: Json;
  parameters?: Json[];
  errors?: number[];
}

function get({ id, summary, needs, content, parameters = [], errors = [] }: Reading): Json {
  const told = { operationId: id, summary, 'x-needs-scope': needs, parameters };
  return { get: { ...told, responses: responses(200, content, [401, 403, ...errors, 429]) } };
}

/** Something that is changed. */
interface Change {
  id: string;
  summary: string;
  needs: Scope;
  body: Json;
  answer: Json;
  status?: 200 | 202;
  parameters?: Json[];
  errors: number[];
}

function post(change: Change): Json {
  const { id, summary, needs, body, answer, status = 200, parameters = [], errors } = change;
  const requestBody = { required: true, content: json(body) };
  const all = [400, 401, 403, 413, 415, 429, 503, ...errors].sort();
  const told = { operationId: id, summary, 'x-needs-scope': needs, parameters, requestBody };
  return { post: { ...told, responses: responses(status, json(answer), all) } };
}

const BEHIND = exactly({
  ...{ site: TEXT, kind: { enum: ['water-point', 'canteen'] }, period: { enum: BEHIND_PERIODS } },
  ...{ from: WHOLE, before: WHOLE, cut: { type: 'boolean' }, keys: listOf(HEX_KEY) },
  count: { type: 'integer', description: 'As shown: 0.1 L, or meals.' },
  records: listOf(
    exactly({
      ...{ id: WHOLE, by: { enum: [1, -1] }, bootTimeS: MAYBE_WHOLE },
      cose: { type: 'string', contentEncoding: 'base64' },
    }),
  ),
});

const NOTE = exactly({
  ...{ time: { type: 'string', format: 'date-time' }, pod: TEXT, site: TEXT, name: TEXT },
  ...{ what: TEXT, value: { type: ['number', 'null'] }, note: TEXT, by: TEXT, clock: MAYBE_TEXT },
  ...{ record: MAYBE_WHOLE, statement: MAYBE_WHOLE },
});

const ACCOUNT = exactly({ name: TEXT, scope: SCOPE, made: MAYBE_WHOLE });
const TOKEN = exactly({ name: TEXT, scope: SCOPE, made: MAYBE_WHOLE, ends: MAYBE_WHOLE });

const READ: Readonly<Record<string, Json>> = {
  '/api/v1/sites/{site}/behind': get({
    ...{ id: 'behind', needs: 'reader', content: json(BEHIND), errors: [404] },
    summary: 'The signed records behind a figure, so that whoever asks can check it himself.',
    parameters: [
      inPath('site'),
      {
        ...{ name: 'period', in: 'query', required: false },
        schema: { type: 'string', enum: BEHIND_PERIODS, default: 'today' },
      },
    ],
  }),
  '/notes.json': get({
    ...{ id: 'notesJson', needs: 'reader', content: json(exactly({ notes: listOf(NOTE) })) },
    summary: 'What broke and what fixed it, of all sites, newest first.',
  }),
  '/notes.csv': get({
    ...{ id: 'notesCsv', needs: 'reader', content: { 'text/csv': { schema: TEXT } } },
    summary: 'The same as a table.',
  }),
};

const FIXED: Readonly<Record<string, Json>> = {
  '/api/v1/language': post({
    ...{ id: 'setLanguage', needs: 'technician', errors: [] },
    summary: 'The language of the pages for whoever chose none. Empty: as each browser asks.',
    body: exactly({ language: { type: 'string', pattern: '^([a-z]{2,3})?$' } }),
    answer: exactly({ language: TEXT }),
  }),
  '/api/v1/backup': post({
    ...{ id: 'makeBackup', needs: 'admin', status: 202, errors: [409] },
    summary: 'Begins a backup. How it ends is in the status.',
    body: exactly({}),
    answer: exactly({ running: { const: true } }),
  }),
};

const ofName = [inPath('name')];
const PEOPLE: Readonly<Record<string, Json>> = {
  '/api/v1/accounts': {
    ...get({
      ...{ id: 'listAccounts', summary: 'The accounts. No secret is told.', needs: 'admin' },
      content: json(exactly({ accounts: listOf(ACCOUNT) })),
    }),
    ...post({
      ...{ id: 'addAccount', summary: 'Adds an account.', needs: 'admin', errors: [409] },
      body: exactly({ name: WORD, scope: SCOPE, 'password?': PASSWORD }),
      answer: exactly({ name: TEXT, scope: SCOPE, 'password?': TEXT }),
    }),
  },
  '/api/v1/accounts/{name}/password': post({
    ...{ id: 'setPassword', summary: 'Gives an account another password.', needs: 'admin' },
    ...{ body: exactly({ 'password?': PASSWORD }), parameters: ofName, errors: [404] },
    answer: exactly({ name: TEXT, 'password?': TEXT }),
  }),
  '/api/v1/accounts/{name}/scope': post({
    ...{ id: 'setScope', summary: 'Gives an account another scope.', needs: 'admin' },
    ...{ body: exactly({ scope: SCOPE }), parameters: ofName, errors: [404, 409] },
    answer: exactly({ name: TEXT, scope: SCOPE }),
  }),
  '/api/v1/accounts/{name}/remove': post({
    ...{ id: 'removeAccount', summary: 'Removes an account, but not the last administrator.' },
    ...{ needs: 'admin', body: exactly({}), parameters: ofName, errors: [404, 409] },
    answer: exactly({ name: TEXT }),
  }),
  '/api/v1/tokens': {
    ...get({
      ...{ id: 'listTokens', summary: 'The tokens. No secret is told.', needs: 'admin' },
      content: json(exactly({ tokens: listOf(TOKEN) })),
    }),
    ...post({
      ...{ id: 'addToken', summary: 'Makes a token. It is told this once.', needs: 'admin' },
      body: exactly({ name: WORD, scope: SCOPE, 'days?': DAYS }),
      answer: exactly({ name: TEXT, scope: SCOPE, token: TEXT, ends: MAYBE_WHOLE }),
      errors: [409],
    }),
  },
  '/api/v1/tokens/{name}/remove': post({
    ...{ id: 'removeToken', summary: 'Removes a token.', needs: 'admin', parameters: ofName },
    ...{ body: exactly({}), answer: exactly({ name: TEXT }), errors: [404] },
  }),
};

/** By path. */
export const ADMINISTRATION_PATHS: Readonly<Record<string, Json>> = {
  ...READ,
  ...FIXED,
  ...PEOPLE,
};
