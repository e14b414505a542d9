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
/** The same: a page that shows what this one may, and a form for logging in. Its forms ask for a scope each (web/admin). */
export const PAGE = 'page';

/** What a route needs. */
export type Needs = Scope | typeof ANYBODY | typeof WHOEVER | typeof PAGE;

/** Everything that changes something, by path. */
export const POST_ROUTES: Readonly<Record<string, Needs>> = {
  'api/v1/login': ANYBODY,
  'api/v1/logout': ANYBODY,
  'api/v1/clock': 'technician',
  'api/v1/register': 'technician',
  'api/v1/language': 'technician',
  'api/v1/backup': 'admin',
  'api/v1/accounts': 'admin',
  'api/v1/tokens': 'admin',
  clock: PAGE,
};

/** The same, where a site or a number is part of the path. */
export const POST_PATTERNS: readonly (readonly [RegExp, Needs])[] = [
  [/^api\/v1\/sites\/[^/]+\/(confirmations|notes)$/, 'reader'],
  [/^api\/v1\/sites\/[^/]+\/statements$/, 'technician'],
  [/^site\/[^/]+\/says$/, 'reader'],
  [/^api\/v1\/milestones(\/[^/]+\/end)?$/, 'technician'],
  [/^api\/v1\/accounts\/[^/]+\/(password|scope|remove)$/, 'admin'],
  [/^api\/v1\/tokens\/[^/]+\/remove$/, 'admin'],
  [/^admin\/(login|logout|language|sites|people|backup)$/, PAGE],
];

/** Reading that needs no account, or more than a reader's, by path. */
export const OPEN_ROUTES: Readonly<Record<string, Needs>> = {
  health: ANYBODY,
  clock: PAGE,
  admin: PAGE,
  'admin/sites': PAGE,
  'admin/people': PAGE,
  'admin/backup': PAGE,
  'api/v1/session': WHOEVER,
  'api/v1/accounts': 'admin',
  'api/v1/tokens': 'admin',
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
  // Programs for browsers: what is in them is public.
  if (segments[0] === 'assets') return ANYBODY;
  return Object.hasOwn(OPEN_ROUTES, path) ? OPEN_ROUTES[path] : 'reader';
}
