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
  '/clock',
];

/** Pages whose words are in locales: not /clock, which is for technicians. */
export const TRANSLATED_PAGES = PAGES.filter((path) => path !== '/clock');
