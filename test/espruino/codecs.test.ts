/*
 * The shared codecs and the ES5 Ed25519 say in the real interpreter what they say in Node.
 */
import { createCipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { encodeFromRadio } from '../../shared/meshtastic/from-radio';
import { encryptBlocks } from './aes-es5';
import { checkCodecs } from './codec-checks';
import { espruinoPath, HANGING_MS, lowered, runEspruino } from './interpreter';

const onInterpreter = (name: string, fn: () => Promise<void>) =>
  test.skipIf(!espruinoPath)(name, fn, HANGING_MS);
const HERE = import.meta.dirname;

/** What a radio may say, as hex. */
const FROM_RADIO = [
  {
    id: 7,
    packet: {
      from: 0x89abcdef,
      to: 0xffffffff,
      id: 0xfffffffe,
      channel: 1,
      hopLimit: 3,
      decoded: { portnum: 287, payload: new Uint8Array(90).fill(0x94), requestId: 0x80000001 },
    },
  },
  { id: 8, packet: { from: 1, to: 2, id: 3, encrypted: new Uint8Array(20) } },
  { queueStatus: { res: -1, free: 15, maxlen: 16, meshPacketId: 0xfffffff0 } },
  { myInfo: { myNodeNum: 0xdeadbeef } },
  { channel: { index: 1, role: 2, settings: { psk: new Uint8Array(32).fill(1), name: 'serial' } } },
  { configCompleteId: 69420 },
  { rebooted: true },
].map((message) => Buffer.from(encodeFromRadio(message)).toString('hex'));

test('the AES of the checks equals OpenSSL', () => {
  for (const bytes of [16, 32]) {
    const key = new Uint8Array(bytes).map((_, i) => i * 11);
    const blocks = new Uint8Array(64).map((_, i) => i * 3);
    const cipher = createCipheriv(`aes-${bytes * 8}-ecb`, key, null).setAutoPadding(false);
    expect(Buffer.from(encryptBlocks(key, blocks))).toEqual(cipher.update(blocks));
  }
});

onInterpreter('codecs: line for line as in Node', async () => {
  const program = await lowered(
    `import { checkCodecs } from './codec-checks';
     declare const print: any;
     checkCodecs(function (line) { print('@' + line); }, ${JSON.stringify(FROM_RADIO)});`,
    HERE,
  );
  const lines: string[] = [];
  checkCodecs((line) => lines.push(line), FROM_RADIO);
  expect(lines.length).toBeGreaterThan(60);
  expect(await runEspruino(program)).toEqual(lines);
});

onInterpreter('Ed25519: the same bytes as noble, and noble`s signatures hold', async () => {
  const noble = createNobleEd25519();
  const seed = new Uint8Array(32).map((_, i) => i * 5 + 1);
  const message = new Uint8Array(160).map((_, i) => i);
  const signature = noble.sign(seed, message);
  const program = await lowered(
    `import { createEs5Ed25519 } from '../../hardware/virtual/board/ed25519-es5';
     import { fromHex, toHex } from '../../shared/bytes';
     declare const print: any, E: any;
     const ed = createEs5Ed25519(function (a, b, o) { return E.convolve(a, b, o); });
     const message = fromHex('${Buffer.from(message).toString('hex')}');
     const seed = fromHex('${Buffer.from(seed).toString('hex')}');
     const key = ed.publicKey(seed);
     print('@' + toHex(key));
     const signature = ed.sign(seed, message);
     print('@' + toHex(signature));
     print('@' + ed.verify(signature, message, key));
     signature[40] ^= 1;
     print('@' + ed.verify(signature, message, key));`,
    HERE,
  );
  expect(await runEspruino(program)).toEqual([
    Buffer.from(noble.publicKey(seed)).toString('hex'),
    Buffer.from(signature).toString('hex'),
    'true',
    'false',
  ]);
});
