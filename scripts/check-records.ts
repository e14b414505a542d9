/*
 * check-records.ts: the verb `tallywell check-records`: are signed records true? On any computer, without a gateway, a database or a network.
 * Way: .cose or .cborseq files, and keys.json or keys typed from labels -> each record judged (gateway/core/behind.ts), and what the good
 * ones come to, dated by what they say themselves. Exit code 1 when one is not good. Described in docs/readers.md.
 */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  type BehindRecord,
  type JudgedRecord,
  judgeRecord,
  shownCount,
  sumOfGood,
} from '../gateway/core/behind';
import { betterEpochClock, type EpochClock, epochClockOf } from '../gateway/core/dating';
import { keyWordsOf } from '../gateway/web/key-words';
import { fromHex, toHex } from '../shared/bytes';
import { createReader, Major, readBytes, readHead } from '../shared/cbor';
import { parseCoseSign1 } from '../shared/cose';
import { decodeRecord } from '../shared/record';
import { keyIdOf, verifySigned } from '../shared/verify';

interface Flags {
  keys?: string;
  key: string[];
  from?: number;
  to?: number;
  json?: boolean;
}

const HEX_KEY = z.string().regex(/^[0-9a-fA-F]{64}$/);
const KEYS_FILE = z.looseObject({
  keys: z.array(z.looseObject({ publicKey: HEX_KEY, site: z.string() })),
});

/** Cuts a file into COSE_Sign1; what cannot be cut stays whole, and is judged as it is. */
export function itemsOf(bytes: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    const reader = createReader(rest);
    readHead(reader, Major.Tag);
    readHead(reader, Major.Array);
    readBytes(reader);
    readHead(reader, Major.Map);
    readBytes(reader);
    readBytes(reader);
    const length = reader.reason === '' ? reader.at : rest.length;
    items.push(rest.subarray(0, length));
    at += length;
  }
  return items;
}

/** Which epoch a record says it is of; '' = it says nothing. */
function epochOf(cose: Uint8Array): { name: string; clock: EpochClock | null } {
  const parts = parseCoseSign1(cose);
  const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
  if (typeof record === 'string') return { name: '', clock: null };
  return { name: `${toHex(record.keyId)}/${record.epoch}`, clock: epochClockOf(record) };
}

/** The records with the dates that the surest record of each epoch gives them: no gateway is asked. */
function dated(items: Uint8Array[], isGood: (cose: Uint8Array) => boolean): BehindRecord[] {
  const clocks = new Map<string, EpochClock | null>();
  for (const item of items.filter(isGood)) {
    const { name, clock } = epochOf(item);
    clocks.set(name, betterEpochClock(clocks.get(name) ?? null, clock));
  }
  return items.map((cose, at) => {
    const bootTimeS = clocks.get(epochOf(cose).name)?.bootTimeS ?? null;
    return { id: at + 1, by: 1, bootTimeS, cose };
  });
}

/** Keys and the sites they belong to. Throws: an Error in words. */
function keysOf({ keys, key }: Flags): { publicKey: Uint8Array; site: string }[] {
  const typed = key.map((hex) => ({ publicKey: fromHex(hex.toLowerCase()), site: '' }));
  if (keys === undefined) {
    if (typed.length === 0) throw new Error('say with which keys: --keys keys.json, or --key HEX');
    return typed;
  }
  let json: unknown = null;
  try {
    json = JSON.parse(readFileSync(keys, 'utf8'));
  } catch (error) {
    throw new Error(`${keys}: ${(error as Error).message}`);
  }
  const read = KEYS_FILE.safeParse(json);
  if (!read.success) throw new Error(`${keys}: no keys.json of tallywell export`);
  const known = read.data.keys.map(({ publicKey, site }) => ({
    ...{ publicKey: fromHex(publicKey.toLowerCase()), site },
  }));
  return [...typed, ...known];
}

