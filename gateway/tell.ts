/*
 * tell.ts: tells MQTT what is stored: records and notices from durable cursors (outbox.ts), retained states.
 * Way: committed rows -> messages -> publisher (embedded or external broker).
 * Nothing here is needed for data to be safe: it may stop, lag or start over at any time.
 */
import type { Discovery } from './core/home-assistant';
import { availabilityMessage, type SiteReading, siteMessage, topics } from './core/messages';
import type { Publisher } from './edges/publisher';
import type { SiteReader } from './edges/store/read-sites';
import {
  createNoticeOutbox,
  createRecordOutbox,
  type OutboxDoors,
  type RecordOutbox,
} from './outbox';

/** What telling works with. */
export interface TellerDoors extends OutboxDoors {
  sites: SiteReader;
  /** Retained facts about the gateway, and its health. */
  info(): object;
  health(): object;
  /** Home Assistant's discovery, where it is wanted. */
  discovery?: TellerDiscovery;
}

/** Configurations of devices, retained. */
export interface TellerDiscovery {
  gateway(): Discovery;
  site(reading: SiteReading): Discovery;
}

/** Tells MQTT. */
export interface Teller {
  /** Something was committed: sites with news, and records behind the cursor. */
  afterCommit(changedSites: string[]): void;
  /** Tells every retained state again: after each connect to a broker. */
  tellAll(): void;
  /** Tells the gateway's health now: after refusals were counted. */
  tellHealth(): void;
  /** Tells states that changed by time alone (no news, a new day) and the gateway's health. */
  tellByTime(): void;
  /** Records and notices accepted but not yet acknowledged by the broker. */
  lag(): number;
  /** Waits until everything is told, at most `ms`. @returns was it? */
  drain(ms: number): Promise<boolean>;
  /** Says "offline" before a graceful end. */
  goodbye(): Promise<void>;
}

/** A teller with a broker behind it. */
export interface BrokerTeller extends Teller {
  /** The connection to the broker was lost. */
  away(): void;
  /** Tells stored records of a site again; see outbox.ts. */
  retell: RecordOutbox['retell'];
}

/** Start of the day in UTC, Unix s. */
export function dayStartS(nowMs: number): number {
  const nowS = Math.floor(nowMs / 1000);
  return nowS - (nowS % 86_400);
}

/** Retained messages: told when they differ from what was told last. */
function createRetained(publisher: Publisher) {
  const told = new Map<string, string>();
  return {
    forget: () => told.clear(),
    tell(topic: string, body: object | string) {
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      if (told.get(topic) === payload || !publisher.isConnected()) return;
      told.set(topic, payload);
      publisher.publish(topic, payload, true).catch(() => {
        if (told.get(topic) === payload) told.delete(topic);
      });
    },
  };
}

/** Starts telling from where the cursors stand. */
export function createTeller(doors: TellerDoors): BrokerTeller {
  const { sites, clock, publisher, pod } = doors;
  const topic = topics(pod);
  const retained = createRetained(publisher);
  const recordOutbox = createRecordOutbox(doors);
  const outboxes = [recordOutbox, createNoticeOutbox(doors)];
  const tellDiscovery = (discovery: Discovery | undefined) => {
    if (discovery !== undefined) retained.tell(discovery.topic, discovery.payload);
  };
  const tellSite = (site: string) => {
    const reading = sites.readSite(site, dayStartS(clock.nowMs()));
    if (reading === null) return;
    const nowS = Math.floor(clock.nowMs() / 1000);
    retained.tell(topic.siteState(site), siteMessage(reading, nowS));
    retained.tell(topic.siteAvailability(site), availabilityMessage(reading, nowS));
    tellDiscovery(doors.discovery?.site(reading));
  };
  const pumpAll = () => Promise.all(outboxes.map((outbox) => outbox.start()));
  const lag = () => outboxes.reduce((sum, outbox) => sum + outbox.lag(), 0);
  return {
    afterCommit(changedSites) {
      if (!publisher.isConnected()) return;
      for (const site of changedSites) tellSite(site);
      void pumpAll();
    },
    tellAll() {
      retained.forget();
      retained.tell(topic.bridge('state'), { state: 'online' });
      retained.tell(topic.bridge('info'), doors.info());
      retained.tell(topic.bridge('health'), doors.health());
      tellDiscovery(doors.discovery?.gateway());
      for (const site of sites.siteNames()) tellSite(site);
      void pumpAll();
    },
    away: recordOutbox.away,
    retell: recordOutbox.retell,
    tellHealth: () => retained.tell(topic.bridge('health'), doors.health()),
    tellByTime() {
      if (!publisher.isConnected()) return;
      retained.tell(topic.bridge('health'), doors.health());
      for (const site of sites.siteNames()) tellSite(site);
      void pumpAll();
    },
    lag,
    async drain(ms) {
      const deadline = performance.now() + ms;
      while (lag() > 0 && performance.now() < deadline) {
        await pumpAll();
        if (lag() > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return lag() === 0;
    },
    async goodbye() {
      if (!publisher.isConnected()) return;
      const offline = JSON.stringify({ state: 'offline' });
      await publisher.publish(topic.bridge('state'), offline, true).catch(() => {});
    },
  };
}
