/*
 * pod-file.ts: pod.json and channel.key of the bench folder.
 * Way: `tallywell pod` writes them; acts read them. The key lies in a file of its own (0600), 64 hex digits and a newline.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { isTopicWord } from '../../gateway/core/register';
import { fromHex, toHex } from '../../shared/bytes';
import { CHANNEL_NAME, UINT32_MAX } from '../../shared/limits';
import { channelHash } from '../../shared/meshtastic/channel';
import { REGIONS, type RegionName } from '../../shared/meshtastic/regions';
import type { Pod } from './bench';
import { locked, readJson, readOrNull, writeSafely } from './bench-files';
import { PRESETS } from './presets';
import { Trouble } from './trouble';

const KEY_FILE = 'channel.key';
const KEY_BYTES = 32;
/** Hex digits and white space around them. */
const KEY_FILE_BYTES_MAX = 256;
const PUBLIC_KEY = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits');

/** Form of pod.json, and of a file that `tallywell pod --file` takes. */
export const POD_FORM: z.ZodType<Pod> = z.strictObject({
  pod: z.string().refine(isTopicWord, "1 to 64 of letters, digits, '-', '_'"),
  gatewayUrl: z.string().max(300).nullable(),
  gatewayKey: PUBLIC_KEY,
  gatewayNode: z
    .int()
    .min(1)
    .max(UINT32_MAX - 1),
  recoveryKey: PUBLIC_KEY.nullable(),
  region: z.enum(Object.keys(REGIONS) as [RegionName, ...RegionName[]]),
  preset: z.string().refine((name) => Object.hasOwn(PRESETS, name), 'no preset of Meshtastic'),
  channelNum: z.int().min(0).max(10_000),
});

/** The pod. Throws: Trouble no-pod, bad-file. */
export function readPod(folder: string): Pod {
  const pod = readPodOrNull(folder);
  if (pod === null) throw new Trouble('no-pod');
  return pod;
}

/** The pod; null = not told yet. Throws: Trouble bad-file. */
export function readPodOrNull(folder: string): Pod | null {
  return readJson(join(folder, 'pod.json'), POD_FORM);
}

/** Throws: Trouble bad-file. */
export function writePod(folder: string, pod: Pod): void {
  const text = `${JSON.stringify(POD_FORM.parse(pod), null, 2)}\n`;
  locked(folder, () => writeSafely(join(folder, 'pod.json'), text));
}

/** May this key be the channel's? Throws: Trouble zero-hash, when its hash marks other packets. */
function refuseZeroHash(key: Uint8Array): void {
  if (channelHash(CHANNEL_NAME, key) === 0) throw new Trouble('zero-hash');
}

/** A key as its file holds it: 64 hex digits, or base64 as Meshtastic's programs show it. Throws: Trouble bad-file, zero-hash. */
export function readChannelKeyFile(file: string): Uint8Array {
  const text = readOrNull(file, KEY_FILE_BYTES_MAX)?.toString().trim();
  if (text === undefined) throw new Trouble('bad-file', { file, fault: 'no-file' });
  const isHex = /^[0-9a-fA-F]{64}$/.test(text);
  const key = isHex ? fromHex(text) : new Uint8Array(Buffer.from(text, 'base64'));
  if (key.length !== KEY_BYTES || (!isHex && !/^[A-Za-z0-9+/]{43}=$/.test(text)))
    throw new Trouble('bad-file', { file, fault: '64 hex digits or 44 of base64 (32 bytes)' });
  refuseZeroHash(key);
  return key;
}

/** Is there a key already? */
export function hasChannelKey(folder: string): boolean {
  return readOrNull(join(folder, KEY_FILE), KEY_FILE_BYTES_MAX) !== null;
}

/** The channel's key. Throws: Trouble no-pod, bad-file, zero-hash. */
export function readChannelKey(folder: string): Uint8Array {
  if (!hasChannelKey(folder)) throw new Trouble('no-pod');
  return readChannelKeyFile(join(folder, KEY_FILE));
}

/** Keeps the key. Throws: Trouble bad-file, zero-hash. */
export function writeChannelKey(folder: string, key: Uint8Array): void {
  refuseZeroHash(key);
  locked(folder, () => writeSafely(join(folder, KEY_FILE), `${toHex(key)}\n`));
}

/** A new key whose hash is not 0. */
export function newChannelKey(): Uint8Array {
  for (;;) {
    const key = new Uint8Array(randomBytes(KEY_BYTES));
    if (channelHash(CHANNEL_NAME, key) !== 0) return key;
  }
}
