/*
 * facts-telling.ts: the facts of sites in a running gateway: kept, answered over HTTP, and told to the stream as they change.
 * Way: commits and statements -> what is kept is forgotten -> stream; questions -> api/.
 */
import type { Database } from 'better-sqlite3';
import { type ApiFunction, createApi } from './api/answers';
import { createFactsKeeping, type FactsKeeping } from './api/facts-keeping';
import { createStream, type Stream, siteBriefOf } from './api/stream';
import type { GatewayClock } from './edges/clock';
import { createFactsReader } from './edges/store/read-facts';
import { createRecentReader } from './edges/store/read-recent';
import type { SiteReader } from './edges/store/read-sites';
import { createStatementReader } from './edges/store/statements';
import type { Store } from './edges/store/store';
import type { GatewayOptions } from './options';
import { createPodDays } from './pod-days';
import type { Teller } from './tell';

/** The facts of a running gateway. */
export interface FactsTelling {
  keeping: FactsKeeping;
  answer: ApiFunction;
  stream: Stream;
  /** The same teller, and the stream with it. */
  telling(teller: Teller): Teller;
}

/** What it stands on. */
export interface FactsTellingDoors {
  store: Store;
  /** A connection for reading. */
  reader: Database;
  sites: SiteReader;
  clock: GatewayClock;
  /** IANA name of the people's time zone; undefined = UTC. */
  options: Pick<GatewayOptions, 'timeZone'>;
  durably(write: () => void): boolean;
  /** Told after a statement: states of these sites go to MQTT. */
  tellSites(sites: string[]): void;
}

/** Puts it together. */
export function createFactsTelling(doors: FactsTellingDoors): FactsTelling {
  const { store, reader, sites, clock, durably, options } = doors;
  const days = createPodDays(options.timeZone ?? 'UTC');
  const facts = createFactsReader(reader, sites);
  const statements = createStatementReader(reader);
  const recent = createRecentReader(reader);
  const keeping = createFactsKeeping({
    ...{ facts, recent, statements, sites, days },
    nowMs: clock.nowMs,
  });
  // Listeners live in real time, also where a parent keeps the clock.
  const every = (ms: number, run: () => void) => {
    const timer = setInterval(run, ms);
    timer.unref();
    return () => clearInterval(timer);
  };
  const stream = createStream(every, () => performance.now());
  const words = new Map<string, string>();
  const tellSite = (site: string, onlyNewWord: boolean) => {
    const one = keeping.siteFacts(site);
    if (one === null) return;
    const isNew = words.get(site) !== one.status.word;
    words.set(site, one.status.word);
    if (isNew || !onlyNewWord) stream.tell('site', siteBriefOf(one));
  };
  const changed = (names: string[]) => {
    keeping.forget(names);
    // Nobody listens: the next who asks reads.
    if (stream.size() > 0) for (const site of names) tellSite(site, false);
  };
  const answer = createApi({
    ...{ keeping, write: store.statements, durably, clock },
    onSaid(site) {
      if (site === null) {
        keeping.forget([]);
        return stream.tell('milestones', {});
      }
      changed([site]);
      doors.tellSites([site]);
      stream.tell('statement', { site });
    },
  });
  const telling = (teller: Teller): Teller => ({
    ...teller,
    afterCommit(names) {
      changed(names);
      teller.afterCommit(names);
    },
    tellAll() {
      // After a change of the register, too.
      keeping.forget();
      teller.tellAll();
    },
    tellByTime() {
      if (stream.size() > 0) for (const site of keeping.siteNames()) tellSite(site, true);
      teller.tellByTime();
    },
  });
  return { keeping, answer, stream, telling };
}
