/*
 * bench-kit.ts: bench folders, doors of acts, and virtual boards with a program on them for the tests of acts.
 * Way: the built firmware (dist/firmware) -> Storage of a virtual board at a TCP port -> the real session.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type BoardKind,
  createBenchBoard,
  serialOfSeed,
} from '../../../../hardware/virtual/console/boards';
import {
  type RunningBoard,
  runBoard,
  serveBoard,
} from '../../../../hardware/virtual/console/doors';
import type { ConsoleBoard } from '../../../../hardware/virtual/console/espruino-console';
import type { ActDoors, Bench, Pod } from '../../../../scripts/technician/bench';
import { openBench } from '../../../../scripts/technician/bench-folder';
import { newChannelKey, writeChannelKey, writePod } from '../../../../scripts/technician/pod-file';

/** A pod whose keys are nobody's. */
export const POD: Pod = {
  ...{ pod: 'testpod', gatewayUrl: null, gatewayKey: 'ab'.repeat(32), gatewayNode: 0x9ea1f77c },
  ...{ recoveryKey: 'cd'.repeat(32), region: 'EU_868', preset: 'LONG_FAST', channelNum: 0 },
};

/** A new folder that goes after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A bench that knows its pod and has a channel key. */
export function readyBench(pod: Partial<Pod> = {}): Bench {
  const bench = openBench(join(freshFolder(), 'bench'));
  writePod(bench.folder, { ...POD, ...pod });
  writeChannelKey(bench.folder, newChannelKey());
  return bench;
}

/** Doors of an act, and what it told. */
export function doorsOf(bench: Bench, isDryRun = false): ActDoors & { told: string[] } {
  const told: string[] = [];
  const progress = {
    step: (step: string) => void told.push(step),
    share: () => {},
    note: (note: string) => void told.push(`note ${note}`),
  };
  return { bench, progress, isDryRun, signal: new AbortController().signal, told };
}

/** A board at a TCP port. */
export interface TestBoard {
  url: string;
  serial: string;
  model: ConsoleBoard;
  running: RunningBoard;
}

/** Puts a built program on the board, as `flash` leaves it. */
export function putProgram(model: ConsoleBoard, program: string): void {
  const built = (name: string) => new Uint8Array(readFileSync(`dist/firmware/${name}.js`));
  const { storage } = model.options.board;
  storage.write('tw.a', built(program));
  storage.write('tw.boot', built('loader'));
  storage.write('ed25519', new Uint8Array(readFileSync('firmware/native/ed25519.bin')));
  storage.write('.bootcde', built('boot-code'));
}

/** A board that runs this program, at a TCP port until the test ends. */
export async function boardWith(
  kind: BoardKind,
  program: string,
  seed: number,
): Promise<TestBoard> {
  const model = createBenchBoard({ kind, seed });
  putProgram(model, program);
  const running = runBoard(model);
  const port = await serveBoard(running);
  onTestFinished(() => port.close());
  return { url: port.url, serial: serialOfSeed(seed), model, running };
}
