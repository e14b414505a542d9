/*
 * people.ts: accounts and tokens of a running gateway, changed by an administrator over HTTP.
 * Way: POST /api/v1/accounts…, /api/v1/tokens…, or a form of /admin/people -> account-changes.ts -> store, durably.
 * A password or token that was made here is told once, in the answer. Nothing of them reaches a log.
 */
import { rmSync } from 'node:fs';
import {
  type AccountFault,
  type AccountTables,
  accountFault,
  addAccount,
  addToken,
  firstPasswordFile,
  isLastAdmin,
  isTokenDays,
} from './account-changes';
import { FIRST_ACCOUNT } from './accounts';
import { isTopicWord } from './core/register';
import { SCOPES, type Scope } from './core/scopes';
import type { PostAnswer } from './edges/http/answer';
import { passwordFault, randomPassword, storePassword } from './edges/passwords';

/** Why it is not done; keys of the pages' words below `people.fault`. */
export type PeopleFault =
  | AccountFault
  | 'name'
  | 'scope'
  | 'password'
  | 'days'
  | 'last-admin'
  | 'disk-full'
  | 'unknown-act';

/** What happened. password, token: shown this once. */
export type PeopleDone =
  | { fault: PeopleFault }
  | {
      fault: null;
      name: string;
      scope?: Scope;
      password?: string;
      token?: string;
      ends?: number | null;
    };

/** What they stand on. */
export interface PeopleDoors {
  tables: AccountTables;
  durably(write: () => void): boolean;
  /** Unix s; 0 = not known. */
  nowS(): number;
  dataDir: string;
  log(line: string): void;
}

/** Accounts and tokens. */
export interface People {
  accounts(): { name: string; scope: Scope; made: number | null }[];
  tokens(): { name: string; scope: Scope; made: number | null; ends: number | null }[];
  /** @param path accounts | accounts/<name>/password, scope, remove | tokens | tokens/<name>/remove */
  change(path: string[], body: unknown): Promise<PeopleDone>;
}

const FAULT_STATUS: Readonly<Record<PeopleFault, number>> = {
  ...{ name: 400, scope: 400, password: 400, days: 400 },
  ...{ taken: 409, full: 409, 'no-time': 409, 'last-admin': 409 },
  ...{ missing: 404, 'unknown-act': 404, 'disk-full': 503 },
};

const FAULT_WORDS: Readonly<Record<PeopleFault, string>> = {
  name: "name: 1 to 64 of letters, digits, '-', '_'",
  scope: `scope: one of ${SCOPES.join(', ')}`,
  password: 'password: at least 10 characters; leave it out to have one made',
  days: 'days: a whole number of days, or leave it out',
  taken: 'this name is taken: remove that one, or take another name',
  full: 'there are too many: remove one',
  'no-time': 'the gateway does not know the time: set its clock, or leave out days',
  'last-admin': 'this is the only administrator: make another one first',
  missing: 'there is none of this name',
  'unknown-act': 'not found',
  'disk-full': 'the disk is full: nothing was changed',
};

interface Asked {
  name?: unknown;
  scope?: unknown;
  password?: unknown;
  days?: unknown;
}

function scopeOf(asked: unknown): Scope | null {
  return SCOPES.find((one) => one === asked) ?? null;
}

/** The password that was given, or a new one. */
function passwordOf({ password }: Asked): { password: string; isMade: boolean } | 'password' {
  if (password === undefined || password === '')
    return { password: randomPassword(), isMade: true };
  if (typeof password !== 'string' || passwordFault(password) !== null) return 'password';
  return { password, isMade: false };
}

/** Writes durably. */
function put({ durably }: PeopleDoors, write: () => PeopleFault | null): PeopleFault | null {
  let fault: PeopleFault | null = null;
  const isDone = durably(() => {
    fault = write();
  });
  return isDone ? fault : 'disk-full';
}

async function add(doors: PeopleDoors, asked: Asked): Promise<PeopleDone> {
  const { tables } = doors;
  const { name } = asked;
  const scope = scopeOf(asked.scope);
  if (!isTopicWord(name)) return { fault: 'name' };
  if (scope === null) return { fault: 'scope' };
  const chosen = passwordOf(asked);
  if (chosen === 'password') return { fault: chosen };
  const known = accountFault(tables, name);
  if (known !== null) return { fault: known };
  const password = await storePassword(chosen.password);
  const row = { name, scope, password, madeS: doors.nowS() };
  const fault = put(doors, () => addAccount(tables, row));
  if (fault !== null) return { fault };
  return { fault, name, scope, ...(chosen.isMade ? { password: chosen.password } : {}) };
}

