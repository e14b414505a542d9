/*
 * places.ts: folders, registers and waiting for the gateway's tests.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { toHex } from '../../../shared/bytes';
import { testNode } from './nodes';

/** A new folder that is removed after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-gateway-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A register as its JSON: sites wp-01.. with the nodes of these numbers, and one canteen at the end. */
export function registerJson(nodeNumbers: number[]) {
  const last = nodeNumbers.length - 1;
  return {
    pod: 'testpod',
    sites: nodeNumbers.map((number, at) => ({
      site: at === last && at > 0 ? 'canteen-01' : `wp-0${at + 1}`,
      name: at === 0 ? 'Well <b>& "one"</b>' : `Site ${at + 1}`,
      kind: at === last && at > 0 ? 'canteen' : 'water-point',
      latitude: 9.5,
      longitude: 8.25,
      nodes: [
        {
          publicKey: toHex(testNode(number).publicKey),
          slot: at,
          calibration: { id: 1, volumePerPulseUl: 2222 },
          placedAt: 1_700_000_000,
        },
      ],
    })),
  };
}

/** Writes the register of these nodes into the folder. @returns its path. */
export function registerFile(folder: string, nodeNumbers: number[]): string {
  const path = join(folder, 'register.json');
  writeFileSync(path, JSON.stringify(registerJson(nodeNumbers)));
  return path;
}

/** Looks again and again until it holds. The test's own time limit ends a wait that never ends. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
