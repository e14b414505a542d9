/*
 * gate.ts: who is at a page, and how a page lets people in and out. Types only.
 * Way: access.ts -> pages of /admin and /clock.
 */
import type { LoginOutcome } from '../../accounts';
import type { Scope } from '../../core/scopes';
import type { Answer, Question } from '../../edges/http/answer';
import type { AccountRow } from '../../edges/store/account-table';

/** Who asks. */
export interface Asker {
  /** session: by a cookie, which browsers send without being asked. */
  by: 'nothing' | 'token' | 'password' | 'session';
  /** null: a token, or nobody. */
  name: string | null;
  /** null: may do nothing that needs an account. */
  scope: Scope | null;
}

/** Lets people in and out. Limits of guessing hold here as everywhere. */
export interface Gate {
  logIn(name: string, password: string): Promise<LoginOutcome>;
  /** @returns Set-Cookie */
  startSession(account: AccountRow): string;
  /** @returns Set-Cookie */
  endSession(): string;
}

/** Answers everything below /admin, and /clock. A form was sent by our own page. */
export type AdminFunction = (question: Question, asker: Asker, gate: Gate) => Promise<Answer>;
