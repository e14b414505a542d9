/*
 * bench-in-memory.ts: what an act gets from a bench folder, kept in memory, with everything that was told.
 */
import type { ActDoors, LogEntry, Snapshot } from '../../../../scripts/technician/bench';

/** Key of the channel: bytes 1 to 32, hash not 0. */
export const CHANNEL_KEY = new Uint8Array(32).map((_, index) => index + 1);

/** Doors for acts, and what went through them. */
export interface TestDoors extends ActDoors {
  log: LogEntry[];
  saved: Snapshot[];
  steps: string[];
  notes: string[];
}

/** Doors of a pod in EU_868, MEDIUM_FAST. */
export function testDoors(more: Partial<ActDoors> & { key?: Uint8Array } = {}): TestDoors {
  const { key = CHANNEL_KEY, ...doors } = more;
  const log: LogEntry[] = [];
  const saved: Snapshot[] = [];
  const steps: string[] = [];
  const notes: string[] = [];
  return {
    log,
    saved,
    steps,
    notes,
    isDryRun: false,
    signal: new AbortController().signal,
    progress: {
      step: (step) => steps.push(step),
      share: () => {},
      note: (note) => notes.push(note),
    },
    bench: {
      folder: '/nowhere',
      pod: () => ({
        pod: 'Ouro',
        gatewayUrl: null,
        gatewayKey: '00'.repeat(32),
        gatewayNode: 0xa1b2c3d4,
        recoveryKey: null,
        region: 'EU_868',
        preset: 'MEDIUM_FAST',
        channelNum: 0,
      }),
      channelKey: () => key,
      log: (entry) => log.push(entry),
      save: (snapshot) => saved.push(snapshot),
      newestSaved: (device) => {
        const at = saved.findLastIndex((one) => one.device === device);
        if (at < 0) return null;
        return { snapshot: saved[at], takenBack: () => void saved.splice(at, 1) };
      },
    },
    ...doors,
  };
}
