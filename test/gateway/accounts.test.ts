/*
 * Tests of accounts, sessions and tokens over a real database, with a clock that the test moves.
 */
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  createAccounts,
  FIRST_ACCOUNT,
  type GatewayAccounts,
  makeFirstAccount,
} from '../../gateway/accounts';
import type { Scope } from '../../gateway/core/scopes';
import {
  createPasswordChecker,
  hashSecret,
  type PasswordVerdict,
  randomToken,
  storePassword,
} from '../../gateway/edges/passwords';
import { type AccountFile, openAccountFile } from '../../gateway/edges/store/account-file';
import { accountReader } from '../../gateway/edges/store/account-table';
import { openStore } from '../../gateway/edges/store/store';
import {
  LOGIN_FREE_TRIES,
  LOGIN_NAME_WAIT_MS_MAX,
  PASSWORD_REMEMBERED_MS,
  SESSION_IDLE_MS_MAX,
  SESSION_MS_MAX,
  SESSIONS_PER_ACCOUNT_MAX,
} from '../../gateway/limits/http';
import { createSessions } from '../../gateway/sessions';
import { testFolder } from './support/places';

const PASSWORD = 'correct horse';
const MADE_S = 1_772_000_000;

let nowMs = 0;
let nowS = 0;
let checks: PasswordVerdict[] = [];
let lines: string[] = [];
let file: AccountFile;
let accounts: GatewayAccounts;

async function addAccount(name: string, scope: Scope, password = PASSWORD): Promise<void> {
  const line = await storePassword(password);
  file.change((tables) => tables.addAccount({ name, scope, password: line, madeS: MADE_S }));
}

function addToken(name: string, scope: Scope, endsS: number | null = null): string {
  const token = randomToken();
  const row = { name, scope, hash: hashSecret(token), madeS: MADE_S, endsS };
  file.change((tables) => tables.addToken(row));
  return token;
}

beforeEach(() => {
  [nowMs, nowS, checks, lines] = [5_000, MADE_S + 1, [], []];
  const path = join(testFolder(), 'gateway.sqlite');
  const store = openStore(path);
  const reader = store.openReader();
  file = openAccountFile(path, () => {});
  onTestFinished(() => {
    file.close();
    reader.close();
    store.close();
  });
  const { check } = createPasswordChecker();
  accounts = createAccounts({
    table: accountReader(reader),
    // The real one; only its verdicts are noted.
    passwords: {
      async check(password, line) {
        const verdict = await check(password, line);
        checks.push(verdict);
        return verdict;
      },
    },
    steadyMs: () => nowMs,
    nowS: () => nowS,
    log: (line) => lines.push(line),
  });
});

test('right, wrong, unknown: an unknown name costs the same work as a wrong password', async () => {
  await addAccount('ann', 'technician');
  expect(await accounts.login('ann', PASSWORD)).toBe('technician');
  expect(await accounts.login('ann', 'correct house')).toBe(null);
  expect(await accounts.login('nobody', PASSWORD)).toBe(null);
  expect(await accounts.login('', '')).toBe(null);
  expect(await accounts.login("ann' OR 1=1 --", PASSWORD)).toBe(null);
  expect(await accounts.login('Ann', PASSWORD)).toBe(null);
  expect(checks).toEqual(['right', 'wrong', 'wrong', 'wrong', 'wrong', 'wrong']);
});

