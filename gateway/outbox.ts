/*
 * outbox.ts: tells a broker every record and notice at least once, from durable cursors.
 * Way: committed rows -> messages -> publisher. A cursor moves only after the broker's PUBACK, so each row is told at
 * least once, in order of acceptance, repeats identical. A message that the broker refuses is neither skipped nor
 * hammered: it alone is tried again at each next occasion, and everything behind it waits.
 */
import { recordMessage, topics } from './core/messages';
import type { Source } from './core/mqtt-session';
import type { GatewayClock } from './edges/clock';
import type { Publisher } from './edges/publisher';
import type { NoticeRow, RecordReader, RecordRow } from './edges/store/read-records';
import type { Store } from './edges/store/store';
import type { RowRun } from './edges/store/told-late';
import { OUTBOX_WINDOW } from './limits/mqtt';
import { createToldLate, type ToldLate } from './told-late';

/** What an outbox works with. */
export interface OutboxDoors {
  store: Store;
  records: RecordReader;
  clock: GatewayClock;
  publisher: Publisher;
  pod: string;
  /** Names the broker in the cursors: another broker starts from the first record. */
  brokerName: string;
  /** Runs what writes and makes it durable. @returns false: the disk is full. */
  durably(write: () => void): boolean;
}

interface Message {
  id: number;
  topic: string;
  payload: string;
}

/** One stream of rows with its durable cursor. */
interface Stream {
  name: 'record' | 'notice';
  cursorName: string;
  /** Messages behind a row, ready to be told now. */
  after(id: number, limit: number): Message[];
  last(): number;
}

/** Tells one stream. */
export interface Outbox {
  /** Goes on telling. Resolves when there is nothing more to do for now. */
  start(): Promise<void>;
  /** Rows not acknowledged yet. */
  lag(): number;
}

/** Makes the messages of records. `isLate`: is that row told late? */
function recordMessages(pod: string, isLate: (id: number) => boolean) {
  return (row: RecordRow): Message => {
    const historical = row.historical === 1 || isLate(row.id) ? 1 : 0;
    const { kind, body } = recordMessage({ ...row, historical });
    return { id: row.id, topic: topics(pod).record(row.site, kind), payload: JSON.stringify(body) };
  };
}

/** Makes the messages of notices. */
function noticeMessages(pod: string) {
  return ({ id, atS, body }: NoticeRow): Message => ({
    id,
    topic: topics(pod).bridge('event'),
    payload: JSON.stringify({ t: atS, ...JSON.parse(body) }),
  });
}

/** Makes a message of a record or notice again, as this broker was told it; null: there is no such row. */
export function readAgainFrom(
  doors: Pick<OutboxDoors, 'store' | 'records' | 'pod' | 'brokerName'>,
) {
  const { store, records, pod, brokerName } = doors;
  const isLate = (id: number) =>
    store.toldLate
      .read(`${brokerName}:record`)
      .some(({ first, last }) => first <= id && id <= last);
  const [ofRecord, ofNotice] = [recordMessages(pod, isLate), noticeMessages(pod)];
  return ({ outbox, id }: Source): { topic: string; payload: string } | null => {
    const [message] =
      outbox === 'record'
        ? records.recordsAfter(id - 1, 1).map(ofRecord)
        : records.noticesAfter(id - 1, 1).map(ofNotice);
    return message?.id === id ? message : null;
  };
}

/** Reads messages behind a cursor, publishes a window of them, moves the cursor over what was acknowledged. */
function createPump(store: Store, publisher: Publisher, stream: Stream): Outbox {
  let cursor = Number(store.meta(stream.cursorName) ?? 0);
  let window = OUTBOX_WINDOW;
  let running: Promise<void> | null = null;
  let again = false;
  const pumpOnce = async (): Promise<boolean> => {
    if (!publisher.isConnected()) return false;
    const messages = stream.after(cursor, window);
    if (messages.length === 0) return false;
    const results = await Promise.allSettled(
      messages.map(({ id, topic, payload }) =>
        publisher.publish(topic, payload, false, { source: { outbox: stream.name, id } }),
      ),
    );
    const failedAt = results.findIndex((result) => result.status === 'rejected');
    const told = failedAt < 0 ? messages.length : failedAt;
    // Those behind one that failed were perhaps told: they need not be repeated each time it is tried.
    window = failedAt < 0 ? OUTBOX_WINDOW : 1;
    if (told > 0) {
      cursor = messages[told - 1].id;
      store.setMetaLater(stream.cursorName, cursor);
    }
    return failedAt < 0;
  };
  const run = async () => {
    try {
      while (again) {
        again = false;
        while (await pumpOnce());
      }
    } finally {
      running = null;
    }
  };
  return {
    start() {
      again = true;
      // Later: telling may commit, and a commit starts telling.
      running ??= Promise.resolve().then(run);
      return running;
    },
    lag: () => stream.last() - cursor,
  };
}

