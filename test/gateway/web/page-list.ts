/*
 * page-list.ts: every page that people see. The tests in a browser go through all of them: a new page is one line here.
 */
export const PAGES: readonly string[] = [
  '/',
  '/site/wp-01',
  '/site/canteen-01',
  '/site/nowhere',
  '/milestones',
  '/notes',
  '/t',
  '/print',
  '/print?paper=58mm',
  '/check/wp-01',
  '/check/wp-01/1',
  '/clock',
  '/admin',
];

/** The same, for somebody who logged in as an administrator: a stranger finds the form for logging in. */
export const ADMIN_PAGES: readonly string[] = [
  '/admin',
  '/admin/sites',
  '/admin/people',
  '/admin/backup',
];

/** There is no such site: this is what it says. */
export const MISSING_PAGE = '/site/nowhere';

/** Pages whose words are in locales: not /clock, which is for technicians. */
export const TRANSLATED_PAGES = PAGES.filter((path) => path !== '/clock');