async function setPassword(doors: PeopleDoors, name: string, asked: Asked): Promise<PeopleDone> {
  const { tables, dataDir } = doors;
  if (tables.account(name) === undefined) return { fault: 'missing' };
  const chosen = passwordOf(asked);
  if (chosen === 'password') return { fault: chosen };
  const line = await storePassword(chosen.password);
  const fault = put(doors, () => (tables.setPassword(name, line) ? null : 'missing'));
  if (fault !== null) return { fault };
  if (name === FIRST_ACCOUNT) rmSync(firstPasswordFile(dataDir), { force: true });
  return { fault, name, ...(chosen.isMade ? { password: chosen.password } : {}) };
}

function setScope(doors: PeopleDoors, name: string, asked: Asked): PeopleDone {
  const { tables } = doors;
  const scope = scopeOf(asked.scope);
  if (scope === null) return { fault: 'scope' };
  if (scope !== 'admin' && isLastAdmin(tables, name)) return { fault: 'last-admin' };
  const fault = put(doors, () => (tables.setScope(name, scope) ? null : 'missing'));
  return fault === null ? { fault, name, scope } : { fault };
}

function remove(doors: PeopleDoors, name: string): PeopleDone {
  const { tables, dataDir } = doors;
  if (isLastAdmin(tables, name)) return { fault: 'last-admin' };
  const fault = put(doors, () => (tables.removeAccount(name) ? null : 'missing'));
  if (fault !== null) return { fault };
  if (name === FIRST_ACCOUNT) rmSync(firstPasswordFile(dataDir), { force: true });
  return { fault, name };
}

function makeToken(doors: PeopleDoors, asked: Asked): PeopleDone {
  const { name, days = null } = asked;
  const scope = scopeOf(asked.scope);
  if (!isTopicWord(name)) return { fault: 'name' };
  if (scope === null) return { fault: 'scope' };
  if (days !== null && (typeof days !== 'number' || !isTokenDays(days))) return { fault: 'days' };
  let made: ReturnType<typeof addToken> = 'full';
  const fault = put(doors, () => {
    made = addToken(doors.tables, { name, scope, days, nowS: doors.nowS() });
    return typeof made === 'string' ? made : null;
  });
  if (fault !== null) return { fault };
  const { token, endsS } = made as unknown as { token: string; endsS: number | null };
  return { fault, name, scope, token, ends: endsS };
}

function removeToken(doors: PeopleDoors, name: string): PeopleDone {
  const fault = put(doors, () => (doors.tables.removeToken(name) ? null : 'missing'));
  return fault === null ? { fault, name } : { fault };
}

async function changeOf(doors: PeopleDoors, path: string[], asked: Asked): Promise<PeopleDone> {
  const [kind, name, act] = path;
  if (kind === 'accounts' && path.length === 1) return add(doors, asked);
  if (kind === 'tokens' && path.length === 1) return makeToken(doors, asked);
  if (path.length !== 3) return { fault: 'unknown-act' };
  if (kind === 'tokens')
    return act === 'remove' ? removeToken(doors, name) : { fault: 'unknown-act' };
  if (act === 'password') return setPassword(doors, name, asked);
  if (act === 'scope') return setScope(doors, name, asked);
  return act === 'remove' ? remove(doors, name) : { fault: 'unknown-act' };
}

/** Makes them. */
export function createPeople(doors: PeopleDoors): People {
  const { tables, log } = doors;
  return {
    accounts: () =>
      tables.accounts().map(({ name, scope, madeS }) => ({ name, scope, made: madeS || null })),
    tokens: () =>
      tables.tokens().map(({ name, scope, madeS, endsS }) => ({
        name,
        scope,
        made: madeS || null,
        ends: endsS,
      })),
    async change(path, body) {
      const asked = (typeof body === 'object' && body !== null ? body : {}) as Asked;
      const done = await changeOf(doors, path, asked);
      // Names of accounts do not reach a log: what was done is enough.
      if (done.fault === null) log(`accounts: an administrator changed ${path[0]}`);
      return done;
    },
  };
}

/** What was done, as JSON. */
export function peopleAnswer(done: PeopleDone): PostAnswer {
  if (done.fault !== null)
    return { status: FAULT_STATUS[done.fault], body: { error: FAULT_WORDS[done.fault] } };
  const { fault: _, ...body } = done;
  return { status: 200, body };
}
