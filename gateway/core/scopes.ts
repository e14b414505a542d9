/*
 * scopes.ts: what somebody with an account or a token may do.
 * Way: accounts and tokens carry one scope -> HTTP, MQTT ask allows().
 * Pure. Source: our own.
 */

/** reader: sees. technician: also sets time, tests, registers. admin: also accounts and keys. */
export type Scope = 'reader' | 'technician' | 'admin';

/** All scopes, each includes the ones before it. */
export const SCOPES: readonly Scope[] = ['reader', 'technician', 'admin'];

/** Does `held` include `needed`? */
export function allows(held: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}
