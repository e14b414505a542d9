/*
 * accounts.ts: who may do what, as HTTP and the broker ask it. Types only.
 * Way: a name and password, or a token -> a scope (core/scopes.ts).
 */
import type { Scope } from '../core/scopes';

/** The accounts of this gateway. */
export interface Accounts {
  /**
   * @param from the other side's address, so that whoever guesses from there has to wait. Without it only the name waits.
   * @returns what the account may do; null: no such account, wrong password, or too many tries just now.
   */
  login(name: string, password: string, from?: string): Promise<Scope | null>;
  /** @returns what the bearer of a token may do; null: no such token, or its time is over. */
  tokenScope(token: string): Scope | null;
}
