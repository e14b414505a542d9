/*
 * The committed native routine, as ARM code under qemu-arm and as WebAssembly, against RFC 8032, Wycheproof, FIPS 197 and
 * OpenSSL (node:crypto).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createCipheriv, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadRoutine } from '../../../hardware/virtual/ed25519-wasm';
import { createRandomStream } from '../../../hardware/virtual/random';
import { fromHex, toHex } from '../../../shared/bytes';

const RUNS = 40 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const HERE = import.meta.dirname;
const FIXTURES = join(HERE, '../../fixtures');
const BIN = join(HERE, '../../../firmware/native/ed25519.bin');

interface Call {
  op: number;
  context?: Uint8Array;
  message?: Uint8Array;
}

interface Answer {
  result: number;
  context: Uint8Array;
  message: Uint8Array;
}

type Machine = (calls: Call[]) => Answer[];

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const hasArm = has('arm-none-eabi-gcc') && has('qemu-arm');
if (!hasArm)
  console.warn(
    'gcc-arm-none-eabi or qemu-user is missing: the ARM code is SKIPPED here. Debian: apt install both.',
  );

const folder = mkdtempSync(join(tmpdir(), 'tallywell-routine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The ARM code in read-only memory at this offset of a page. */
function qemu(offset: number): Machine {
  const runner = join(folder, 'run-routine');
  const flags = [
    '-mcpu=cortex-a7',
    '-marm',
    '-O1',
    '-ffreestanding',
    '-nostdlib',
    '-fno-builtin',
    '-static',
  ];
  execFileSync('arm-none-eabi-gcc', [...flags, '-o', runner, join(HERE, 'run-routine.c')]);
  return (calls) => {
    const input = calls.flatMap(({ op, context, message }) => {
      const head = Buffer.alloc(136);
      head.writeUInt32LE(op, 0);
      head.writeUInt32LE(message?.length ?? 0, 4);
      head.set(context ?? [], 8);
      return [head, Buffer.from(message ?? [])];
    });
    const options = { input: Buffer.concat(input), maxBuffer: 1 << 28 };
    const output = execFileSync('qemu-arm', [runner, BIN, String(offset)], options);
    let at = 0;
    return calls.map(({ message }) => {
      const end = at + 132 + (message?.length ?? 0);
      const answer = {
        result: output.readInt32LE(at),
        context: output.subarray(at + 4, at + 132),
        message: output.subarray(at + 132, end),
      };
      at = end;
      return answer;
    });
  };
}

function wasm(): Machine {
  const call = loadRoutine(join(HERE, '../../..'));
  return (calls) =>
    calls.map(({ op, context, message }) => {
      const own = new Uint8Array(128);
      own.set(context ?? []);
      const text = Uint8Array.from(message ?? []);
      return { result: call(op, own, text), context: own, message: text };
    });
}

const joined = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** PKCS #8 of a seed (RFC 8410). */
const privateKey = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.from(joined(fromHex('302e020100300506032b657004220420'), seed)),
    format: 'der',
    type: 'pkcs8',
  });
const publicOf = (seed: Uint8Array): Uint8Array =>
  createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(12);

function randomCases(seed: number) {
  const random = createRandomStream(seed, 'routine');
  const { bytes } = random;
  return Array.from({ length: RUNS }, () => ({
    seed: bytes(32),
    message: bytes(random.below(400)),
  }));
}

const MACHINES: [string, boolean, () => Machine][] = [
  ['WebAssembly', true, wasm],
  ['ARM', hasArm, () => qemu(0)],
  ['ARM at another place', hasArm, () => qemu(4 * 1237)],
];

const each = (title: string, run: (name: string, open: () => Machine) => void): void => {
  for (const [name, isHere, open] of MACHINES)
    test.skipIf(!isHere)(`${name}: ${title}`, () => run(name, open));
};

each('RFC 8032: public key, signature, and the signature holds', (_name, open) => {
  const vectors = JSON.parse(readFileSync(join(FIXTURES, 'rfc8032/ed25519.json'), 'utf8'));
  const all = (Array.isArray(vectors) ? vectors : vectors.vectors) as {
    [name: string]: string;
  }[];
  expect(all.length).toBeGreaterThanOrEqual(5);
  const run = open();
  for (const vector of all) {
    const seed = fromHex(vector.secretKey ?? '');
    const message = fromHex(vector.message ?? '');
    const [derived, signed] = run([
      { op: 0, context: seed },
      { op: 1, context: seed, message },
    ]) as [Answer, Answer];
    expect(toHex(derived.context.subarray(32, 64))).toBe(vector.publicKey);
    expect(toHex(signed.context.subarray(64))).toBe(vector.signature);
    const cached = joined(seed, fromHex(vector.publicKey ?? ''));
    const [again, holds] = run([
      { op: 17, context: cached, message },
      { op: 2, context: signed.context.subarray(32), message },
    ]) as [Answer, Answer];
    expect(toHex(again.context.subarray(64))).toBe(vector.signature);
    expect(holds.result).toBe(1);
  }
});

