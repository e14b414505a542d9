/*
 * mqtt-rows.ts: the tables of the embedded broker: read once at a start, and written within the group transaction.
 * Way: core/mqtt-state.ts -> rows, beside the place in the outbox they belong to. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import {
  emptySession,
  type Incoming,
  type MqttPacket,
  type Queued,
  type Session,
  type Source,
  type Subscription,
} from '../../core/mqtt-session';
import type { KeptMqtt, MqttChanges, MqttKeeping, Will } from '../../core/mqtt-state';
import type { Scope } from '../../core/scopes';

type Payload = Uint8Array | string | null;

interface OutgoingRow {
  place: number;
  session_id: number;
  outbox: Source['outbox'] | null;
  outbox_id: number | null;
  message_id: number | null;
  packet: string | null;
  payload: Payload;
}

/** The packet without payload, as JSON, and the payload. */
function apart(packet: MqttPacket): [string, Payload] {
  const { payload, ...rest } = packet;
  return [JSON.stringify(rest), payload ?? null];
}

function together({ packet, payload }: { packet: string; payload: Payload }): MqttPacket {
  return payload === null ? JSON.parse(packet) : { ...JSON.parse(packet), payload };
}

/** A message of the outbox is told as QoS 1, so nothing more need be kept of it than which one. */
function queuedOf(row: OutgoingRow, session: Session): Queued {
  const { place, outbox, outbox_id } = row;
  const source = outbox === null ? null : { outbox, id: outbox_id ?? 0 };
  const plain: MqttPacket = {
    cmd: 'publish',
    topic: '',
    payload: '',
    qos: 1,
    retain: false,
    dup: false,
  };
  const packet: MqttPacket =
    row.packet === null ? plain : together({ packet: row.packet, payload: row.payload });
  if (source !== null) packet.payload = '';
  if (packet.cmd === 'publish' || row.message_id !== null)
    packet.messageId = row.message_id ?? undefined;
  return { place, session, source, packet, stored: true, gone: false };
}

function sessionsOf(database: Database): Map<number, Session> {
  const rows = database.prepare('SELECT * FROM mqtt_session ORDER BY id').all() as {
    id: number;
    client_id: string;
    owner: string;
    scope: Scope;
    idle_s: number;
    subscriptions: string;
  }[];
  return new Map(
    rows.map((row) => {
      const subscriptions = JSON.parse(row.subscriptions) as Subscription[];
      const session: Session = {
        ...emptySession(row.client_id, 0),
        ...{ rowId: row.id, owner: row.owner, scope: row.scope, idleS: row.idle_s, stored: true },
        subscriptions: new Map(subscriptions.map((one) => [one.topic, one])),
      };
      return [row.id, session];
    }),
  );
}

function readAll(database: Database): KeptMqtt {
  const sessions = sessionsOf(database);
  const all = <T>(sql: string) => database.prepare(sql).all() as T[];
  const withSession = <R extends { session_id: number }, T>(
    rows: R[],
    make: (row: R, session: Session) => T,
  ) =>
    rows.flatMap((row) => {
      const session = sessions.get(row.session_id);
      return session ? [make(row, session)] : [];
    });
  const packets = 'SELECT packet, payload FROM';
  return {
    sessions: [...sessions.values()],
    queued: withSession(all<OutgoingRow>('SELECT * FROM mqtt_outgoing ORDER BY place'), queuedOf),
    incoming: withSession(
      all<{ session_id: number; packet: string; payload: Payload }>(
        'SELECT session_id, packet, payload FROM mqtt_incoming',
      ),
      (row, session): Incoming => ({ session, packet: together(row), stored: true, gone: false }),
    ),
    retained: all<{ packet: string; payload: Payload }>(
      `${packets} mqtt_retained ORDER BY rowid`,
    ).map(together),
    wills: all<{ client_id: string; packet: string; payload: Payload }>(
      'SELECT client_id, packet, payload FROM mqtt_will',
    ).map((row): Will => ({ clientId: row.client_id, packet: together(row) })),
  };
}

