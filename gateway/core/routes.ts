/*
 * routes.ts: which request needs what: method and path -> scope.
 * Way: HTTP edge -> access.ts asks here before anything is read or answered. What is not listed needs `reader`.
 * Pure. Described in docs/api.md.
 */
import type { Scope } from './scopes';

/** Somebody without account may ask for it, whatever the options say. */
export const ANYBODY = 'anybody';
/** The same, and the answer is who he is. */
export const WHOEVER = 'whoever';

/** What a route needs. */
export type Needs = Scope | typeof ANYBODY | typeof WHOEVER;

/** Everything that changes something, by path. */
export const POST_ROUTES: Readonly<Record<string, Needs>> = {
  'api/v1/login': ANYBODY,
  'api/v1/logout': ANYBODY,
  'api/v1/clock': 'technician',
  'api/v1/register': 'technician',
};

/** The same, where a site or a number is part of the path. */
export const POST_PATTERNS: readonly (readonly [RegExp, Needs])[] = [
  [/^api\/v1\/sites\/[^/]+\/(confirmations|notes)$/, 'reader'],
  [/^api\/v1\/sites\/[^/]+\/statements$/, 'technician'],
  [/^site\/[^/]+\/says$/, 'reader'],
  [/^api\/v1\/milestones(\/[^/]+\/end)?$/, 'technician'],
];

/** Reading that needs no account, by path. */
export const OPEN_ROUTES: Readonly<Record<string, Needs>> = {
  health: ANYBODY,
  clock: ANYBODY,
  'api/v1/session': WHOEVER,
};

/** What a request needs; null: nothing can be changed at this path. */
export function needsOf(method: 'GET' | 'POST', segments: string[]): Needs | null {
  const path = segments.join('/');
  if (method === 'POST') {
    if (Object.hasOwn(POST_ROUTES, path)) return POST_ROUTES[path];
    // A name may hold a slash of its own.
    const coded = segments.map(encodeURIComponent).join('/');
    return POST_PATTERNS.find(([pattern]) => pattern.test(coded))?.[1] ?? null;
  }
  return Object.hasOwn(OPEN_ROUTES, path) ? OPEN_ROUTES[path] : 'reader';
}
