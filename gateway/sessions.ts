/*
 * sessions.ts: who has logged in with a browser: a random name in a cookie stands for an account, for a while.
 * Way: login -> cookie; cookie -> account as it stands now. In memory: a restart ends all sessions.
 * A session ends with its account, and when the account's password is changed.
 */
import { toHex } from '../shared/bytes';
import { hashSecret, randomSession } from './edges/passwords';
import type { AccountRow } from './edges/store/account-table';
import {
  SESSION_IDLE_MS_MAX,
  SESSION_MS_MAX,
  SESSIONS_MAX,
  SESSIONS_PER_ACCOUNT_MAX,
} from './limits/http';

/** The sessions. */
export interface Sessions {
  /** @returns the session's name, 256 random bits. */
  start(account: AccountRow): string;
  /** The account of a session, as it stands now; null: no such session, or it ended. */
  accountOf(session: string): AccountRow | null;
  end(session: string): void;
  /** Sessions remembered. */
  size(): number;
}

interface Session {
  name: string;
  /** The account's password as it was stored then. */
  password: string;
  endsMs: number;
  idleEndsMs: number;
}

/**
 * Makes the sessions.
 * @param accountNow the account as it stands now
 * @param steadyMs ms of a clock that only rises
 */
export function createSessions(
  accountNow: (name: string) => AccountRow | undefined,
  steadyMs: () => number,
): Sessions {
  // By the hash of their names, in order of last use.
  const sessions = new Map<string, Session>();
  const keyOf = (session: string) => toHex(hashSecret(session));
  const makeRoom = (name: string) => {
    const own = [...sessions].filter(([, session]) => session.name === name);
    if (own.length >= SESSIONS_PER_ACCOUNT_MAX) sessions.delete(own[0][0]);
    else if (sessions.size >= SESSIONS_MAX) sessions.delete(sessions.keys().next().value as string);
  };
  return {
    start({ name, password }) {
      makeRoom(name);
      const session = randomSession();
      const nowMs = steadyMs();
      sessions.set(keyOf(session), {
        ...{ name, password },
        endsMs: nowMs + SESSION_MS_MAX,
        idleEndsMs: nowMs + SESSION_IDLE_MS_MAX,
      });
      return session;
    },
    accountOf(session) {
      const key = keyOf(session);
      const found = sessions.get(key);
      if (found === undefined) return null;
      sessions.delete(key);
      const nowMs = steadyMs();
      const account = accountNow(found.name);
      if (nowMs >= Math.min(found.endsMs, found.idleEndsMs)) return null;
      if (account === undefined || account.password !== found.password) return null;
      sessions.set(key, { ...found, idleEndsMs: nowMs + SESSION_IDLE_MS_MAX });
      return account;
    },
    end: (session) => void sessions.delete(keyOf(session)),
    size: () => sessions.size,
  };
}
