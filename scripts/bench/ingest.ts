/*
 * What: how many records a second the whole path takes: frame -> session -> judge -> store -> durable commit, where the
 * outbox reads, beside the same machine's plain Ed25519 verify and plain commits, in turns in the same run.
 * From where to where: signed records as bytes of a radio's stream -> the gateway's own engine and database -> a table.
 * `npm run bench -- ingest 1000000` goes on to a million records and watches the memory.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../gateway/edges/clock';
import { keptMachine } from '../../gateway/edges/machine';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { createEngine } from '../../gateway/engine';
import { openBase } from '../../gateway/opening';
import { concat } from '../../shared/bytes';
import { RECORD_AAD, sigStructure } from '../../shared/cose';
import { radioInMemory } from './radio-in-memory';
import { benchNode, benchRegister, heardFrame, payloadOf, signed } from './village-of-records';

const NODES = 40;
const ROUNDS = 15;
const ROUND_RECORDS = 4_000;
/** Records of one chunk of the stream. */
const CHUNK_RECORDS = 50;
const RATIO_MIN = 0.6;
/** From 100,000 records on the process may grow by this much, MB: what it holds after a collection, and all of it. */
const GROWTH_MB_MAX = { held: 5, rss: 30 };
const GROWTH_STEP_RECORDS = 20_000;
const TOLD_STEP_RECORDS = 100_000;

interface Round {
  /** Chunks of the radio's stream. */
  chunks: Uint8Array[];
  /** What a plain verifier checks. */
  messages: { message: Uint8Array; signature: Uint8Array; key: KeyObject }[];
}

/** Makes rounds of records, one after the other, in the order of time. */
function recordMaker() {
  const nodes = Array.from({ length: NODES }, (_, number) => benchNode(number));
  const keys = nodes.map(({ publicKey }) => {
    const x = Buffer.from(publicKey).toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  });
  let next = 0;
  return {
    nodes,
    make(count: number): Round {
      const round: Round = { chunks: [], messages: [] };
      let frames: Uint8Array[] = [];
      for (let made = 0; made < count; made += 1, next += 1) {
        const number = next % NODES;
        const payload = payloadOf(nodes[number], number, Math.floor(next / NODES));
        const packet = signed(nodes[number], payload);
        const signature = packet.subarray(payload.length);
        round.messages.push({
          message: sigStructure(RECORD_AAD, payload),
          signature,
          key: keys[number],
        });
        frames.push(heardFrame(packet, next + 1, 1000 + number));
        if (frames.length < CHUNK_RECORDS && made < count - 1) continue;
        round.chunks.push(concat(frames));
        frames = [];
      }
      return round;
    },
  };
}

interface Cost {
  wallS: number;
  cpuS: number;
}

