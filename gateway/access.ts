/*
 * access.ts: who asks over HTTP, may he, and what changes something.
 * Way: Question -> credentials -> scope -> routes.ts -> views.ts (reading) or one of the posts here -> Answer.
 * Described in docs/accounts.md and docs/api.md.
 */
import type { GatewayAccounts } from './accounts';
import type { ApiFunction, Sayer } from './api/answers';
import type { Stream } from './api/stream';
import { isFromElsewhere, isFromOwnPage } from './core/own-page';
import { ANYBODY, needsOf, WHOEVER } from './core/routes';
import { allows, type Scope } from './core/scopes';
import {
  type Answer,
  type AnswerFunction,
  type AskHeaders,
  errorAnswer,
  jsonAnswer,
  type Question,
  type QuestionFunction,
  tooManyAnswer,
} from './edges/http/answer';
import {
  NO_SESSION_COOKIE,
  readAuthorization,
  readSessionCookie,
  sessionCookie,
} from './edges/http/credentials';
import type { Sessions } from './sessions';
import type { PodPages } from './web/pod-pages';

/** What access stands on. */
export interface AccessDoors {
  accounts: GatewayAccounts;
  sessions: Sessions;
  /** What somebody without account may do. */
  anonymous: 'reader' | 'nobody';
  /** Answers reading questions. */
  views: AnswerFunction;
  /** Facts of sites: what is read of them, and what people say. */
  facts: ApiFunction;
  stream: Stream;
  /** What people see and press. */
  pages: PodPages;
  /** Answers POST /api/v1/<name>, whose body is this JSON value, by name. */
  posts: PostFunctions;
}

/** What changes something, by the name behind /api/v1/. The scope of each is in core/routes.ts. */
export type PostFunctions = Readonly<
  Record<'clock' | 'register', (body: unknown) => { status: number; body: object }>
>;

/** Who asks. */
interface Asker {
  /** session: by a cookie, which browsers send without being asked. */
  by: 'nothing' | 'token' | 'password' | 'session';
  /** null: a token, or nobody. */
  name: string | null;
  /** null: may do nothing that needs an account. */
  scope: Scope | null;
}

/** Not known, or not well enough. A page's own script gets no Basic: the browser would open a window over the page. */
function unknownAnswer({ secFetchMode }: AskHeaders, error: string): Answer {
  const isPage = secFetchMode === undefined || secFetchMode === 'navigate';
  const bearer = 'Bearer realm="tallywell"';
  const basic = 'Basic realm="tallywell", charset="UTF-8"';
  return errorAnswer(401, error, { 'WWW-Authenticate': isPage ? `${basic}, ${bearer}` : bearer });
}

/** Finds out who asks. What is given must be right, also where nothing is needed; only a session may have ended. */
async function askerOf(doors: AccessDoors, question: Question): Promise<Asker | Answer> {
  const { headers, from } = question;
  const { accounts, sessions } = doors;
  const given = readAuthorization(headers.authorization);
  if (given.kind === 'bearer') {
    const scope = accounts.tokenScope(given.token);
    if (scope === null) return unknownAnswer(headers, 'no such token, or its time is over');
    return { by: 'token', name: null, scope };
  }
  if (given.kind === 'basic') {
    const done = await accounts.logIn(given.name, given.password, from);
    if (done.outcome === 'wait') return tooManyAnswer(done.waitMs);
    if (done.outcome === 'wrong') return unknownAnswer(headers, 'name or password is wrong');
    return { by: 'password', name: done.account.name, scope: done.account.scope };
  }
  if (given.kind === 'malformed') return unknownAnswer(headers, 'Authorization: Bearer or Basic');
  const session = readSessionCookie(headers.cookie);
  const account = session === null ? null : sessions.accountOf(session);
  if (account !== null) return { by: 'session', name: account.name, scope: account.scope };
  return { by: 'nothing', name: null, scope: doors.anonymous === 'reader' ? 'reader' : null };
}

/** Logs in: {name, password} -> a session's cookie. */
async function logIn({ accounts, sessions }: AccessDoors, body: unknown, from: string) {
  const { name, password } = (body ?? {}) as { name?: unknown; password?: unknown };
  if (typeof name !== 'string' || typeof password !== 'string') {
    return errorAnswer(400, 'write {"name": …, "password": …}');
  }
  const done = await accounts.logIn(name, password, from);
  if (done.outcome === 'wait') return tooManyAnswer(done.waitMs);
  if (done.outcome === 'wrong') {
    const challenge = { 'WWW-Authenticate': 'Bearer realm="tallywell"' };
    return errorAnswer(401, 'name or password is wrong', challenge);
  }
  const cookie = { 'Set-Cookie': sessionCookie(sessions.start(done.account)) };
  return jsonAnswer({ name: done.account.name, scope: done.account.scope }, 200, cookie);
}

