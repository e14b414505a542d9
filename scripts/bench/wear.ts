/*
 * What: how much the gateway writes to its disk for each record: 40 nodes that report hourly, at the production
 * hold-back, with sums, outbox, MQTT state, bulletins, checkpoints: everything this process writes.
 * From where to where: signed records at their times of a village clock -> the gateway's own engine, database, broker
 * and teller -> the kernel's counter write_bytes (proc_pid_io(5)) -> a table, beside a plain commit a record.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { startBroker } from '../../gateway/edges/broker/broker';
import { type ParentClock, parentClock } from '../../gateway/edges/clock';
import { createRecordReader } from '../../gateway/edges/store/read-records';
import { createSiteReader } from '../../gateway/edges/store/read-sites';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { createEngine } from '../../gateway/engine';
import { GROUP_COMMIT_MS } from '../../gateway/limits/store';
import { openBase } from '../../gateway/opening';
import { readAgainFrom } from '../../gateway/outbox';
import { createTeller } from '../../gateway/tell';
import { radioInMemory } from './radio-in-memory';
import {
  type BenchNode,
  benchNode,
  benchRegister,
  heardFrame,
  payloadOf,
  START_S,
  signed,
} from './village-of-records';

const NODES = 40;
const DAYS = 14;
/** Days before it counts: the log has been copied into the database, its file is as long as it gets. */
const DAYS_BEFORE = 2;
const KB_MAX = 10;
const STEP_MS = 1_000;
const PLAIN_RECORDS = 2_000;

/** Bytes this process has caused to be written to disks. */
function writtenBytes(): number {
  const line = /^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'));
  if (line === null) throw new Error('/proc/self/io tells no write_bytes');
  return Number(line[1]);
}

/** Bytes a record costs when each is committed by itself into one table, as SQLite stands by default. */
function plainBytes(folder: string): number {
  const database = new Sqlite(join(folder, 'plain.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(
    'CREATE TABLE record (key INTEGER, epoch INTEGER, sequence INTEGER, bytes BLOB, PRIMARY KEY (key, epoch, sequence))',
  );
  const put = database.prepare('INSERT INTO record VALUES (?, 1, ?, ?)');
  const bytes = Buffer.alloc(230, 1);
  const before = writtenBytes();
  for (let at = 0; at < PLAIN_RECORDS; at += 1)
    put.run(at % NODES, Math.floor(at / NODES) + 1, bytes);
  database.pragma('wal_checkpoint(TRUNCATE)');
  const written = writtenBytes() - before;
  database.close();
  return written / PLAIN_RECORDS;
}

/** Offsets of the nodes in the hour, s: spread by chance, always the same. */
function offsetsS(): number[] {
  let state = 12345;
  return Array.from({ length: NODES }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % 3600;
  });
}

async function openGateway(folder: string, nodes: BenchNode[], clock: ParentClock) {
  const registerFile = join(folder, 'register.json');
  writeFileSync(registerFile, JSON.stringify(benchRegister(nodes)));
  const options = { dataDir: folder, radios: ['tcp://127.0.0.1:1'], registerFile, log: () => {} };
  const radio = radioInMemory();
  const opened = openBase(options, clock);
  let commits = 0;
  const store = {
    ...opened.store,
    commit() {
      commits += 1;
      opened.store.commit();
    },
  };
  const base = { ...opened, store, radios: [{ name: 'memory', open: radio.open }] };
  const engine = createEngine(options, base, clock);
  const reader = base.store.openReader();
  const records = createRecordReader(reader);
  const publisher = await startBroker({
    ...{ host: '127.0.0.1', port: 0, tls: null, accounts: null, anonymous: 'reader' },
    ...{ pod: base.pod, homeAssistantPrefix: null, clock, kept: base.store.keptMqtt() },
    commit() {
      engine.commit();
      return base.store.pending() === 'nothing';
    },
    commitSoon: engine.commitSoon,
    readAgain: readAgainFrom({ store: base.store, records, pod: base.pod, brokerName: 'embedded' }),
    log: () => {},
  });
  base.store.keepMqtt(publisher.state.keeping);
  const teller = createTeller({
    ...{ store: base.store, clock, publisher, pod: base.pod, brokerName: 'embedded' },
    durably: engine.durably,
    ...{ records, sites: createSiteReader(reader) },
    info: () => ({}),
    health: () => ({ t: Math.floor(clock.nowMs() / 3_600_000) }),
  });
  engine.begin(teller);
  while (engine.radios.session() !== 'ready') await oneTurn();
  const reading = await subscribers(publisher.url);
  return {
    radio,
    commits: () => commits,
    queued: () => publisher.state.sessions.get('away')?.queue.size ?? 0,
    /** Until everything is told, and the subscriber that is here has acknowledged it. */
    async settle() {
      const waiting = () => publisher.state.sessions.get('here')?.queue.size ?? 0;
      while (teller.lag() > 0 || waiting() > 0) {
        if (!reading.connected) throw new Error('the subscriber was cut off');
        await oneTurn();
      }
    },
    async close() {
      await reading.endAsync();
      engine.end();
      await publisher.close();
      base.store.close();
    },
  };
}

