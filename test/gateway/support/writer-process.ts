/*
 * writer-process.ts: writes records into a store as fast as it can, in groups, until it is killed.
 * Prints after each commit the last sequence that is durable. Arguments: database, first sequence.
 */
import { writeSync } from 'node:fs';
import { judge } from '../../../gateway/core/judge';
import { openStore } from '../../../gateway/edges/store/store';
import { packetOf, testNode, usage } from './nodes';

const [path, first] = process.argv.slice(2);
const store = openStore(path);
const node = testNode(1);
const key = store.keys()[0];
const lookups = { keyOf: () => key, storedPacket: store.storedPacket, verify: () => true };
const arrival = {
  atS: 1,
  clockState: 'trusted',
  historical: false,
  fromRadio: 1,
  rssiDbm: 0,
  hops: 0,
};
for (let sequence = Number(first); sequence < 60_000; sequence += 1) {
  const verdict = judge(packetOf(node, usage(node, sequence)), lookups);
  if (verdict.outcome === 'accepted') store.addRecord(verdict, arrival);
  if (sequence % 7 !== 0) continue;
  store.commit();
  writeSync(1, `${sequence}\n`);
}
