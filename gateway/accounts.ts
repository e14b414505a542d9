/*
 * accounts.ts: decides who somebody is: by name and password, or by a token.
 * Way: HTTP, MQTT -> tables account and token (read at each question), scrypt -> a scope.
 * A right password is remembered for minutes, under a key that dies with the process: HTTP Basic sends it again and again.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { addressKey } from './core/addresses';
import { createBackoff } from './core/backoff';
import type { Scope } from './core/scopes';
import type { Accounts } from './edges/accounts';
import type { Log } from './edges/log';
import { hashSecret, type PasswordChecker, randomPassword, storePassword } from './edges/passwords';
import type { AccountReader, AccountRow } from './edges/store/account-table';
import type { Store } from './edges/store/store';
import {
  LOGIN_ADDRESS_WAIT_MS_MAX,
  LOGIN_NAME_WAIT_MS_MAX,
  LOGIN_WAIT_MS_MIN,
  PASSWORD_REMEMBERED_MS,
  PASSWORDS_REMEMBERED_MAX,
  TOKEN_CHARS_MAX,
} from './limits/http';

/** How a login ended. */
export type LoginOutcome =
  | { outcome: 'good'; account: AccountRow }
  | { outcome: 'wrong' }
  /** Too many tries: how long to wait, ms. */
  | { outcome: 'wait'; waitMs: number };

/** The accounts, as HTTP asks them. */
export interface GatewayAccounts extends Accounts {
  logIn(name: string, password: string, from: string | undefined): Promise<LoginOutcome>;
  /** The account as it stands now. */
  accountNow(name: string): AccountRow | undefined;
}

/** What accounts stand on. */
export interface AccountDoors {
  table: AccountReader;
  passwords: PasswordChecker;
  /** Time for waits, ms, of a clock that only rises: real time, for whoever guesses lives in it. */
  steadyMs(): number;
  /** Unix time by the gateway's clock, s, for tokens that end. While it is unknown it lies in the past. */
  nowS(): number;
  log: Log;
}

/** Right passwords, for minutes. They count only while the account has the same password. */
function createMemory(steadyMs: () => number) {
  const secret = randomBytes(32);
  const known = new Map<string, { line: string; untilMs: number }>();
  const keyOf = (name: string, password: string, from: string | undefined) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([name, password, from ?? null]))
      .digest('hex');
  return {
    has(account: AccountRow, password: string, from: string | undefined): boolean {
      const found = known.get(keyOf(account.name, password, from));
      return found?.line === account.password && steadyMs() < found.untilMs;
    },
    add(account: AccountRow, password: string, from: string | undefined): void {
      const key = keyOf(account.name, password, from);
      known.delete(key);
      if (known.size >= PASSWORDS_REMEMBERED_MAX) known.delete(known.keys().next().value as string);
      known.set(key, { line: account.password, untilMs: steadyMs() + PASSWORD_REMEMBERED_MS });
    },
  };
}

/** Who has to wait: the name, so that many addresses cannot guess one; the address, so that one cannot guess many. */
function createWaits(steadyMs: () => number) {
  const names = createBackoff(LOGIN_NAME_WAIT_MS_MAX);
  const addresses = createBackoff(LOGIN_ADDRESS_WAIT_MS_MAX);
  const keyOf = (from: string | undefined) => (from === undefined ? null : addressKey(from));
  return {
    ofName: (name: string) => names.waitMs(name, steadyMs()),
    ofAddress(from: string | undefined): number {
      const key = keyOf(from);
      return key === null ? 0 : addresses.waitMs(key, steadyMs());
    },
    tried(name: string, from: string | undefined): void {
      const key = keyOf(from);
      names.failed(name, steadyMs());
      if (key !== null) addresses.failed(key, steadyMs());
    },
    /** The try does not count. A good one also clears its name. */
    undo(name: string, from: string | undefined, isGood: boolean): void {
      const key = keyOf(from);
      if (isGood) names.clear(name);
      else names.forgive(name);
      if (key !== null) addresses.forgive(key);
    },
  };
}

/** Puts the accounts together. */
export function createAccounts(doors: AccountDoors): GatewayAccounts {
  const { table, passwords, steadyMs, log } = doors;
  const memory = createMemory(steadyMs);
  const waits = createWaits(steadyMs);
  const logIn = async (
    name: string,
    password: string,
    from: string | undefined,
  ): Promise<LoginOutcome> => {
    const account = table.account(name);
    // What is remembered is asked after the address's wait: else it could be guessed at without any.
    const waitMs = from === undefined ? waits.ofName(name) : waits.ofAddress(from);
    if (waitMs > 0) return { outcome: 'wait', waitMs };
    if (account && memory.has(account, password, from)) return { outcome: 'good', account };
    const nameWaitMs = waits.ofName(name);
    if (nameWaitMs > 0) return { outcome: 'wait', waitMs: nameWaitMs };
    waits.tried(name, from);
    const verdict = await passwords.check(password, account?.password);
    if (verdict === 'busy') {
      waits.undo(name, from, false);
      return { outcome: 'wait', waitMs: LOGIN_WAIT_MS_MIN };
    }
    if (verdict === 'right' && account !== undefined) {
      waits.undo(name, from, true);
      memory.add(account, password, from);
      return { outcome: 'good', account };
    }
    // Never the name: people type their password there.
    if (Math.max(waits.ofName(name), waits.ofAddress(from)) > 0)
      log(`login refused several times, the last time from ${from ?? 'a client of the broker'}`);
    return { outcome: 'wrong' };
  };
  return {
    logIn,
    accountNow: table.account,
    async login(name, password, from) {
      const done = await logIn(name, password, from);
      return done.outcome === 'good' ? done.account.scope : null;
    },
    tokenScope(token): Scope | null {
      if (token.length > TOKEN_CHARS_MAX) return null;
      const found = table.tokenOf(hashSecret(token));
      if (found === undefined) return null;
      return found.endsS === null || doors.nowS() < found.endsS ? found.scope : null;
    },
  };
}

/** Name of the account that is made when there is none. */
export const FIRST_ACCOUNT = 'admin';

/**
 * Makes the first account, when there is none at all: FIRST_ACCOUNT with scope admin and a random password.
 * @param tell tells a person the password, which nobody can ask for again. When it throws there is no account.
 * Rejects: when it cannot be told or written.
 */
export async function makeFirstAccount(
  store: Store,
  table: AccountReader,
  madeS: number,
  tell: (name: string, password: string) => void,
): Promise<void> {
  if (table.accounts().length > 0) return;
  const password = randomPassword();
  const line = await storePassword(password);
  store.accounts.addAccount({ name: FIRST_ACCOUNT, scope: 'admin', password: line, madeS });
  try {
    // Told before it is durable: told twice after a power cut is better than never.
    tell(FIRST_ACCOUNT, password);
  } catch (error) {
    store.rollback();
    throw error;
  }
  store.commit();
}
