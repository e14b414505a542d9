/*
 * entrance.ts: accounts, sessions and access of a running gateway, put together.
 * Way: options, database, clock -> accounts (for HTTP and the broker) and the answer function of HTTP.
 */
import type { Database } from 'better-sqlite3';
import { type AccessDoors, createAccess } from './access';
import { createAccounts, type GatewayAccounts, makeFirstAccount } from './accounts';
import type { GatewayClock } from './edges/clock';
import type { QuestionFunction } from './edges/http/answer';
import { stderrLog } from './edges/log';
import { createPasswordChecker } from './edges/passwords';
import { accountReader } from './edges/store/account-table';
import type { Store } from './edges/store/store';
import type { GatewayOptions } from './options';
import { withPortal } from './portal';
import { createSessions } from './sessions';

/** Where everybody comes in. */
export interface Entrance {
  accounts: GatewayAccounts;
  /** The answer function of HTTP over what is behind it. */
  answers(behind: Omit<AccessDoors, 'accounts' | 'sessions' | 'anonymous'>): QuestionFunction;
}

/**
 * Opens it. Makes the first account where the options ask for it.
 * @param reader a connection that sees what other processes committed
 * Rejects: when the first account cannot be written.
 */
export async function openEntrance(
  options: GatewayOptions,
  store: Store,
  reader: Database,
  clock: GatewayClock,
): Promise<Entrance> {
  const table = accountReader(reader);
  // Whoever guesses lives in real time, also where a parent keeps the clock.
  const steadyMs = () => performance.now();
  const nowS = () => Math.floor(clock.nowMs() / 1000);
  const log = options.log ?? stderrLog;
  const passwords = createPasswordChecker();
  const accounts = createAccounts({ table, passwords, steadyMs, nowS, log });
  const sessions = createSessions(accounts.accountNow, steadyMs);
  if (options.firstAccount !== undefined) {
    const madeS = clock.state() === 'unknown' ? 0 : nowS();
    await makeFirstAccount(store, table, madeS, options.firstAccount);
  }
  const anonymous = options.anonymous ?? 'reader';
  return {
    accounts,
    answers: (behind) =>
      withPortal(createAccess({ accounts, sessions, anonymous, ...behind }), steadyMs),
  };
}
