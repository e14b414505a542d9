/*
 * admin-view.ts: answers /admin…, and /clock: who may see what, and which form does what.
 * Way: Question and who asks -> scope of the part -> page, or act and page. Every form is checked again here: what a page does not
 * show is refused, too.
 */
import { allows, type Scope } from '../../core/scopes';
import type { Answer, PostAnswer, Question } from '../../edges/http/answer';
import type { People } from '../../people';
import type { GatewayStatus } from '../../status';
import type { FormErrorFunction } from '../form-error';
import { POD_PAGE_HEADERS, podDocument } from '../frame';
import type { Reader } from '../reader';
import { backupContent } from './backup-page';
import { clockAct } from './clock-acts';
import { CLOCK_HEADERS, clockContent } from './clock-page';
import type { AdminFunction, Asker, Gate } from './gate';
import { ADMIN_PARTS, loginContent, overviewContent } from './overview-page';
import { peopleAct } from './people-acts';
import { peopleContent } from './people-page';
import { type Notice, notice } from './pieces';
import { type SiteActDoors, siteAct } from './site-acts';
import { type SitesHead, sitesContent } from './sites-page';

/** What the pages stand on. */
export interface AdminDoors extends SiteActDoors {
  reader(question: Question): Reader;
  status(): GatewayStatus;
  people: People;
  /** As POST /api/v1/clock, language and backup. */
  posts: {
    clock(body: unknown): PostAnswer;
    language(body: unknown): PostAnswer;
    backup(): PostAnswer;
  };
  /** Language of the pod; '' = as the browser asks. */
  language(): string;
  /** Where a backup goes that is made now. */
  backupFolder: string;
  formError: FormErrorFunction;
}

/** One request on its way. */
interface Visit {
  doors: AdminDoors;
  question: Question;
  asker: Asker;
  gate: Gate;
  reader: Reader;
}

/** What a part shows after a form, besides what it always shows. */
interface Shown {
  told: Notice | null;
  asked: SitesHead['asked'];
}

const NOTHING: Shown = { told: null, asked: null };

/** Words that a redirect may ask for: no others. */
const TOLD = ['admin.saved', 'admin.registered', 'admin.retired', 'backup.started', 'clock.done'];

function document({ doors, question, reader }: Visit, content: string, status: number): Answer {
  const { words, headers } = reader;
  const [first, second] = question.segments;
  const isClock = first === 'clock';
  const path =
    second === undefined || question.method === 'POST' ? `/${first}` : `/${first}/${second}`;
  const title = words.t(isClock ? 'clock.title' : 'page.admin');
  const body = podDocument({ words, pod: doors.pod, title, path, content, isLive: false });
  const own = isClock ? CLOCK_HEADERS : POD_PAGE_HEADERS;
  return { status, type: 'text/html', body, headers: { ...own, ...headers } };
}

function to(path: string, told = '', headers: Record<string, string> = {}): Answer {
  const query = told === '' ? '' : `?told=${told}`;
  return {
    status: 303,
    type: 'text/html',
    body: '',
    headers: { Location: path + query, ...headers },
  };
}

function toldBy({ query }: Question): Notice | null {
  const told = TOLD.find((one) => one === query.get('told'));
  return told === undefined ? null : notice(told);
}

/** The form for logging in. A browser opens no window of its own for Bearer. */
function loginPage(visit: Visit, status: number, told: Notice | null, next: string): Answer {
  const answer = document(visit, loginContent(visit.reader.words, told, next), status);
  if (status !== 401) return answer;
  return {
    ...answer,
    headers: { ...answer.headers, 'WWW-Authenticate': 'Bearer realm="tallywell"' },
  };
}

/** May this one do that? @returns what to answer if not. */
function refusal(visit: Visit, needs: Scope, part: string): Answer | null {
  const { scope, by } = visit.asker;
  if (by !== 'nothing' && scope !== null && allows(scope, needs)) return null;
  const next = part === '' ? '/admin' : `/admin/${part}`;
  if (by === 'nothing')
    return loginPage(visit, visit.question.method === 'GET' ? 200 : 401, null, next);
  return loginPage(visit, 403, notice('admin.notAllowed', true), next);
}

function clockPage(visit: Visit, told: Notice | null, status: number): Answer {
  const { doors, asker, reader } = visit;
  const { t, clock } = doors.status();
  const needsLogin = asker.by === 'nothing' || !allows(asker.scope ?? 'reader', 'technician');
  const head = { nowS: t, state: clock.state, needsLogin, told };
  return document(visit, clockContent(reader.words, head), status);
}