/** What the good records of one key come to. */
interface KeySum {
  site: string;
  publicKey: string;
  words: string;
  records: number;
  /** Litres of a water point, meals of a canteen; null = no date says what belongs here. */
  litres?: number;
  meals?: number;
}

type Good = Extract<JudgedRecord, { reason: null }>;

function sumsOf(judged: JudgedRecord[], keys: ReturnType<typeof keysOf>, flags: Flags): KeySum[] {
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = flags;
  const seen = new Map(keys.map((one) => [toHex(one.publicKey), one]));
  return [...seen.values()].map(({ publicKey, site }) => {
    const id = toHex(keyIdOf(publicKey));
    const own = judged.filter(
      (one): one is Good => one.reason === null && toHex(one.record.keyId) === id,
    );
    const isCanteen = own.some(({ record }) => record.kind === 2);
    const sums = sumOfGood({ period: 'today', from, before: to }, own);
    const count = shownCount(isCanteen ? 'canteen' : 'water-point', sums);
    const hex = toHex(publicKey);
    const head = { site, publicKey: hex, words: keyWordsOf(hex).join(' '), records: own.length };
    return isCanteen ? { ...head, meals: count } : { ...head, litres: count / 10 };
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function run(files: string[], flags: Flags): void {
  const keys = keysOf(flags);
  const publicKeys = keys.map(({ publicKey }) => publicKey);
  const verify = { verify: verifySigned, keyIdOf };
  const items = files.flatMap((file) => itemsOf(new Uint8Array(readFileSync(file))));
  if (items.length === 0) throw new Error('there is no record in it');
  const isGood = (cose: Uint8Array) =>
    judgeRecord({ id: 0, by: 1, bootTimeS: null, cose }, publicKeys, verify).reason === null;
  const good = new Set(items.filter(isGood));
  const records = dated(items, (item) => good.has(item));
  const judged = records.map((record) => judgeRecord(record, publicKeys, verify));
  const bad = judged.filter(({ reason }) => reason !== null);
  const sums = sumsOf(judged, keys, flags);
  if (bad.length > 0) process.exitCode = 1;
  if (flags.json) {
    const listed = bad.map(({ id, reason }) => ({ record: id, reason }));
    say(JSON.stringify({ records: judged.length, bad: listed, keys: sums }));
    return;
  }
  for (const { id, reason } of bad) say(`NOT GOOD: record ${id}: ${reason}`);
  for (const { words, site, records, litres, meals } of sums) {
    const amount = meals === undefined ? `${litres} L` : `${meals} meals`;
    say(`${words}  ${site === '' ? '' : `${site}  `}${records} records, ${amount}`);
  }
  say(
    `${bad.length === 0 ? 'good' : 'NOT GOOD'}: ${judged.length - bad.length} of ${judged.length}`,
  );
  say('Compare the words with the labels at the sites.');
}

function readDay(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('a day, as 2026-11-28 (UTC)');
  return ms / 1000;
}

function readKey(text: string, before: string[]): string[] {
  if (HEX_KEY.safeParse(text).success) return [...before, text];
  throw new InvalidArgumentError('a public key: 64 hex digits');
}

/** Adds the verb. */
export function registerCheckRecordsCommand(program: Command): void {
  program
    .command('check-records')
    .description('Are signed records true? Needs no gateway: files, and the keys on the labels.')
    .argument('<files...>', 'records.cborseq of an export, or single records (.cose)')
    .option('--keys <file>', 'keys.json of an export')
    .option('--key <hex>', 'a public key, 64 hex digits; may be repeated', readKey, [])
    .option('--from <day>', 'add up from this day on (UTC)', readDay)
    .option('--to <day>', 'add up before this day (UTC)', readDay)
    .option('--json', 'answer as one line of JSON')
    .action((files: string[], flags: Flags) => {
      try {
        run(files, flags);
      } catch (error) {
        process.stderr.write(`check-records: ${(error as Error).message}\n`);
        process.exitCode = 1;
      }
    });
}
