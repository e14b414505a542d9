/*
 * Mutated frames of a radio through the whole way: framer, session, custody, store. Nothing may crash it, nothing may
 * grow, every packet is counted once, and what is stored was signed by a registered key (portable verifier, and a CBOR
 * decoder that is not ours). TALLYWELL_TEST_RUNS=50 makes it a million frames.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decode, encode } from 'cborg';
import { expect, test } from 'vitest';
import { CONFLICTS_PER_KEY_MAX, NOTICES_MAX, QUARANTINE_MAX } from '../../gateway/limits/store';
import { equal, toHex } from '../../shared/bytes';
import { encodeFromRadio } from '../../shared/meshtastic/from-radio';
import { encodeFrame } from '../../shared/meshtastic/stream';
import { REASONS } from '../../shared/reasons';
import { verifySigned } from '../../shared/verify';
import { chanceFrom } from './fuzz/chance';
import { type Material, MUTATIONS, REGISTERED } from './fuzz/frame-mutations';
import { type FuzzGateway, ownWords, startFuzzGateway } from './fuzz/fuzz-gateway';
import { testFolder } from './support/places';

const FRAMES = 20_000 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
/** What the heap may grow by between the first fifth and the end, MB: compiled code and caches. */
const GROWTH_MB_MAX = 12;
/** The kinds that cost a signature or are accepted come seldom, so that a million frames do not take an hour. */
const SELDOM = ['good'];

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMb(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

interface Row {
  payload: Buffer;
  signature: Buffer;
}

/** Is it what a registered node signed, in the one form it may be written in? */
function expectSigned({ payload, signature }: Row): void {
  const bytes = new Uint8Array(payload);
  const values = decode(bytes, { strict: true, allowIndefinite: false, useMaps: true });
  if (!equal(encode(values), bytes)) throw new Error(`not deterministic: ${toHex(bytes)}`);
  const node = REGISTERED.find(({ keyId }) => equal(keyId, values[2]));
  if (
    !node ||
    !verifySigned('tallywell-record-v1', bytes, new Uint8Array(signature), node.publicKey)
  )
    throw new Error(`stored without a signature: ${toHex(bytes)}`);
}

function countsOf(gateway: FuzzGateway): Record<string, number> {
  const rows = gateway.rows<{ reason: string; count: number }>('SELECT reason, count FROM refusal');
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}

function expectCounted(gateway: FuzzGateway): void {
  const { disagreement: _, 'bad-frame': badFrames = 0, ...counts } = countsOf(gateway);
  const [{ stored }] = gateway.rows<{ stored: number }>('SELECT count(*) AS stored FROM record');
  const known: readonly string[] = REASONS;
  expect(Object.keys(counts).filter((reason) => !known.includes(reason))).toEqual([]);
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  expect(sum + stored).toBe(gateway.expected.delivered);
  expect(badFrames).toBe(gateway.expected.badChunks);
}

function expectBounded(gateway: FuzzGateway): void {
  const count = (table: string) =>
    gateway.rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0].n;
  expect(count('quarantine')).toBeLessThanOrEqual(QUARANTINE_MAX);
  expect(count('conflict')).toBeLessThanOrEqual(CONFLICTS_PER_KEY_MAX * REGISTERED.length);
  expect(count('notice')).toBeLessThanOrEqual(NOTICES_MAX);
  expect(count('node_key')).toBe(REGISTERED.length);
}

const OWN_WORDS = ownWords().map((message) => encodeFrame(encodeFromRadio(message)));

test(`${FRAMES} mutated frames: no crash, no growth, each packet counted once, nothing stored that was not signed`, async () => {
  const gateway = await startFuzzGateway(testFolder());
  const chance = chanceFrom(20260801);
  const material: Material = {
    ...{ chance, sent: [], broadcasts: gateway.broadcasts, next: REGISTERED.map(() => 1) },
  };
  const kinds = Object.keys(MUTATIONS).filter((kind) => !SELDOM.includes(kind));
  const seen = new Set<number>();
  let firstMb = 0;
  for (let made = 0; made < FRAMES; made += 1) {
    if (made === FRAMES / 5) firstMb = heapMb();
    const kind = chance.below(60) === 0 ? 'good' : chance.pick(kinds);
    await gateway.say(MUTATIONS[kind](material));
    gateway.broadcasts.splice(0, gateway.broadcasts.length - 20);
    if (made % 7 === 0) gateway.pass(chance.below(5_000));
    // Whatever it was told of its radio, it learns the truth again: the next ones go deep.
    if (made % 40 === 0) for (const words of OWN_WORDS) await gateway.say(words);
    if (made % 500 !== 0) continue;
    gateway.commit();
    for (const row of gateway.rows<Row & { id: number }>(
      `SELECT id, payload, signature FROM record WHERE id > ${seen.size}`,
    )) {
      expectSigned(row);
      seen.add(row.id);
    }
  }
  gateway.commit();
  expectCounted(gateway);
  expectBounded(gateway);
  const grownMb = heapMb() - firstMb;
  const counts = countsOf(gateway);
  console.log(JSON.stringify({ FRAMES, ...gateway.expected, stored: seen.size, grownMb, counts }));
  gateway.close();
  expect(grownMb).toBeLessThan(GROWTH_MB_MAX);
  expect(Object.keys(counts).length).toBeGreaterThan(12);
}, 3_600_000);