/** A part as it is now. */
function partPage(visit: Visit, part: string, { told, asked }: Shown, status = 200): Answer {
  const { doors, asker, reader } = visit;
  const { words } = reader;
  const content = () => {
    if (part === 'sites') return sitesContent(words, { sites: doors.sites(), asked, told });
    if (part === 'people') return peopleContent(words, doors.people, told);
    if (part === 'backup')
      return backupContent(words, doors.status().backup, doors.backupFolder, told);
    const { name, scope } = asker;
    const head = { name, scope: scope as Scope, told, language: doors.language() };
    return overviewContent(words, { ...head, status: doors.status() });
  };
  return document(visit, content(), status);
}

function outcome(status: number): number {
  return status >= 400 ? status : 400;
}

/** What a form comes to: where to go, or the page once more. */
function after(visit: Visit, part: string, shown: Shown, status = 400): Answer {
  const { told } = shown;
  const stays = told === null || told.isBad || told.secret !== '';
  if (stays) return partPage(visit, part, shown, told?.isBad ? outcome(status) : 200);
  return to(part === '' ? '/admin' : `/admin/${part}`, told.key);
}

function nextOf(form: URLSearchParams): string {
  const next = form.get('next');
  return Object.keys(ADMIN_PARTS).some((part) => next === `/admin/${part}`)
    ? String(next)
    : '/admin';
}

/** Checks name and password. @returns the account, or the notice and status of what is wrong. */
async function logIn({ gate }: Visit, form: URLSearchParams) {
  const login = await gate.logIn(form.get('name') ?? '', form.get('password') ?? '');
  if (login.outcome === 'good') return login.account;
  if (login.outcome === 'wrong')
    return { status: 401, told: notice('admin.wrong', true), waitS: 0 };
  const waitS = Math.max(1, Math.ceil(login.waitMs / 1000));
  return { status: 429, told: { ...notice('admin.wait', true), waitS }, waitS };
}

function withRetry(answer: Answer, waitS: number): Answer {
  if (waitS === 0) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(waitS) } };
}

async function loginAct(visit: Visit, form: URLSearchParams): Promise<Answer> {
  const login = await logIn(visit, form);
  const next = nextOf(form);
  if ('told' in login)
    return withRetry(loginPage(visit, login.status, login.told, next), login.waitS);
  return to(next, '', { 'Set-Cookie': visit.gate.startSession(login) });
}

/** Sets the clock for whoever may, also for one who gives name and password with the form and logs in no longer than that. */
async function setClock(visit: Visit, form: URLSearchParams): Promise<Answer> {
  const { doors, asker } = visit;
  let scope = asker.by === 'nothing' ? null : asker.scope;
  if (form.has('name')) {
    const login = await logIn(visit, form);
    if ('told' in login) return withRetry(clockPage(visit, login.told, login.status), login.waitS);
    scope = login.scope;
  }
  if (scope === null) return clockPage(visit, notice('form.login', true), 401);
  if (!allows(scope, 'technician')) return clockPage(visit, notice('admin.notAllowed', true), 403);
  const told = clockAct(doors.posts.clock, form);
  return told.isBad ? clockPage(visit, told, 409) : to('/clock', told.key);
}

async function actOf(visit: Visit, part: string, form: URLSearchParams): Promise<Answer> {
  const { doors, asker, question } = visit;
  if (part === 'sites') {
    const sayer = { reporter: asker.scope as Scope, from: question.from };
    return after(visit, part, siteAct(doors, form, sayer), 409);
  }
  if (part === 'people') {
    const told = await peopleAct(doors.people, form);
    return after(visit, part, { ...NOTHING, told }, 409);
  }
  if (part === 'language') {
    const { status } = doors.posts.language({ language: form.get('language') ?? '' });
    const told = status === 200 ? notice('admin.saved') : notice('form.unclear', true);
    return after(visit, '', { ...NOTHING, told }, status);
  }
  const { status, body } = doors.posts.backup();
  const told =
    status === 202
      ? notice('backup.started')
      : notice('backup.refused', true, (body as { error?: string }).error ?? '');
  return after(visit, 'backup', { ...NOTHING, told }, status);
}

async function post(visit: Visit): Promise<Answer> {
  const { question, doors, gate } = visit;
  const read = await question.readForm();
  if ('refusal' in read) return doors.formError(question, read.refusal);
  const [first, part = ''] = question.segments;
  if (first === 'clock') return setClock(visit, read.form);
  if (part === 'login') return loginAct(visit, read.form);
  if (part === 'logout') return to('/admin', '', { 'Set-Cookie': gate.endSession() });
  return refusal(visit, ADMIN_PARTS[part], part) ?? actOf(visit, part, read.form);
}

/** Makes the answers. */
export function createAdmin(doors: AdminDoors): AdminFunction {
  return async (question, asker, gate) => {
    const visit = { doors, question, asker, gate, reader: doors.reader(question) };
    if (question.method === 'POST') return post(visit);
    const [first, part = ''] = question.segments;
    const told = toldBy(question);
    if (first === 'clock') return clockPage(visit, told, 200);
    return refusal(visit, ADMIN_PARTS[part], part) ?? partPage(visit, part, { ...NOTHING, told });
  };
}
