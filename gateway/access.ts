/*
 * access.ts: who asks over HTTP, may he, and what changes something.
 * Way: Question -> credentials -> scope -> routes.ts -> views.ts (reading) or one of the posts here -> Answer.
 * Described in docs/accounts.md and docs/api.md.
 */
import type { GatewayAccounts } from './accounts';
import type { ApiFunction, Sayer } from './api/answers';
import type { Stream } from './api/stream';
import { isFromElsewhere, isFromOwnPage } from './core/own-page';
import { ANYBODY, needsOf, PAGE, WHOEVER } from './core/routes';
import { allows, type Scope } from './core/scopes';
import {
  type Answer,
  type AnswerFunction,
  type AskHeaders,
  errorAnswer,
  jsonAnswer,
  type PostAnswer,
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
import type { AdminFunction, Asker, Gate } from './web/admin/gate';
import type { CheckFunction } from './web/check-view';
import type { FormErrorFunction } from './web/form-error';
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
  /** "Check this number", and the programs for browsers. */
  checks: CheckFunction;
  /** What people with an account do on pages. */
  admin: AdminFunction;
  /** Tells somebody at a page, in his language, that his form was not taken. */
  formError: FormErrorFunction;
  /** Lists for administrators; null: no such list. */
  lists(path: string): object | null;
  /** Answers POST /api/v1/<name>, whose body is this JSON value, by name. */
  posts: PostFunctions;
}

/** What changes something, by the name behind /api/v1/. The scope of each is in core/routes.ts. */
export interface PostFunctions {
  clock(body: unknown): PostAnswer;
  register(body: unknown): PostAnswer;
  language(body: unknown): PostAnswer;
  backup(): PostAnswer;
  /** accounts and tokens. @param path behind /api/v1/ */
  people(path: string[], body: unknown): Promise<PostAnswer>;
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
  const { formError } = doors;
  if (!isFromOwnPage(question.headers))
    return formError(question, errorAnswer(403, 'a form is for our own pages'));
  const read = await question.readForm();
  if ('refusal' in read) return formError(question, read.refusal);
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
  const path = segments.join('/');
  if (path === 'api/v1/stream') return doors.stream.open(from);
  const list = doors.lists(path);
  if (list !== null) return jsonAnswer(list);
  return (
    factsAnswer(doors, question, asker, null) ??
    doors.checks(question) ??
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
  const done = await posted(doors.posts, question.segments.slice(2), read.json);
  if (done !== null) return jsonAnswer(done.body, done.status);
  return factsAnswer(doors, question, asker, read.json) ?? errorAnswer(404, 'not found');
}

/** What is not a fact about sites; null: it is. */
async function posted(
  posts: PostFunctions,
  path: string[],
  body: unknown,
): Promise<PostAnswer | null> {
  const [first, ...rest] = path;
  if (first === 'accounts' || first === 'tokens') return posts.people(path, body);
  if (rest.length > 0) return null;
  if (first === 'backup') return posts.backup();
  if (first === 'clock' || first === 'register' || first === 'language') return posts[first](body);
  return null;
}

/** How a page logs somebody in and out. */
function gateOf({ accounts, sessions }: AccessDoors, { from, headers }: Question): Gate {
  return {
    logIn: (name, password) => accounts.logIn(name, password, from),
    startSession: (account) => sessionCookie(sessions.start(account)),
    endSession() {
      const session = readSessionCookie(headers.cookie);
      if (session !== null) sessions.end(session);
      return NO_SESSION_COOKIE;
    },
  };
}

/** A page that shows what this one may. Whoever is not known well enough finds the form for logging in. */
async function pageFor(doors: AccessDoors, question: Question): Promise<Answer> {
  if (question.method === 'POST' && !isFromOwnPage(question.headers))
    return doors.formError(question, errorAnswer(403, 'a form is for our own pages'));
  const found = await askerOf(doors, question);
  const nobody: Asker = { by: 'nothing', name: null, scope: null };
  return doors.admin(question, 'status' in found ? nobody : found, gateOf(doors, question));
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
    if (method === 'POST' && isFromElsewhere(headers)) {
      const refusal = errorAnswer(403, 'a page of another origin asked for this');
      const isForm = needs === PAGE || segments[0] === 'site';
      return isForm ? doors.formError(question, refusal) : refusal;
    }
    // Wrong credentials keep nobody from what everybody may do.
    if (needs === PAGE) return pageFor(doors, question);
    if (needs === ANYBODY) return answer(question, { by: 'nothing', name: null, scope: null });
    const asker = await askerOf(doors, question);
    if ('status' in asker) return asker;
    if (needs === WHOEVER) return jsonAnswer({ name: asker.name, scope: asker.scope });
    const refusal = refusalOf(asker, needs, question);
    if (refusal === null) return answer(question, asker);
    return segments[0] === 'site' && method === 'POST'
      ? doors.formError(question, refusal)
      : refusal;
  };
}
