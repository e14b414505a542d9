/*
 * operations.ts: every operation of the facts' API: address, who may, what is asked, what is answered.
 * Way: this one table -> checks (answers.ts), scopes (core/routes.ts is held equal by a test), OpenAPI (openapi.ts), client.
 */
import { z } from 'zod';
import { MILESTONE_GOALS } from '../core/facts/milestones';
import {
  SAYS,
  STATEMENT_FORMS,
  STATEMENT_NAMES,
  type StatementForm,
  type StatementName,
} from '../core/facts/statements';
import type { Scope } from '../core/scopes';
import { FACT_PAGE_MAX, NOTE_CHARS_MAX, TITLE_CHARS_MAX } from '../limits/facts';
import { milestone, siteEpisode, siteFacts, siteName, statement, unixS } from './fact-schemas';

/** A whole number as a query writes it. */
function number(least: number, most: number, usual: number, description: string) {
  return z.coerce.number().int().min(least).max(most).default(usual).meta({ description });
}

const limit = number(1, FACT_PAGE_MAX, 100, 'Rows at most.');
const note = z.string().max(NOTE_CHARS_MAX);
const id = number(1, Number.MAX_SAFE_INTEGER, 1, 'Its number.');
const madeRow = z.strictObject({ id: z.int().min(1) });

/** One statement's body: its value is a whole number of these bounds, or one of these words. */
function bodyOf(about: StatementName) {
  const form: StatementForm = STATEMENT_FORMS[about];
  const value: z.ZodType<number | string> =
    'words' in form ? z.enum(form.words) : z.int().min(form.least).max(form.most);
  return z.strictObject({ about: z.literal(about), value, note: note.default('') });
}

const [firstStatement, ...otherStatements] = STATEMENT_NAMES.map(bodyOf);
const statementBody = z.discriminatedUnion('about', [firstStatement, ...otherStatements]);

/** One operation. Names of `path` in braces are parameters. */
export interface Operation {
  method: 'GET' | 'POST';
  path: string;
  needs: Scope;
  summary: string;
  params: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodType | null;
  answer: z.ZodType;
  /** Status when it is done. */
  status: 200 | 201;
  /** Errors that it may answer besides 400, 401, 403, 429 and 503. */
  errors: readonly number[];
}

const none = z.strictObject({});
const ofSite = z.strictObject({ site: siteName });
const reading = { method: 'GET', needs: 'reader', body: null, status: 200 } as const;
const saying = { method: 'POST', query: none, answer: madeRow, status: 201 } as const;

/** All of them, by name. */
export const OPERATIONS = {
  listFacts: {
    ...reading,
    path: '/api/v1/facts',
    summary: 'Facts of all sites, by name. `at`: the minute for which they hold, Unix s.',
    params: none,
    query: z.strictObject({
      after: siteName.optional().meta({ description: 'Sites after this one.' }),
      limit,
    }),
    answer: z.strictObject({ at: unixS, sites: z.array(siteFacts), next: siteName.nullable() }),
    errors: [],
  },
  siteFacts: {
    ...reading,
    path: '/api/v1/sites/{site}/facts',
    summary: 'Facts of one site.',
    params: ofSite,
    query: none,
    answer: z.strictObject({ at: unixS, facts: siteFacts }),
    errors: [404],
  },
  listEpisodes: {
    ...reading,
    path: '/api/v1/episodes',
    summary:
      'Breakdowns of all sites, newest first: the last 50 of each site. A page ends with all that began in one second.',
    params: none,
    query: z.strictObject({
      site: siteName.optional().meta({ description: 'Of this site only.' }),
      before: number(0, 253_402_300_799, 253_402_300_799, 'Those that began before, Unix s.'),
      limit,
    }),
    answer: z.strictObject({ at: unixS, episodes: z.array(siteEpisode), next: z.int().nullable() }),
    errors: [],
  },
  listStatements: {
    ...reading,
    path: '/api/v1/statements',
    summary: 'What people said, newest first: broken, fixed, notes, people served and more.',
    params: none,
    query: z.strictObject({
      site: siteName.optional().meta({ description: 'Of this site only.' }),
      before: number(0, Number.MAX_SAFE_INTEGER, 0, 'Rows before this one; 0 = from the newest.'),
      limit,
    }),
    answer: z.strictObject({ statements: z.array(statement), next: z.int().nullable() }),
    errors: [],
  },
  listMilestones: {
    ...reading,
    path: '/api/v1/milestones',
    summary: 'Milestones and how far they are, as stored records say.',
    params: none,
    query: none,
    answer: z.strictObject({ at: unixS, milestones: z.array(milestone) }),
    errors: [],
  },
  confirm: {
    ...saying,
    path: '/api/v1/sites/{site}/confirmations',
    needs: 'reader',
    summary:
      'Somebody says that the site is broken, or fixed, and perhaps what broke or what fixed it.',
    params: ofSite,
    body: z.strictObject({ says: z.enum(SAYS), note: note.default('') }),
    errors: [404],
  },
  addNote: {
    ...saying,
    path: '/api/v1/sites/{site}/notes',
    needs: 'reader',
    summary: 'A note from the field. Others can read it: no names.',
    params: ofSite,
    body: z.strictObject({ note: note.min(1) }),
    errors: [404],
  },
  addStatement: {
    ...saying,
    path: '/api/v1/sites/{site}/statements',
    needs: 'technician',
    summary: 'Says something of a site that no sensor sees: people served, source, queue, tests.',
    params: ofSite,
    body: statementBody,
    errors: [404],
  },
  addMilestone: {
    ...saying,
    path: '/api/v1/milestones',
    needs: 'technician',
    summary: 'Sets a milestone. Its base is what is open now.',
    params: none,
    body: z.strictObject({
      title: z.string().min(1).max(TITLE_CHARS_MAX),
      goal: z.enum(MILESTONE_GOALS),
      target: z.int().min(1).max(1_000_000),
      due: unixS,
    }),
    errors: [],
  },
  endMilestone: {
    ...saying,
    path: '/api/v1/milestones/{id}/end',
    needs: 'technician',
    summary: 'A milestone is no longer a goal. It stays in the list.',
    params: z.strictObject({ id }),
    body: none,
    status: 200,
    errors: [404],
  },
} as const satisfies Record<string, Operation>;

/** Names of operations. */
export type OperationName = keyof typeof OPERATIONS;
type Of<Name extends OperationName> = (typeof OPERATIONS)[Name];
/** What is asked in the address, in the query and in the body (null: none), and what is answered. */
export type Params<Name extends OperationName> = z.output<Of<Name>['params']>;
export type Query<Name extends OperationName> = z.output<Of<Name>['query']>;
export type Body<Name extends OperationName> = Of<Name>['body'] extends z.ZodType
  ? z.output<Of<Name>['body']>
  : null;
export type AnswerOf<Name extends OperationName> = z.output<Of<Name>['answer']>;

/** The operation of a request, and the values of its address. */
export function operationAt(
  method: string,
  segments: string[],
): { name: OperationName; params: Record<string, string> } | null {
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const { method: wanted, path } = OPERATIONS[name];
    const parts = path.split('/').slice(1);
    if (wanted !== method || parts.length !== segments.length) continue;
    const params: Record<string, string> = {};
    const fits = parts.every((part, at) => {
      if (!part.startsWith('{')) return part === segments[at];
      params[part.slice(1, -1)] = segments[at];
      return true;
    });
    if (fits) return { name, params };
  }
  return null;
}
