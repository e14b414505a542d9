/*
 * tell.ts: tells MQTT what is stored: records and notices from durable cursors, retained states.
 * Way: committed rows -> messages -> publisher (embedded or external broker). A cursor moves only after
 * the broker's PUBACK, so each record is told at least once, in order of acceptance, repeats identical.
 * Nothing here is needed for data to be safe: it may stop, lag or start over at any time.
 */
import { availabilityMessage, recordMessage, siteMessage, topics } from './core/messages';
import type { Source } from './core/mqtt-session';
import type { GatewayClock } from './edges/clock';
import type { Publisher } from './edges/publisher';
import type { NoticeRow, RecordReader, RecordRow } from './edges/store/read-records';
import type { SiteReader } from './edges/store/read-sites';
import type { Store } from './edges/store/store';
import { OUTBOX_WINDOW } from './limits';

/** What telling works with. */
export interface TellerDoors {
  store: Store;
  records: RecordReader;
  sites: SiteReader;
  clock: GatewayClock;
  publisher: Publisher;
  pod: string;
  /** Names the broker in the cursors: another broker starts from the first record. */
  brokerName: string;
  /** Retained facts about the gateway, and its health. */
  info(): object;
  health(): object;
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

/** Start of the day in UTC, Unix s. */
export function dayStartS(nowMs: number): number {
  const nowS = Math.floor(nowMs / 1000);
  return nowS - (nowS % 86_400);
}

interface Message {
  id: number;
  topic: string;
  payload: string;
}

/** One stream of rows with its durable cursor. */
interface Outbox {
  name: 'record' | 'notice';
  cursorName: string;
  after(id: number, limit: number): Message[];
  last(): number;
}

/** Reads messages behind a cursor, publishes a window of them, moves the cursor over what was acknowledged. */
function createPump(store: Store, publisher: Publisher, outbox: Outbox) {
  let cursor = Number(store.meta(outbox.cursorName) ?? 0);
  let running: Promise<void> | null = null;
  const pumpOnce = async (): Promise<boolean> => {
    const messages = outbox.after(cursor, OUTBOX_WINDOW);
    if (messages.length === 0 || !publisher.isConnected()) return false;
    const results = await Promise.allSettled(
      messages.map(({ id, topic, payload }) =>
        publisher.publish(topic, payload, false, { outbox: outbox.name, id }),
      ),
    );
    const failedAt = results.findIndex((result) => result.status === 'rejected');
    const told = failedAt < 0 ? messages.length : failedAt;
    if (told > 0) {
      cursor = messages[told - 1].id;
      store.setMetaLater(outbox.cursorName, cursor);
    }
    return failedAt < 0;
  };
  // Something was committed while the last look at the outbox was already over: look once more.
  let isAsked = false;
  const run = async () => {
    try {
      do {
        isAsked = false;
        while (await pumpOnce());
      } while (isAsked);
    } finally {
      running = null;
    }
  };
  return {
    start(): Promise<void> {
      isAsked = true;
      running ??= run();
      return running;
    },
    lag: () => outbox.last() - cursor,
  };
}

/** What outboxes are read from. */
type OutboxDoors = Pick<TellerDoors, 'records' | 'pod' | 'brokerName'>;

function recordOutbox(doors: OutboxDoors): Outbox {
  const { records, pod, brokerName } = doors;
  const toMessage = (row: RecordRow): Message => {
    const { kind, body } = recordMessage(row);
    return { id: row.id, topic: topics(pod).record(row.site, kind), payload: JSON.stringify(body) };
  };
  return {
    name: 'record',
    cursorName: `cursor:${brokerName}:record`,
    after: (id, limit) => records.recordsAfter(id, limit).map(toMessage),
    last: () => records.lastRecordId(),
  };
}

function noticeOutbox(doors: OutboxDoors): Outbox {
  const { records, pod, brokerName } = doors;
  const toMessage = ({ id, atS, body }: NoticeRow): Message => ({
    id,
    topic: topics(pod).bridge('event'),
    payload: JSON.stringify({ t: atS, ...JSON.parse(body) }),
  });
  return {
    name: 'notice',
    cursorName: `cursor:${brokerName}:notice`,
    after: (id, limit) => records.noticesAfter(id, limit).map(toMessage),
    last: () => records.lastNoticeId(),
  };
}

/** Makes a message of a record or notice again, as it was told; null: there is no such row. */
export function readAgainFrom(doors: Pick<OutboxDoors, 'records' | 'pod'>) {
  const outboxes = [recordOutbox, noticeOutbox].map((of) => of({ ...doors, brokerName: '' }));
  return ({ outbox: name, id }: Source): { topic: string; payload: string } | null => {
    const outbox = outboxes.find((one) => one.name === name);
    const [message] = outbox?.after(id - 1, 1) ?? [];
    return message?.id === id ? message : null;
  };
}

/** Retained messages: told when they differ from what was told last. */
function createRetained(publisher: Publisher) {
  const told = new Map<string, string>();
  return {
    forget: () => told.clear(),
    tell(topic: string, body: object) {
      const payload = JSON.stringify(body);
      if (told.get(topic) === payload || !publisher.isConnected()) return;
      told.set(topic, payload);
      publisher.publish(topic, payload, true).catch(() => {
        if (told.get(topic) === payload) told.delete(topic);
      });
    },
  };
}

/** Starts telling from where the cursors stand. */
export function createTeller(doors: TellerDoors): Teller {
  const { sites, clock, publisher, pod } = doors;
  const topic = topics(pod);
  const retained = createRetained(publisher);
  const pumps = [recordOutbox(doors), noticeOutbox(doors)].map((outbox) =>
    createPump(doors.store, publisher, outbox),
  );
  const tellSite = (site: string) => {
    const reading = sites.readSite(site, dayStartS(clock.nowMs()));
    if (reading === null) return;
    const nowS = Math.floor(clock.nowMs() / 1000);
    retained.tell(topic.siteState(site), siteMessage(reading, nowS));
    retained.tell(topic.siteAvailability(site), availabilityMessage(reading, nowS));
  };
  const pumpAll = () => Promise.all(pumps.map((pump) => pump.start()));
  const lag = () => pumps.reduce((sum, pump) => sum + pump.lag(), 0);
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
      for (const site of sites.siteNames()) tellSite(site);
      void pumpAll();
    },
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