function sessionWriter(database: Database) {
  const put = database.prepare(
    'INSERT INTO mqtt_session (client_id, owner, scope, idle_s, subscriptions) VALUES (?,?,?,?,?)',
  );
  const change = database.prepare(
    'UPDATE mqtt_session SET owner = ?, scope = ?, idle_s = ?, subscriptions = ? WHERE id = ?',
  );
  const drops = ['mqtt_session WHERE id', 'mqtt_outgoing WHERE session_id'].concat(
    'mqtt_incoming WHERE session_id',
  );
  const drop = drops.map((rows) => database.prepare(`DELETE FROM ${rows} = ?`));
  return (session: Session) => {
    const { clientId, owner, scope, rowId } = session;
    if (session.gone) {
      if (session.stored) for (const statement of drop) statement.run(rowId);
      return;
    }
    const subscriptions = JSON.stringify([...session.subscriptions.values()]);
    const idleS = Math.floor(session.idleS);
    if (session.stored) change.run(owner, scope, idleS, subscriptions, rowId);
    else
      session.rowId = Number(put.run(clientId, owner, scope, idleS, subscriptions).lastInsertRowid);
  };
}

function queueWriter(database: Database) {
  const put = database.prepare(
    'INSERT OR REPLACE INTO mqtt_outgoing (place, session_id, outbox, outbox_id, message_id, packet, payload) VALUES (?,?,?,?,?,?,?)',
  );
  const drop = database.prepare('DELETE FROM mqtt_outgoing WHERE place = ?');
  return ({ place, session, source, packet, gone }: Queued) => {
    if (session.gone) return;
    if (gone) return drop.run(place);
    const isTold = source !== null && source.outbox !== 'retained';
    const [text, payload] = isTold ? [null, null] : apart(packet);
    const { outbox = null, id = null } = source ?? {};
    const kept = source === null ? payload : null;
    return put.run(place, session.rowId, outbox, id, packet.messageId ?? null, text, kept);
  };
}

function incomingWriter(database: Database) {
  const put = database.prepare('INSERT OR REPLACE INTO mqtt_incoming VALUES (?,?,?,?)');
  const drop = database.prepare(
    'DELETE FROM mqtt_incoming WHERE session_id = ? AND message_id = ?',
  );
  return ({ session, packet, gone }: Incoming) => {
    if (session.gone) return;
    if (gone) drop.run(session.rowId, packet.messageId);
    else put.run(session.rowId, packet.messageId, ...apart(packet));
  };
}

/** Reads and writes of the broker's tables. @param addNotice writes a notice, within the same transaction */
export function mqttRows(database: Database, addNotice: (atS: number, body: object) => void) {
  const writeSession = sessionWriter(database);
  const writeQueued = queueWriter(database);
  const writeIncoming = incomingWriter(database);
  const named = (table: string, name: string) => ({
    put: database.prepare(
      `INSERT OR REPLACE INTO ${table} (${name}, packet, payload) VALUES (?,?,?)`,
    ),
    drop: database.prepare(`DELETE FROM ${table} WHERE ${name} = ?`),
  });
  const retained = named('mqtt_retained', 'topic');
  const wills = named('mqtt_will', 'client_id');
  const writeAll = (changes: MqttChanges) => {
    // Those that go first: a new session may have the client identifier of one of them.
    for (const session of changes.sessions) if (session.gone) writeSession(session);
    for (const session of changes.sessions) if (!session.gone) writeSession(session);
    for (const queued of changes.queued) writeQueued(queued);
    for (const incoming of changes.incoming) writeIncoming(incoming);
    for (const topic of changes.retained.drop) retained.drop.run(topic);
    for (const packet of changes.retained.put) retained.put.run(packet.topic, ...apart(packet));
    for (const clientId of changes.wills.drop) wills.drop.run(clientId);
    for (const { clientId, packet } of changes.wills.put) wills.put.run(clientId, ...apart(packet));
    for (const { atS, body } of changes.notices) addNotice(atS, body);
  };
  return {
    read: () => readAll(database),
    /** Writes what changed. @returns to be called once that is durable */
    write(keeping: MqttKeeping): () => void {
      const changes = keeping.changes();
      writeAll(changes);
      return () => keeping.written(changes);
    },
  };
}
