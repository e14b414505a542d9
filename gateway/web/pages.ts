/*
 * pages.ts: everything behind HTTP that people see or change, put together for access.ts.
 * Way: facts, status and administration of a running gateway -> pages, checks, /admin, and what is posted.
 */
import type { Database } from 'better-sqlite3';
import type { AccessDoors } from '../access';
import type { Administration } from '../administration';
import type { Question } from '../edges/http/answer';
import { createBehindReader } from '../edges/store/read-behind';
import type { SiteReader } from '../edges/store/read-sites';
import type { FactsTelling } from '../facts-telling';
import type { GatewayStatus } from '../status';
import { createAdmin } from './admin/admin-view';
import { createChecks } from './check-view';
import { createFormError } from './form-error';
import { createPodPages } from './pod-pages';
import type { PodLanguages } from './pod-words';
import { readerOf } from './reader';

/** What pages stand on. */
export interface PagesDoors {
  pod: string;
  sites: SiteReader;
  status(): GatewayStatus;
  facts: FactsTelling;
  administration: Administration;
  reader: Database;
  languages: PodLanguages;
}

/** Puts them together. */
export function createPages(
  doors: PagesDoors,
): Omit<AccessDoors, 'views' | 'accounts' | 'sessions' | 'anonymous'> {
  const { pod, status, facts, administration, languages } = doors;
  const { keeping, answer: api, stream } = facts;
  const { posts, people, language, backupFolder, nowS } = administration;
  const { timeZone } = keeping;
  const reader = (question: Question) =>
    readerOf(question, { languages, podLanguage: language(), timeZone });
  const formError = createFormError(pod, reader);
  const behind = createBehindReader(doors.reader);
  return {
    ...{ facts: api, stream, posts, formError },
    pages: createPodPages({ pod, status, keeping, api, reader }),
    checks: createChecks({ pod, siteFacts: keeping.siteFacts, behind, reader }),
    admin: createAdmin({
      ...{ pod, reader, status, people, posts, language, backupFolder, nowS, formError },
      sites: () => administration.sites(keeping),
      register: posts.register,
      sayPeople(site, value, sayer) {
        const path = ['api', 'v1', 'sites', site, 'statements'];
        return api('POST', path, new URLSearchParams(), { about: 'people', value }, sayer);
      },
    }),
    lists(path) {
      if (path === 'api/v1/accounts') return { accounts: people.accounts() };
      return path === 'api/v1/tokens' ? { tokens: people.tokens() } : null;
    },
  };
}