each('Wycheproof: each verdict', (_name, open) => {
  const file = JSON.parse(readFileSync(join(FIXTURES, 'wycheproof/ed25519_test.json'), 'utf8'));
  const calls: Call[] = [];
  const expected: number[] = [];
  for (const group of file.testGroups)
    for (const { msg, sig, result } of group.tests) {
      if (sig.length !== 128) continue;
      calls.push({
        op: 2,
        context: joined(fromHex(group.publicKey.pk), fromHex(sig)),
        message: fromHex(msg),
      });
      expected.push(result === 'valid' ? 1 : 0);
    }
  expect(calls.length).toBeGreaterThan(130);
  expect(open()(calls).map((answer) => answer.result)).toEqual(expected);
});

each(
  'random messages: the same bytes as OpenSSL; one changed bit, or S + L, does not hold',
  (_name, open) => {
    const cases = randomCases(20261124);
    const run = open();
    const signed = run(cases.map(({ seed, message }) => ({ op: 1, context: seed, message })));
    const forged: Call[] = [];
    for (const [i, { seed, message }] of cases.entries()) {
      const context = (signed[i] as Answer).context;
      expect(toHex(context.subarray(32, 64))).toBe(toHex(publicOf(seed)));
      expect(toHex(context.subarray(64))).toBe(
        sign(null, message, privateKey(seed)).toString('hex'),
      );
      const triple = Uint8Array.from(context.subarray(32));
      const flipped = triple.slice();
      const bit = (i * 37) % 768;
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const s = BigInt(`0x${toHex(triple.slice(64).reverse())}`) + ORDER;
      const other = joined(
        triple.subarray(0, 64),
        fromHex(s.toString(16).padStart(64, '0')).reverse(),
      );
      forged.push(
        { op: 2, context: triple, message },
        { op: 2, context: flipped, message },
        { op: 2, context: other, message },
      );
    }
    expect(run(forged).map((answer) => answer.result)).toEqual(cases.flatMap(() => [1, 0, 0]));
  },
);

each('a public key that is no point, or not its only encoding, is refused', (_name, open) => {
  const keys = ['02', 'ed', 'ee', 'f0'].map(
    (low) => `${low}${(low === '02' ? '00' : 'ff').repeat(30)}${low === '02' ? '00' : '7f'}`,
  );
  keys.push(`01${'00'.repeat(30)}80`);
  const calls = keys.map((key) => ({
    op: 2,
    context: joined(fromHex(key), new Uint8Array(64)),
    message: new Uint8Array(3),
  }));
  expect(open()(calls).map((answer) => answer.result)).toEqual(keys.map(() => 0));
});

each('SHA-512 and AES-128 and AES-256 are those of OpenSSL and FIPS 197', (_name, open) => {
  const run = open();
  const cases = randomCases(7);
  const hashes = run(cases.map(({ message }) => ({ op: 3, message })));
  const lengths = run(
    [111, 112, 127, 128, 129, 240].map((count) => ({ op: 3, message: new Uint8Array(count) })),
  );
  for (const [i, { message }] of cases.entries())
    expect(toHex((hashes[i] as Answer).context.subarray(0, 64))).toBe(
      createHash('sha512').update(message).digest('hex'),
    );
  for (const { message, context } of lengths)
    expect(toHex(context.subarray(0, 64))).toBe(createHash('sha512').update(message).digest('hex'));
  for (const [op, bits] of [
    [4, 128],
    [5, 256],
  ] as const) {
    const key = Uint8Array.from({ length: bits / 8 }, (_, i) => i);
    const blocks = cases.slice(0, 8).map(({ seed }) => ({
      op,
      context: seed.subarray(0, bits / 8),
      message: joined(seed, seed.slice().reverse()),
    }));
    const fips = run([{ op, context: key, message: fromHex('00112233445566778899aabbccddeeff') }]);
    expect(toHex((fips[0] as Answer).message)).toBe(
      bits === 128 ? '69c4e0d86a7b0430d8cdb78070b4c55a' : '8ea2b7ca516745bfeafc49904b496089',
    );
    for (const [i, answer] of run(blocks).entries()) {
      const call = blocks[i] as (typeof blocks)[number];
      const cipher = createCipheriv(`aes-${bits}-ecb`, call.context, null).setAutoPadding(false);
      expect(toHex(answer.message)).toBe(cipher.update(call.message).toString('hex'));
    }
  }
});

each('an operation that does not exist does nothing', (_name, open) => {
  const [answer] = open()([
    { op: 9, context: new Uint8Array(128).fill(7), message: new Uint8Array(5).fill(9) },
  ]) as [Answer];
  expect(answer.result).toBe(0);
  expect([...answer.context]).toEqual(new Array(128).fill(7));
});