/** Decides which records are told late, with this store. */
function toldLateOf(doors: OutboxDoors, outbox: string): ToldLate {
  const { store, records, clock } = doors;
  const [cursorName, untoldName] = [`cursor:${outbox}`, `untold:${outbox}`];
  const [cursor, untold] = [store.meta(cursorName), store.meta(untoldName)];
  const decideDurably = (limit: number, runs: RowRun[]) =>
    doors.durably(() => {
      store.setMeta(untoldName, limit);
      if (store.meta(cursorName) === undefined) store.setMeta(cursorName, 0);
      for (const run of runs) store.toldLate.put(outbox, run);
    });
  return createToldLate({
    untold: untold === undefined ? undefined : Number(untold),
    isNew: cursor === undefined,
    cursor: Number(cursor ?? 0),
    lastStored: records.lastRecordId(),
    runs: store.toldLate.read(outbox),
    nowS: () => Math.floor(clock.nowMs() / 1000),
    clockState: clock.state,
    runReceivedBefore: records.runReceivedBefore,
    noteUntold: (id) => store.setMetaLater(untoldName, id),
    decideDurably,
  });
}

/** The outbox of records. */
export interface RecordOutbox extends Outbox {
  /** The broker is not there: what is received from now on is not told in time. */
  away(): void;
  /**
   * Tells stored records of a site again, the same bytes, from this row on, as far as they were told before.
   * @returns how many, or null: that is just being done for another request.
   */
  retell(site: string, fromId: number): Promise<number> | null;
}

/** Starts the outbox of records from where its cursor stands. */
export function createRecordOutbox(doors: OutboxDoors): RecordOutbox {
  const { store, records, publisher, pod, brokerName } = doors;
  const outbox = `${brokerName}:record`;
  const cursorName = `cursor:${outbox}`;
  const late = toldLateOf(doors, outbox);
  const toMessage = recordMessages(pod, late.isLate);
  const pump = createPump(store, publisher, {
    name: 'record',
    cursorName,
    after(id, limit) {
      const rows = records.recordsAfter(id, limit);
      return late.decide(rows) ? rows.map(toMessage) : [];
    },
    last: records.lastRecordId,
  });
  let isRetelling = false;
  const tellAgain = async (site: string, fromId: number): Promise<number> => {
    const upTo = records.lastRecordId() - pump.lag();
    let told = 0;
    for (let after: number | null = fromId - 1; after !== null && after < upTo; ) {
      const { rows, next } = records.recordsOfSite(site, after, OUTBOX_WINDOW);
      const messages = rows.filter(({ id }) => id <= upTo).map(toMessage);
      await Promise.all(
        messages.map(({ id, topic, payload }) =>
          publisher.publish(topic, payload, false, { source: { outbox: 'record', id } }),
        ),
      );
      told += messages.length;
      after = next;
      // Other sites' records may lie in between, thousands of them.
      if (messages.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return told;
  };
  if (!publisher.isConnected()) late.away();
  return {
    ...pump,
    away: late.away,
    retell(site, fromId) {
      if (isRetelling) return null;
      isRetelling = true;
      return tellAgain(site, fromId).finally(() => {
        isRetelling = false;
      });
    },
  };
}

/** Starts the outbox of notices from where its cursor stands. */
export function createNoticeOutbox(doors: OutboxDoors): Outbox {
  const { store, records, publisher, pod, brokerName } = doors;
  const toMessage = noticeMessages(pod);
  return createPump(store, publisher, {
    name: 'notice',
    cursorName: `cursor:${brokerName}:notice`,
    after: (id, limit) => records.noticesAfter(id, limit).map(toMessage),
    last: records.lastNoticeId,
  });
}
