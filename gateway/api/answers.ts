/*
 * answers.ts: answers the operations of the facts' API: checks what is asked with its schema, then reads or writes.
 * Way: access.ts (who may) -> here -> FactsKeeping, store -> Answer. Bad input is an answer with words, never a throw.
 */
import type { z } from 'zod';
import { addressKey } from '../core/addresses';
import { openSites } from '../core/facts/milestones';
import type { Reporter } from '../core/facts/site-facts';
import { cleanNote, type StatementRow } from '../core/facts/statements';
import { createTokenBuckets } from '../core/token-bucket';
import { type Answer, errorAnswer, jsonAnswer, tooManyAnswer } from '../edges/http/answer';
import type { NewStatement, StatementWriter } from '../edges/store/statements';
import { SAY_BURST_MAX, SAY_PER_S_MAX, STATEMENTS_PER_SITE_DAY_MAX } from '../limits/facts';
import { HTTP_ADDRESSES_MAX } from '../limits/http';
import { episodePage } from './episode-page';
import type { FactsKeeping } from './facts-keeping';
import {
  type AnswerOf,
  type Body,
  OPERATIONS,
  type Operation,
  type OperationName,
  operationAt,
  type Params,
  type Query,
} from './operations';

const DAY_S = 86_400;

/** Who asks, as far as statements keep it. */
export interface Sayer {
  reporter: Reporter;
  /** Address of the other side. */
  from: string;
}

/** What the operations stand on. */
export interface ApiDoors {
  keeping: FactsKeeping;
  write: StatementWriter;
  /** Runs what writes and makes it durable. @returns false: the disk is full. */
  durably(write: () => void): boolean;
  clock: { nowMs(): number; steadyMs(): number; state(): string };
  /** Something was said of this site; null: of the milestones. */
  onSaid(site: string | null): void;
}

type Done<Name extends OperationName> = AnswerOf<Name> | { refusal: Answer };
type Handler<Name extends OperationName> = (asked: {
  params: Params<Name>;
  query: Query<Name>;
  body: Body<Name>;
  sayer: Sayer;
}) => Done<Name>;
type Handlers = { [Name in OperationName]: Handler<Name> };

function refuse(status: number, error: string): { refusal: Answer } {
  return { refusal: errorAnswer(status, error) };
}

const NO_SITE = refuse(404, 'no such site');

function toldStatement(row: StatementRow): AnswerOf<'listStatements'>['statements'][number] {
  const { id, site, about, value, note, atS, clockState, reporter } = row;
  return {
    ...{ id, site, about, value, note, t: atS },
    clock: clockState as 'trusted',
    reporter: reporter as Reporter,
  };
}

/** Operations that read. */
function readers({ keeping }: ApiDoors) {
  return {
    listFacts({ query: { after, limit } }) {
      const names = keeping.siteNames().filter((name) => after === undefined || name > after);
      const page = names.slice(0, limit);
      const sites = page.flatMap((name) => keeping.siteFacts(name) ?? []);
      const next = names.length > limit ? page[page.length - 1] : null;
      return { at: keeping.atS(), sites, next };
    },
    siteFacts({ params: { site } }) {
      const facts = keeping.siteFacts(site);
      return facts === null ? NO_SITE : { at: keeping.atS(), facts };
    },
    listEpisodes({ query: { site, before, limit } }) {
      const all = keeping.allFacts().filter((one) => site === undefined || one.site === site);
      const episodes = all.flatMap((one) =>
        one.breakdowns.episodes.map((episode) => ({ site: one.site, ...episode })),
      );
      return { at: keeping.atS(), ...episodePage(episodes, before, limit) };
    },
    listStatements({ query: { site, before, limit } }) {
      const rows = keeping.statements.page(site ?? null, before, limit);
      const next = rows.length === limit ? rows[limit - 1].id : null;
      return { statements: rows.map(toldStatement), next };
    },
    listMilestones: () => ({ at: keeping.atS(), milestones: keeping.milestones() }),
  } satisfies Partial<Handlers>;
}