function logOut({ sessions }: AccessDoors, { cookie }: AskHeaders): Answer {
  const session = readSessionCookie(cookie);
  if (session !== null) sessions.end(session);
  return jsonAnswer({ name: null }, 200, { 'Set-Cookie': NO_SESSION_COOKIE });
}

/** Who says something is kept as his scope, or as somebody at a phone: never a name. */
function sayerOf({ from }: Question, asker: Asker): Sayer {
  const reporter = asker.by === 'nothing' || asker.scope === null ? 'somebody' : asker.scope;
  return { reporter, from };
}

/** A form can be sent by any page, so the browser must say that it was ours. */
async function pressed(doors: AccessDoors, question: Question, asker: Asker): Promise<Answer> {
  if (!isFromOwnPage(question.headers)) return errorAnswer(403, 'a form is for our own pages');
  const read = await question.readForm();
  if ('refusal' in read) return read.refusal;
  return doors.pages.say(question.segments[1], read.form, sayerOf(question, asker));
}

/** Facts. */
function factsAnswer(doors: AccessDoors, question: Question, asker: Asker, body: unknown) {
  const { method, segments, query } = question;
  return doors.facts(method, segments, query, body, sayerOf(question, asker));
}

/** What is read. */
function read(doors: AccessDoors, question: Question, asker: Asker): Answer | Promise<Answer> {
  const { segments, query, from, headers } = question;
  if (segments.join('/') === 'api/v1/stream') return doors.stream.open(from);
  return (
    factsAnswer(doors, question, asker, null) ??
    doors.pages.read(question) ??
    doors.views(segments, query, headers.host ?? '')
  );
}

/** What changes something, by path. Each has its scope in core/routes.ts. */
async function post(doors: AccessDoors, question: Question, asker: Asker): Promise<Answer> {
  if (question.segments[0] === 'site') return pressed(doors, question, asker);
  const read = await question.readJson();
  if ('refusal' in read) return read.refusal;
  const path = question.segments.join('/');
  if (path === 'api/v1/login') return logIn(doors, read.json, question.from);
  if (path === 'api/v1/logout') return logOut(doors, question.headers);
  const name = path.slice('api/v1/'.length);
  if (name !== 'clock' && name !== 'register') {
    return factsAnswer(doors, question, asker, read.json) ?? errorAnswer(404, 'not found');
  }
  const { status, body } = doors.posts[name](read.json);
  return jsonAnswer(body, status);
}

/** May this asker do that? @returns what to answer if not. */
function refusalOf({ by, scope }: Asker, needs: Scope, { headers, method }: Question) {
  if (scope !== null && allows(scope, needs)) {
    if (method === 'GET' || by !== 'session' || isFromOwnPage(headers)) return null;
    return errorAnswer(403, 'a session is for pages: programs use a token');
  }
  if (by !== 'nothing') return errorAnswer(403, `this needs the scope ${needs}`);
  return unknownAnswer(headers, `this needs an account or a token with the scope ${needs}`);
}

/** Makes the answer function of the HTTP server. */
export function createAccess(doors: AccessDoors): QuestionFunction {
  const answer = async (question: Question, asker: Asker): Promise<Answer> =>
    question.method === 'POST' ? post(doors, question, asker) : read(doors, question, asker);
  return async (question) => {
    const { method, segments, headers } = question;
    const needs = needsOf(method, segments);
    if (needs === null) return errorAnswer(405, 'nothing can be changed here');
    if (method === 'POST' && isFromElsewhere(headers))
      return errorAnswer(403, 'a page of another origin asked for this');
    // Wrong credentials keep nobody from what everybody may do.
    if (needs === ANYBODY) return answer(question, { by: 'nothing', name: null, scope: null });
    const asker = await askerOf(doors, question);
    if ('status' in asker) return asker;
    if (needs === WHOEVER) return jsonAnswer({ name: asker.name, scope: asker.scope });
    return refusalOf(asker, needs, question) ?? answer(question, asker);
  };
}