function costOf(run: () => void): Cost {
  const cpu = process.cpuUsage();
  const began = performance.now();
  run();
  const used = process.cpuUsage(cpu);
  return { wallS: (performance.now() - began) / 1000, cpuS: (used.user + used.system) / 1e6 };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Commits a second of one small row each, as durable as the gateway's. */
function rawCommitRate(folder: string): number {
  const database = new Sqlite(join(folder, 'raw.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB)');
  const put = database.prepare('INSERT INTO row (bytes) VALUES (?)');
  const bytes = Buffer.alloc(244);
  const commits = 200;
  const { wallS } = costOf(() => {
    for (let at = 0; at < commits; at += 1) put.run(bytes);
  });
  database.close();
  return commits / wallS;
}

/** Prints the table. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  // Beside the repository, not in /tmp: that may be memory, which has no durable commit to wait for.
  const folder = mkdtempSync(join(process.cwd(), 'dist', 'bench-ingest-'));
  try {
    return await run(folder, Number(process.argv[3] ?? 0));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The gateway's own engine over a new database, hearing a radio in this process. */
async function startEngine(folder: string, register: object) {
  const registerFile = join(folder, 'register.json');
  writeFileSync(registerFile, JSON.stringify(register));
  const options = { dataDir: folder, radios: ['tcp://127.0.0.1:1'], registerFile, log: () => {} };
  const clock = systemClock(keptMachine());
  const radio = radioInMemory();
  const base = { ...openBase(options, clock), radios: [{ name: 'memory', open: radio.open }] };
  const engine = createEngine(options, base, clock);
  engine.begin({
    ...{ afterCommit() {}, tellAll() {}, tellHealth() {}, tellByTime() {} },
    ...{ lag: () => 0, drain: async () => true, goodbye: async () => {} },
  });
  while (engine.radios.session() !== 'ready') await oneTurn();
  return {
    hear(round: Round) {
      for (const chunk of round.chunks) radio.say(chunk);
      engine.commit();
    },
    stored: () => base.store.openReader().prepare('SELECT count(*) FROM record').pluck().get(),
    close() {
      engine.end();
      base.store.close();
    },
  };
}

type Gateway = Awaited<ReturnType<typeof startEngine>>;

function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function checkAll(round: Round): void {
  for (const { message, signature, key } of round.messages)
    if (!verify(null, message, key, signature)) throw new Error('a signature does not hold');
}

/** Rounds of plain verifying and of the whole path, in turns. Prints the rates, gives the worse ratio. */
async function compare(gateway: Gateway, make: (count: number) => Round): Promise<number> {
  const ratios = { wall: [] as number[], cpu: [] as number[] };
  const rates = { path: [] as number[], verify: [] as number[] };
  for (let number = 0; number < ROUNDS; number += 1) {
    const round = make(ROUND_RECORDS);
    const plain = costOf(() => checkAll(round));
    const path = costOf(() => gateway.hear(round));
    ratios.wall.push(plain.wallS / path.wallS);
    ratios.cpu.push(plain.cpuS / path.cpuS);
    rates.path.push(ROUND_RECORDS / path.wallS);
    rates.verify.push(ROUND_RECORDS / plain.wallS);
    await oneTurn();
  }
  const [wall, cpu] = [median(ratios.wall), median(ratios.cpu)];
  console.log(`plain Ed25519 verify   ${median(rates.verify).toFixed(0)} a second`);
  console.log(
    `whole path             ${median(rates.path).toFixed(0)} records a second, durable in groups of 100`,
  );
  console.log(
    `path / verify          ${wall.toFixed(2)} by the clock, ${cpu.toFixed(2)} by CPU time`,
  );
  return Math.min(wall, cpu);
}

/** Collects what is not used any more. Node offers it behind a flag only. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Goes on to this many records, and prints the memory after each 100,000. @returns did it stay flat? */
async function watchMemory(
  gateway: Gateway,
  make: (count: number) => Round,
  fed: number,
  wanted: number,
): Promise<boolean> {
  const collect = collector();
  const seen: { heldMb: number; rssMb: number }[] = [];
  let told = 0;
  for (let records = fed; records < wanted; ) {
    gateway.hear(make(GROWTH_STEP_RECORDS));
    records += GROWTH_STEP_RECORDS;
    await oneTurn();
    if (records < told + TOLD_STEP_RECORDS) continue;
    told = records - (records % TOLD_STEP_RECORDS);
    const rssMb = process.memoryUsage.rss() / 1e6;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const heldMb = (heapUsed + external) / 1e6;
    seen.push({ heldMb, rssMb });
    console.log(
      `${String(records).padStart(9)} records   held ${heldMb.toFixed(1)} MB, resident ${rssMb.toFixed(0)} MB`,
    );
  }
  const third = Math.max(1, Math.floor(seen.length / 3));
  const growthOf = (mb: (one: (typeof seen)[0]) => number) =>
    median(seen.slice(-third).map(mb)) - median(seen.slice(0, third).map(mb));
  const held = growthOf(({ heldMb }) => heldMb);
  const rss = growthOf(({ rssMb }) => rssMb);
  const flat = held <= GROWTH_MB_MAX.held && rss <= GROWTH_MB_MAX.rss;
  console.log(
    `memory: ${flat ? 'flat' : 'GROWS'} (from the first to the last third: held ${held.toFixed(1)} MB, resident ${rss.toFixed(0)} MB)`,
  );
  return flat;
}

async function run(folder: string, recordsWanted: number): Promise<boolean> {
  const maker = recordMaker();
  const gateway = await startEngine(folder, benchRegister(maker.nodes));
  // Once before it counts: compiled, caches warm.
  gateway.hear(maker.make(ROUND_RECORDS));
  const ratio = await compare(gateway, maker.make);
  console.log(
    `plain durable commit   ${rawCommitRate(folder).toFixed(0)} a second, one small row each`,
  );
  let holds = ratio >= RATIO_MIN;
  const fed = (ROUNDS + 1) * ROUND_RECORDS;
  if (recordsWanted > fed) {
    holds = (await watchMemory(gateway, maker.make, fed, recordsWanted)) && holds;
  }
  if (Number(gateway.stored()) < Math.max(fed, recordsWanted)) throw new Error('not all is stored');
  gateway.close();
  console.log(
    holds
      ? `bar: at least ${RATIO_MIN * 100} % of plain verifying${recordsWanted > fed ? ', memory flat' : ''}`
      : `bar: MISSED (at least ${RATIO_MIN * 100} % of plain verifying, memory flat)`,
  );
  return holds;
}