/** Operations that write. */
function writers({ keeping, write, durably, clock, onSaid }: ApiDoors) {
  const nowS = () => Math.floor(clock.nowMs() / 1000);
  const buckets = createTokenBuckets({
    ...{ perS: SAY_PER_S_MAX, burst: SAY_BURST_MAX, keysMax: HTTP_ADDRESSES_MAX },
  });
  /** Writes, durably. @returns the row; null from the writer: there is no room. */
  const put = (what: () => number | null, site: string | null) => {
    let id: number | null = null;
    const isDone = durably(() => {
      id = what();
    });
    if (!isDone) return refuse(503, 'the disk is full');
    if (id === null) return refuse(503, 'there is no room for more');
    onSaid(site);
    return { id: id as number };
  };
  const say = (said: Pick<NewStatement, 'site' | 'about' | 'value' | 'note'>, sayer: Sayer) => {
    if (!keeping.siteNames().includes(said.site)) return NO_SITE;
    // Whoever sets up a village says a lot; a stranger's phone does not.
    const isTrusted = sayer.reporter === 'technician' || sayer.reporter === 'admin';
    const waitMs = isTrusted ? 0 : buckets.take(addressKey(sayer.from), clock.steadyMs());
    if (waitMs > 0) return { refusal: tooManyAnswer(waitMs) };
    const atS = nowS();
    if (!isTrusted && write.countSince(said.site, atS - DAY_S) >= STATEMENTS_PER_SITE_DAY_MAX) {
      return { refusal: tooManyAnswer(DAY_S * 1000) };
    }
    const note = cleanNote(said.note);
    const row = { ...said, note, atS, clockState: clock.state(), reporter: sayer.reporter };
    return put(() => write.add(row), said.site);
  };
  return {
    confirm: ({ params: { site }, body: { says, note }, sayer }) =>
      say({ site, about: 'works', value: says, note }, sayer),
    addNote({ params: { site }, body: { note }, sayer }) {
      if (cleanNote(note) === '') return refuse(400, 'note: is empty');
      return say({ site, about: 'note', value: '', note }, sayer);
    },
    addStatement: ({ params: { site }, body: { about, value, note }, sayer }) =>
      say({ site, about, value, note }, sayer),
    addMilestone({ body: { title, goal, target, due }, sayer: { reporter } }) {
      const base = openSites(goal, keeping.allFacts());
      const made = { madeS: nowS(), clockState: clock.state(), reporter };
      const row = { title: cleanNote(title), goal, target, base, dueS: due, ...made };
      return put(() => write.addMilestone(row), null);
    },
    endMilestone({ params: { id } }) {
      const known = keeping.statements.milestones().find((one) => one.id === id);
      if (known === undefined || known.endedS !== null) return refuse(404, 'no such milestone');
      return put(() => (write.endMilestone(id, nowS()) ? id : null), null);
    },
  } satisfies Partial<Handlers>;
}

/** The first thing that is wrong, in words. */
function faultOf(error: z.ZodError): string {
  const [{ path, message }] = error.issues;
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function queryObject(query: URLSearchParams): Record<string, string> | null {
  const names = [...query.keys()];
  return new Set(names).size === names.length ? Object.fromEntries(query) : null;
}

/** Answers an operation; null: there is none at this address. */
export type ApiFunction = (
  method: 'GET' | 'POST',
  segments: string[],
  query: URLSearchParams,
  body: unknown,
  sayer: Sayer,
) => Answer | null;

/** Makes the answer function. */
export function createApi(doors: ApiDoors): ApiFunction {
  const handlers: Handlers = { ...readers(doors), ...writers(doors) };
  return (method, segments, query, body, sayer) => {
    const at = operationAt(method, segments);
    if (at === null) return null;
    const operation: Operation = OPERATIONS[at.name];
    const params = operation.params.safeParse(at.params);
    // An address that cannot be a site's is no site's.
    if (!params.success) return errorAnswer(404, 'not found');
    const asked = queryObject(query);
    if (asked === null) return errorAnswer(400, 'a name is there twice in the address');
    const queryRead = operation.query.safeParse(asked);
    if (!queryRead.success) return errorAnswer(400, faultOf(queryRead.error));
    const bodyRead = operation.body?.safeParse(body);
    if (bodyRead?.success === false) return errorAnswer(400, faultOf(bodyRead.error));
    // The handler's types follow from the same table as the schemas.
    const handler = handlers[at.name] as Handler<OperationName>;
    const done = handler({
      params: params.data as never,
      query: queryRead.data as never,
      body: (bodyRead?.data ?? null) as never,
      sayer,
    });
    if ('refusal' in done) return done.refusal;
    return jsonAnswer(done, operation.status);
  };
}
