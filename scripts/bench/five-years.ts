/*
 * What: a database of 100 sites with five years of hourly records (4.4 million), up to the hour that is over, and a gateway over it.
 * From where to where: made once in the folder for temporary files, continued to now by each bench that asks -> the real
 * `tallywell gateway` as a process. Only the signatures are made up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from '../../gateway/core/judge';
import { readRegister } from '../../gateway/core/register';
import { takeLock } from '../../gateway/edges/store/lock';
import { openStore, type Store } from '../../gateway/edges/store/store';
import { concat, toHex } from '../../shared/bytes';
import { decodeRecord } from '../../shared/record';
import { keyIdOf } from '../../shared/verify';
import { unitTemplate } from '../service-plan';
import { type BenchNode, benchNode, benchRegister, payloadOf } from './village-of-records';

/** Sites: wp-001 and so on, one node each. */
export const SITES = 100;
/** Where it lies. */
export const FOLDER = join(tmpdir(), 'tallywell-bench-history');
const HOURS = 5 * 365 * 24;
const COMMIT_HOURS = 24;
const HOUR_S = 3600;
/** Another bench may be at it, ms. */
const WAIT_MS = 600_000;

function openHourS(): number {
  return Math.floor(Date.now() / 1000 / HOUR_S) * HOUR_S;
}

/** Writes the hours from..to-1 through the gateway's own store. Hour 0 begins at startS. */
function writeHours(store: Store, nodes: BenchNode[], startS: number, from: number, to: number) {
  const keys = new Map(store.keys().map((key) => [toHex(key.keyId), key]));
  const lookups = {
    keyOf: (keyId: Uint8Array) => keys.get(toHex(keyId)),
    storedPacket: () => undefined,
    verify: () => true,
  };
  const signature = new Uint8Array(64);
  const settle = (hours: number) => {
    for (const { rowId } of keys.values()) store.noteSettled(rowId, 1, hours);
    store.commit();
  };
  for (let hour = from; hour < to; hour += 1) {
    nodes.forEach((node, number) => {
      signature[0] = hour & 255;
      const verdict = judge(concat([payloadOf(node, number, hour, startS), signature]), lookups);
      if (verdict.outcome !== 'accepted') throw new Error(JSON.stringify(verdict));
      store.addRecord(verdict, {
        ...{ atS: startS + (hour + 1) * HOUR_S + number },
        ...{ clockState: 'trusted', historical: false },
        ...{ fromRadio: 1000 + number, rssiDbm: -70, hops: 1 },
      });
    });
    // Once a day, as a running gateway does.
    if (hour % COMMIT_HOURS === 0) settle(hour + 1);
    if (hour % 4380 === 0) console.log(`making the history: ${Math.round((100 * hour) / HOURS)} %`);
  }
  settle(to);
  // The embedded broker has been told everything.
  store.setMeta('cursor:embedded:record', SITES * to);
}

function makeHistory(nodes: BenchNode[]): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const register = benchRegister(nodes);
  writeFileSync(join(FOLDER, 'register.json'), JSON.stringify(register));
  const fresh = join(FOLDER, 'fresh.sqlite');
  const store = openStore(fresh);
  store.importRegister(readRegister(register), keyIdOf, 0);
  store.commit();
  writeHours(store, nodes, openHourS() - HOURS * HOUR_S, 0, HOURS);
  store.close();
  renameSync(fresh, join(FOLDER, 'gateway.sqlite'));
}

/** Adds the hours since it was made. @returns hours that each site has now. */
function continueHistory(nodes: BenchNode[]): number {
  const store = openStore(join(FOLDER, 'gateway.sqlite'));
  const reader = store.openReader();
  const newest = reader.prepare(
    'SELECT payload FROM record WHERE node_key_id = ? AND epoch = 1 ORDER BY sequence DESC LIMIT 1',
  );
  const rowIds = new Map(store.keys().map(({ keyId, rowId }) => [toHex(keyId), rowId]));
  let hours = 0;
  let startS = 0;
  for (const node of nodes) {
    const { payload } = newest.get(rowIds.get(toHex(node.keyId))) as { payload: Uint8Array };
    const record = decodeRecord(payload);
    if (typeof record === 'string' || record.timeS === null) throw new Error('not our history');
    [node.volumeDl, node.draws] = record.counters;
    hours = record.sequence;
    startS = record.timeS - record.uptimeS;
  }
  const all = (openHourS() - startS) / HOUR_S;
  if (all > hours) writeHours(store, nodes, startS, hours, all);
  reader.close();
  store.close();
  return Math.max(all, hours);
}

/** Makes it, or continues it to now. @returns hours that each site has. */
export function readyHistory(): number {
  const nodes = Array.from({ length: SITES }, (_, number) => benchNode(number));
  if (!existsSync(join(FOLDER, 'gateway.sqlite'))) makeHistory(nodes);
  const lock = takeLock(join(FOLDER, 'gateway.lock'), WAIT_MS);
  if (lock === null) throw new Error(`another program works on ${FOLDER}`);
  try {
    return continueHistory(nodes);
  } finally {
    lock.release();
  }
}

/** The environment that the service gives the gateway. */
function serviceEnvironment(): Record<string, string> {
  const lines = unitTemplate().matchAll(/^Environment=(\w+)=(\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/**
 * Starts the gateway over it; resolves with its page's address once it answers.
 * @param nodeOptions of Node besides the service's
 */
export function startOverHistory(
  nodeOptions: string[] = [],
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    [
      ...[...nodeOptions, 'dist/tallywell.js', 'gateway', '--data', FOLDER],
      ...['--radio', 'tcp://127.0.0.1:9', '--register', join(FOLDER, 'register.json')],
      ...['--http-port', '0', '--mqtt-port', '0'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...serviceEnvironment() } },
  );
  // Also when the bench ends by an error.
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const url = /page (\S+)/.exec(text)?.[1];
      if (url) resolve({ child, url });
    });
    child.on('exit', () => reject(new Error(text)));
  });
}