/** Two programs with a session that lasts: "away" is never here again, "here" reads everything. */
async function subscribers(url: string): Promise<MqttClient> {
  const options = { clean: false, reconnectPeriod: 0 };
  const [away, here] = await Promise.all(
    ['away', 'here'].map((clientId) => mqtt.connectAsync(url, { ...options, clientId })),
  );
  await Promise.all([away, here].map((one) => one.subscribeAsync('tallywell/#', { qos: 1 })));
  await away.endAsync();
  return here;
}

function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Prints the table. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  // Beside the repository, not in /tmp: that may be memory, which the kernel does not count.
  const folder = mkdtempSync(join(process.cwd(), 'dist', 'bench-wear-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string): Promise<boolean> {
  const plainKb = plainBytes(folder) / 1024;
  const clock = parentClock();
  clock.set(START_S * 1000);
  const nodes = Array.from({ length: NODES }, (_, number) => benchNode(number));
  const offsets = offsetsS();
  const gateway = await openGateway(folder, nodes, clock);
  let [records, bytesOfRecords, before, commitsBefore] = [0, 0, 0, 0];
  for (let second = 3600; second < (DAYS_BEFORE + DAYS) * 86_400; second += STEP_MS / 1000) {
    clock.set((START_S + second) * 1000);
    clock.runDue();
    if (second === DAYS_BEFORE * 86_400)
      [records, bytesOfRecords, before, commitsBefore] = [0, 0, writtenBytes(), gateway.commits()];
    const hour = Math.floor(second / 3600) - 1;
    for (let number = 0; number < NODES; number += 1) {
      if (offsets[number] !== second % 3600) continue;
      const packet = signed(nodes[number], payloadOf(nodes[number], number, hour));
      gateway.radio.say(heardFrame(packet, hour * NODES + number + 1, 1000 + number));
      records += 1;
      bytesOfRecords += packet.length;
    }
    if (second % 60 !== 0) continue;
    await oneTurn();
    await gateway.settle();
  }
  await gateway.settle();
  const kb = (writtenBytes() - before) / records / 1024;
  const commits = (gateway.commits() - commitsBefore) / records;
  const queued = gateway.queued();
  await gateway.close();
  const yearGb = (kb * NODES * 24 * 365) / 1024 / 1024;
  console.log(
    `records                ${records} of ${NODES} nodes in ${DAYS} days, ${(bytesOfRecords / records).toFixed(0)} bytes each`,
  );
  console.log(`plain commit each      ${plainKb.toFixed(1)} KB a record into one table`);
  console.log(
    `this gateway           ${kb.toFixed(1)} KB a record, all files; ${commits.toFixed(2)} commits a record, held back at most ${GROUP_COMMIT_MS / 1000} s`,
  );
  console.log(
    `MQTT                   one subscriber reads, ${queued} messages wait for one that is away`,
  );
  console.log(
    `a year                 ${yearGb.toFixed(1)} GB; ${gateway.radio.packetsTaken()} packets sent in ${DAYS_BEFORE + DAYS} days`,
  );
  const holds = kb <= KB_MAX;
  console.log(`bar: ${holds ? 'at most' : 'MORE THAN'} ${KB_MAX} KB a record`);
  return holds;
}
