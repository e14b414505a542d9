/*
 * administration.ts: what administrators change of a running gateway, put together: accounts, tokens, language, backup now.
 * Way: options, store, engine -> functions for the API (access.ts) and the pages (web/admin).
 */
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { PostFunctions } from './access';
import type { FactsKeeping } from './api/facts-keeping';
import { setClockFrom } from './clock-keeping';
import { isInUse } from './core/judge';
import type { GatewayClock } from './edges/clock';
import type { PostAnswer } from './edges/http/answer';
import { stderrLog } from './edges/log';
import { accountReader } from './edges/store/account-table';
import type { Store } from './edges/store/store';
import type { Engine } from './engine';
import { type Base, importTimeS } from './opening';
import type { GatewayOptions } from './options';
import { createPeople, type People, peopleAnswer } from './people';
import { registeredSites, takeRegistration } from './registering';
import type { AdminSite } from './web/admin/sites-page';

/** Fact of the database: the language of the pages for whoever chose none. */
export const META_PAGE_LANGUAGE = 'page_language';

/** What it works with. */
export interface AdministrationDoors {
  options: GatewayOptions;
  base: Base;
  clock: GatewayClock;
  engine: Engine;
  reader: Database;
  /** Codes of the pages' languages. */
  languages: readonly string[];
}

/** What is changed, for API and pages. */
export interface Administration {
  posts: PostFunctions;
  people: People;
  /** '' = as the browser asks. */
  language(): string;
  /** Where a backup goes that is made now. */
  backupFolder: string;
  /** Sites as the pages list them. */
  sites(keeping: FactsKeeping): AdminSite[];
  /** Unix s, for what is retired now. */
  nowS(): number;
}

/** Takes {"language":"sw"}, or "" for what each browser asks. @param there codes of languages */
function createLanguage(store: Store, durably: Engine['durably'], there: readonly string[]) {
  let language = String(store.meta(META_PAGE_LANGUAGE) ?? '');
  return {
    get: () => language,
    post(body: unknown): PostAnswer {
      const { language: asked } = (body ?? {}) as { language?: unknown };
      if (typeof asked !== 'string' || (asked !== '' && !there.includes(asked))) {
        const error = `language: one of ${there.join(', ')}, or "" for what each browser asks`;
        return { status: 400, body: { error } };
      }
      if (!durably(() => store.setMeta(META_PAGE_LANGUAGE, asked)))
        return { status: 503, body: { error: 'the disk is full: nothing was changed' } };
      language = asked;
      return { status: 200, body: { language } };
    },
  };
}

/** Begins a backup. How it ends is in the status. */
function backupNow({ backups }: Engine): PostAnswer {
  if (backups.makeNow === undefined)
    return { status: 409, body: { error: 'no backups are set up' } };
  const made = backups.makeNow();
  if (made === null) return { status: 409, body: { error: 'a backup is just being made' } };
  // Why it failed is kept for the status, and logged.
  made.catch(() => {});
  return { status: 202, body: { running: true } };
}

/** Sites with what a page may change of them. */
function sitesOf({ store }: Base, keeping: FactsKeeping): AdminSite[] {
  const registered = new Map(registeredSites(store).map((site) => [site.site, site]));
  const keys = store.keys().filter(isInUse);
  return keeping.allFacts().map(({ site, name, statements }) => ({
    ...{ site, name },
    registered: registered.get(site) ?? null,
    keys: keys
      .filter(({ placements }) => placements.some((one) => one.toS === null && one.site === site))
      .map(({ publicKey }) => publicKey),
    people: statements.find(({ about }) => about === 'people')?.value ?? null,
  }));
}

/** Puts it together. */
export function createAdministration(doors: AdministrationDoors): Administration {
  const { options, base, clock, engine, reader } = doors;
  const { store, pod, register } = base;
  const log = options.log ?? stderrLog;
  const { durably } = engine;
  const isKnown = () => clock.state() !== 'unknown';
  const people = createPeople({
    tables: { ...accountReader(reader), ...store.accounts },
    nowS: () => (isKnown() ? Math.floor(clock.nowMs() / 1000) : 0),
    ...{ durably, dataDir: options.dataDir, log },
  });
  const language = createLanguage(store, durably, doors.languages);
  const registering = {
    ...{ store, pod, clock, durably, taken: engine.registerTaken, log },
    importTimeS: () => importTimeS(store, clock),
    fileSites: () => register?.sites() ?? [],
  };
  const fileSites = () => new Set(registering.fileSites());
  return {
    posts: {
      clock: (body) => setClockFrom(engine.clockKeeping, body),
      register: (body) => takeRegistration(registering, body),
      language: language.post,
      backup: () => backupNow(engine),
      people: async (path, body) => peopleAnswer(await people.change(path, body)),
    },
    people,
    language: language.get,
    backupFolder: options.backup?.folder ?? join(options.dataDir, 'backup'),
    sites(keeping) {
      const inFile = fileSites();
      // A site of the file counts as the file has it.
      return sitesOf(base, keeping).map((one) =>
        inFile.has(one.site) ? { ...one, registered: null } : one,
      );
    },
    nowS: registering.importTimeS,
  };
}
