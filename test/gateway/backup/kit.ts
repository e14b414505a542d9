/*
 * kit.ts: databases with known records, and the verbs as processes, for the tests of backup, restore and repair.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type JudgeLookups, judge } from '../../../gateway/core/judge';
import { readRegister } from '../../../gateway/core/register';
import { loadGatewayKey } from '../../../gateway/edges/key';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore, type Store } from '../../../gateway/edges/store/store';
import { createVerifier } from '../../../gateway/edges/verify';
import { packageFolder } from '../../../scripts/village/options';
import { toHex } from '../../../shared/bytes';
import { keyIdOf } from '../../../shared/verify';
import { BOOT_S, packetOf, testNode, usage } from '../support/nodes';
import { registerJson } from '../support/places';

const verify = createVerifier();

/** A gateway's folder with its key, two sites, and this many records of each of two nodes. */
export function madeFolder(folder: string, records: number): Store {
  const key = loadGatewayKey(join(folder, 'gateway.key'), true);
  const store = openStore(join(folder, 'gateway.sqlite'));
  store.importRegister(readRegister(registerJson([1, 2])), keyIdOf, 0);
  store.setMeta('gateway_public_key', toHex(key.publicKey));
  store.setMeta('pod', 'testpod');
  store.setMeta('bulletin_sequence', 29_000_000);
  store.commit();
  addRecords(store, 1, records);
  return store;
}

/** Adds records first..last of both nodes; commits every 50. */
export function addRecords(store: Store, first: number, last: number): void {
  const keys = store.keys();
  const lookups: JudgeLookups = {
    keyOf: (keyId) => keys.find((key) => Buffer.compare(key.keyId, keyId) === 0),
    storedPacket: store.storedPacket,
    verify,
  };
  for (let sequence = first; sequence <= last; sequence += 1) {
    for (const number of [1, 2]) {
      const node = testNode(number);
      const kind = number === 2 ? 2 : 1;
      const verdict = judge(packetOf(node, usage(node, sequence, { kind })), lookups);
      if (verdict.outcome !== 'accepted') throw new Error(JSON.stringify(verdict.outcome));
      store.addRecord(verdict, {
        ...{ atS: BOOT_S + sequence * 3600 + number, clockState: 'trusted', historical: false },
        ...{ fromRadio: 100 + number, rssiDbm: -70, hops: 1 },
      });
    }
    if (sequence % 50 === 0) store.commit();
  }
  store.commit();
}

/** One value of a database. */
export function readValue(path: string, sql: string): unknown {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).pluck().get();
  } finally {
    database.close();
  }
}

/** All rows of a question. */
export function rowsOf(path: string, sql: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Runs a verb as a technician does. */
export async function tallywell(...args: string[]) {
  const script = join(packageFolder(), 'dist/tallywell.js');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    told.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    told.stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...told };
}
