/*
 * account-changes.ts: what may be changed of accounts and tokens, and why not: one rule for the command line, the API and the pages.
 * Way: scripts/account.ts, scripts/token.ts, people.ts -> tables account and token, inside the caller's transaction.
 */
import { join } from 'node:path';
import type { Scope } from './core/scopes';
import { hashSecret, randomToken } from './edges/passwords';
import type { AccountReader, AccountRow, AccountWriter } from './edges/store/account-table';
import { ACCOUNTS_MAX, TOKEN_DAYS_MAX, TOKENS_MAX } from './limits/http';

const DAY_S = 86_400;

/** Why something is not done. no-time: a token cannot end by a clock that is not known. */
export type AccountFault = 'taken' | 'full' | 'missing' | 'no-time';

/** Both halves of the tables. */
export type AccountTables = AccountReader & AccountWriter;

/** Where the first account's password lies when nobody could see it. Removed when it is changed. */
export function firstPasswordFile(folder: string): string {
  return join(folder, 'first-password');
}

/** Why an account of this name cannot be added; null = it can. */
export function accountFault(
  tables: Pick<AccountReader, 'account' | 'accounts'>,
  name: string,
): AccountFault | null {
  if (tables.account(name)) return 'taken';
  return tables.accounts().length >= ACCOUNTS_MAX ? 'full' : null;
}

/** Adds an account. */
export function addAccount(tables: AccountTables, row: AccountRow): AccountFault | null {
  const fault = accountFault(tables, row.name);
  if (fault === null) tables.addAccount(row);
  return fault;
}

/** Is anybody admin? */
export function hasAdmin(tables: Pick<AccountReader, 'accounts'>): boolean {
  return tables.accounts().some(({ scope }) => scope === 'admin');
}

/** Is this the only administrator? */
export function isLastAdmin(tables: Pick<AccountReader, 'accounts'>, name: string): boolean {
  const admins = tables.accounts().filter(({ scope }) => scope === 'admin');
  return admins.length === 1 && admins[0].name === name;
}

/** A token that is to be made. */
export interface TokenOrder {
  name: string;
  scope: Scope;
  /** null = it does not end by itself. */
  days: number | null;
  /** Unix s; 0 = not known. */
  nowS: number;
}

/** A number of days that a token may live. */
export function isTokenDays(days: number): boolean {
  return Number.isSafeInteger(days) && days >= 1 && days <= TOKEN_DAYS_MAX;
}

/** Makes a token. @returns it, for this once: only its hash is kept. */
export function addToken(
  tables: AccountTables,
  { name, scope, days, nowS }: TokenOrder,
): { token: string; endsS: number | null } | AccountFault {
  if (days !== null && nowS === 0) return 'no-time';
  const tokens = tables.tokens();
  if (tokens.some((one) => one.name === name)) return 'taken';
  if (tokens.length >= TOKENS_MAX) return 'full';
  const token = randomToken();
  const endsS = days === null ? null : nowS + days * DAY_S;
  tables.addToken({ name, scope, hash: hashSecret(token), madeS: nowS, endsS });
  return { token, endsS };
}
