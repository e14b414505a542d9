/*
 * usb-hub.ts: a USB hub: virtual boards at pseudo terminals, each with a name that does not move in a folder like
 * /dev/serial/by-id. A board that loses its port comes back at another one, under the same name.
 * Way: running boards <-> pseudo terminals (python3) -> the real serial stack; the list of ports is the hub's.
 */
import { existsSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createBenchBoard, serialOfSeed } from '../../../../hardware/virtual/console/boards';
import { type RunningBoard, runBoard } from '../../../../hardware/virtual/console/doors';
import type { BoardFaults } from '../../../../hardware/virtual/console/faults';
import type { PortsPlaces } from '../../../../scripts/technician/board/ports';
import { startPty } from '../../../gateway/support/pty';
import { freshFolder } from './bench-kit';

const XIAO_IDS = { vendorId: '1915', productId: '520f' };

/** A hub with boards. */
export interface UsbHub {
  places: PortsPlaces;
  /** Plugs a new XIAO in; resolves with its path by id. */
  plug(seed: number, faults?: BoardFaults): Promise<string>;
  /** Pulls it out; it keeps nothing but its flash. */
  pull(seed: number): Promise<void>;
  /** Plugs a board that was pulled out in again. */
  plugAgain(seed: number): Promise<string>;
  /** The next look does not see this port: a board that starts again. */
  hideOnce(path: string): void;
}

/** Makes a hub. */
export function usbHub(): UsbHub {
  const byIdFolder = freshFolder();
  const boards = new Map<number, { running: RunningBoard; pull(): Promise<void> }>();
  const hidden = new Set<string>();
  const linkOf = (seed: number) => join(byIdFolder, `usb-Espruino_${serialOfSeed(seed)}-if00`);

  async function attach(seed: number, running: RunningBoard): Promise<string> {
    const pty = await startPty({ onBytes: (bytes) => running.write(bytes) });
    const link = linkOf(seed);
    const pull = async () => {
      running.attach(null);
      rmSync(link, { force: true });
      // However soon it comes back: one look finds it gone.
      hidden.add(link);
      await pty.unplug();
    };
    const gone = async () => {
      await pull();
      while (!running.isThere()) await new Promise((resolve) => setImmediate(resolve));
      await attach(seed, running);
    };
    running.attach({ data: (bytes) => pty.write(bytes), gone: () => void gone() });
    boards.set(seed, { running, pull });
    symlinkSync(pty.path, link);
    return link;
  }

  const list = async () =>
    readdirSync(byIdFolder).flatMap((name) => {
      const link = join(byIdFolder, name);
      if (hidden.delete(link) || !existsSync(link)) return [];
      return { path: realpathSync(link), ...XIAO_IDS };
    });

  return {
    places: { list, byIdFolder, drives: () => [] },
    plug(seed, faults = {}) {
      const running = runBoard(createBenchBoard({ kind: 'xiao', seed, faults }));
      onTestFinished(() => running.stop());
      return attach(seed, running);
    },
    pull: async (seed) => boards.get(seed)?.pull(),
    plugAgain(seed) {
      const board = boards.get(seed);
      if (board === undefined) throw new Error(`board ${seed} was never plugged in`);
      return attach(seed, board.running);
    },
    hideOnce: (path) => void hidden.add(path),
  };
}