test('a right password is not worked out again for minutes, and never after it was changed', async () => {
  await addAccount('ann', 'reader');
  for (let i = 0; i < 3; i++)
    expect(await accounts.login('ann', PASSWORD, '10.0.0.1')).toBe('reader');
  expect(checks).toEqual(['right']);
  const other = await storePassword('another one');
  file.change((tables) => tables.setPassword('ann', other));
  expect(await accounts.login('ann', PASSWORD, '10.0.0.1')).toBe(null);
  expect(await accounts.login('ann', 'another one', '10.0.0.1')).toBe('reader');
  file.change((tables) => tables.setScope('ann', 'admin'));
  expect(await accounts.login('ann', 'another one', '10.0.0.1')).toBe('admin');
  nowMs += PASSWORD_REMEMBERED_MS;
  expect(await accounts.login('ann', 'another one', '10.0.0.1')).toBe('admin');
  expect(checks).toEqual(['right', 'wrong', 'right', 'right']);
  file.change((tables) => tables.removeAccount('ann'));
  expect(await accounts.login('ann', 'another one', '10.0.0.1')).toBe(null);
});

test('guessing one name from many addresses: ten minutes are good for less than thirty guesses', async () => {
  await addAccount('ann', 'admin');
  await accounts.logIn('ann', PASSWORD, '10.0.0.1');
  const endMs = nowMs + 600_000;
  let guesses = 0;
  for (let at = 0; nowMs < endMs; at++) {
    const done = await accounts.logIn('ann', `guess ${at}`, `10.1.${at >> 8}.${at & 255}`);
    if (done.outcome === 'wait') nowMs += done.waitMs;
    else guesses += 1;
  }
  expect(guesses).toBeLessThan(LOGIN_FREE_TRIES + 5 + 600_000 / LOGIN_NAME_WAIT_MS_MAX);
  // The name waits, but not for somebody whose password is known from there.
  await accounts.logIn('ann', 'once more', '10.2.0.1');
  expect(await accounts.logIn('ann', PASSWORD, '10.2.0.2')).toMatchObject({ outcome: 'wait' });
  nowMs += LOGIN_NAME_WAIT_MS_MAX;
  expect(await accounts.login('ann', PASSWORD, '10.0.0.1')).toBe('admin');
});

test('guessing many names from one address is stopped by the address, also for what is remembered', async () => {
  await addAccount('ann', 'reader');
  expect(await accounts.login('ann', PASSWORD, '10.0.0.1')).toBe('reader');
  for (let at = 0; at < LOGIN_FREE_TRIES; at++)
    expect(await accounts.logIn(`name-${at}`, 'guess', '10.0.0.1')).toEqual({ outcome: 'wrong' });
  for (const password of ['guess', PASSWORD])
    expect(await accounts.logIn('ann', password, '10.0.0.1')).toEqual({
      ...{ outcome: 'wait', waitMs: 1_000 },
    });
  expect(await accounts.login('ann', PASSWORD, '10.0.0.2')).toBe('reader');
  nowMs += 1_000;
  expect(await accounts.login('ann', PASSWORD, '10.0.0.1')).toBe('reader');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('10.0.0.1');
  expect(lines[0]).not.toMatch(/name-|guess/);
});

test('many tries at the same moment are counted before the first is judged', async () => {
  await addAccount('ann', 'reader');
  const done = await Promise.all(
    Array.from({ length: 30 }, (_, at) => accounts.logIn('ann', `guess ${at}`, '10.0.0.1')),
  );
  expect(done.filter(({ outcome }) => outcome === 'wrong').length).toBe(LOGIN_FREE_TRIES);
  expect(checks.length).toBe(LOGIN_FREE_TRIES);
});

test('a client whose address is not told waits by its name, and by nothing else', async () => {
  await addAccount('ann', 'reader');
  for (let at = 0; at < LOGIN_FREE_TRIES; at++) await accounts.login('bob', 'guess');
  expect(await accounts.login('ann', PASSWORD)).toBe('reader');
  for (let at = 0; at < LOGIN_FREE_TRIES; at++) await accounts.login('ann', 'guess');
  expect(await accounts.login('ann', PASSWORD)).toBe(null);
});

