/*
 * saved.ts: what was on a device before an act changed it: saved/<device>/<number>.json, kept durably, for `undo`.
 * Way: acts -> files; undo reads the newest that was not taken back.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Snapshot } from './bench';
import { locked, makeFolder, readJson, writeSafely } from './bench-files';
import { SAVED_PER_DEVICE_MAX } from './limits';
import { SITE } from './sites';
import { Trouble } from './trouble';

/** Files that no snapshot may hold: taking them back would roll counters back. */
const NEVER_SAVED = ['journal'];

const FORM = z.strictObject({
  device: z.string(),
  act: z.string(),
  publicKey: z.string().nullable(),
  files: z.array(z.strictObject({ name: z.string(), base64: z.string() })),
  radio: z.unknown(),
  sites: z.array(z.strictObject({ site: z.string(), before: SITE.nullable() })).default([]),
  isTakenBack: z.boolean(),
});

/** Folder of a device: what is no letter, digit, '-' or '_' is written as %hex, so that two devices never share one. */
function folderOf(folder: string, device: string): string {
  const name = device.replace(/[^A-Za-z0-9_-]/g, (sign) =>
    [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return join(folder, 'saved', name === '' ? '%' : name);
}

/** Numbers of the snapshots there are, rising. */
function numbersIn(place: string): number[] {
  if (statSync(place, { throwIfNoEntry: false }) === undefined) return [];
  const names = readdirSync(place).filter((name) => /^\d{6}\.json$/.test(name));
  return names.map((name) => Number(name.slice(0, 6))).sort((a, b) => a - b);
}

function fileOf(place: string, number: number): string {
  return join(place, `${String(number).padStart(6, '0')}.json`);
}

/** Keeps a snapshot. Throws: Trouble bad-file; an Error for a file that must never be taken back. */
export function saveSnapshot(folder: string, snapshot: Snapshot): void {
  const wrong = snapshot.files.find(({ name }) => NEVER_SAVED.includes(name));
  if (wrong !== undefined) throw new Error(`${wrong.name} is never saved`);
  const { device, act, publicKey, radio, sites = [] } = snapshot;
  const files = snapshot.files.map(({ name, bytes }) => ({
    name,
    base64: Buffer.from(bytes).toString('base64'),
  }));
  const text = JSON.stringify({
    device,
    act,
    publicKey,
    files,
    radio: radio ?? null,
    sites,
    isTakenBack: false,
  });
  locked(folder, () => {
    makeFolder(join(folder, 'saved'));
    const place = folderOf(folder, device);
    makeFolder(place);
    const numbers = numbersIn(place);
    writeSafely(fileOf(place, (numbers.at(-1) ?? 0) + 1), `${text}\n`);
    for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - SAVED_PER_DEVICE_MAX)))
      rmSync(fileOf(place, old), { force: true });
  });
}

/** Reads one. Throws: Trouble bad-file. */
function readOne(file: string): z.infer<typeof FORM> {
  const saved = readJson(file, FORM);
  if (saved === null) throw new Trouble('bad-file', { file, fault: 'no-file' });
  return saved;
}

/** The newest snapshot of a device that was not taken back; null = none. Throws: Trouble bad-file. */
export function newestSnapshot(
  folder: string,
  device: string,
): { snapshot: Snapshot; takenBack(): void } | null {
  const place = folderOf(folder, device);
  for (const number of numbersIn(place).reverse()) {
    const file = fileOf(place, number);
    const saved = readOne(file);
    if (saved.isTakenBack) continue;
    const { act, publicKey, radio, sites } = saved;
    const files = saved.files.map(({ name, base64 }) => ({
      name,
      bytes: new Uint8Array(Buffer.from(base64, 'base64')),
    }));
    const takenBack = () =>
      locked(folder, () =>
        writeSafely(file, `${JSON.stringify({ ...saved, isTakenBack: true })}\n`),
      );
    const more = sites.length === 0 ? {} : { sites };
    return { snapshot: { device: saved.device, act, publicKey, files, radio, ...more }, takenBack };
  }
  return null;
}