test('tokens: theirs is their scope, they end, and one that is removed counts no more', () => {
  const [reader, technician] = [addToken('display', 'reader'), addToken('phone', 'technician')];
  const short = addToken('visit', 'admin', MADE_S + 60);
  expect([reader, technician, short].map(accounts.tokenScope)).toEqual([
    ...['reader', 'technician', 'admin'],
  ]);
  nowS = MADE_S + 60;
  expect(accounts.tokenScope(short)).toBe(null);
  file.change((tables) => tables.removeToken('phone'));
  expect(accounts.tokenScope(technician)).toBe(null);
  expect(accounts.tokenScope(reader)).toBe('reader');
  const wrong = [
    '',
    'tw_',
    reader.slice(0, -1),
    `${reader} `,
    reader.toUpperCase(),
    'x'.repeat(1e6),
  ];
  for (const token of wrong) expect(accounts.tokenScope(token)).toBe(null);
});

test('sessions: idle and absolute end, log out, changed password, bounded', async () => {
  await addAccount('ann', 'technician');
  await addAccount('bob', 'reader');
  const sessions = createSessions(accounts.accountNow, () => nowMs);
  const start = (name: string) => {
    const account = accounts.accountNow(name);
    if (account === undefined) throw new Error('no account');
    return sessions.start(account);
  };
  const idle = start('ann');
  nowMs += SESSION_IDLE_MS_MAX - 1;
  expect(sessions.accountOf(idle)?.scope).toBe('technician');
  nowMs += SESSION_IDLE_MS_MAX;
  expect(sessions.accountOf(idle)).toBe(null);
  const used = start('ann');
  const endMs = nowMs + SESSION_MS_MAX;
  for (; nowMs < endMs; nowMs += SESSION_IDLE_MS_MAX / 2)
    expect(sessions.accountOf(used)?.name).toBe('ann');
  expect(sessions.accountOf(used)).toBe(null);
  const [out, kept] = [start('ann'), start('ann')];
  sessions.end(out);
  expect([sessions.accountOf(out), sessions.accountOf(kept)?.name]).toEqual([null, 'ann']);
  file.change((tables) => tables.setScope('ann', 'reader'));
  expect(sessions.accountOf(kept)?.scope).toBe('reader');
  const other = await storePassword('another one');
  file.change((tables) => tables.setPassword('ann', other));
  expect(sessions.accountOf(kept)).toBe(null);
  const bobs = start('bob');
  const many = Array.from({ length: SESSIONS_PER_ACCOUNT_MAX * 3 }, () => start('ann'));
  expect(sessions.size()).toBe(SESSIONS_PER_ACCOUNT_MAX + 1);
  expect([sessions.accountOf(many[0]), sessions.accountOf(bobs)?.name]).toEqual([null, 'bob']);
  file.change((tables) => tables.removeAccount('ann'));
  expect(many.map(sessions.accountOf).every((account) => account === null)).toBe(true);
  expect(sessions.accountOf('x'.repeat(43))).toBe(null);
});

test('the first account is made once, told before it stands, and not made when it cannot be told', async () => {
  const path = join(testFolder(), 'gateway.sqlite');
  const store = openStore(path);
  const reader = store.openReader();
  onTestFinished(() => {
    reader.close();
    store.close();
  });
  const table = accountReader(reader);
  const fails = makeFirstAccount(store, table, MADE_S, () => {
    throw new Error('no paper');
  });
  await expect(fails).rejects.toThrow('no paper');
  store.commit();
  expect(table.accounts()).toEqual([]);
  const told: string[][] = [];
  for (let i = 0; i < 2; i++)
    await makeFirstAccount(store, table, MADE_S, (...words) => void told.push(words));
  expect(told).toEqual([[FIRST_ACCOUNT, expect.stringMatching(/^.{4}-.{4}-.{4}-.{4}$/)]]);
  const [{ password, scope }] = table.accounts();
  expect([scope, password.includes(told[0][1])]).toEqual(['admin', false]);
  expect(await createPasswordChecker().check(told[0][1], password)).toBe('right');
});
