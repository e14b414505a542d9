/*
 * liveness.ts: does this process still do its work? The watchdog is fed only while it does.
 * Way: the engine's tick and the store's open writes -> null or what hangs -> edges/notify.ts.
 * A radio, broker or time server that is away is no reason: a restart would not bring it back, and the gateway connects again by
 * itself. A full disk is none either: it is known, told, and left by itself.
 */
import type { DiskKeeping } from './disk-keeping';
import type { GatewayClock } from './edges/clock';
import type { Store } from './edges/store/store';
import { LIVE_COMMIT_MS, LIVE_TICK_MS } from './limits/operations';

/** As much of clock, store and disk as is looked at. */
type Clock = Pick<GatewayClock, 'steadyMs'>;
type Writes = Pick<Store, 'pending'>;
type Disk = Pick<DiskKeeping, 'isFull'>;

/** Watches the engine. */
export interface Liveness {
  /** The engine's last chore of each tick: it ran through to its end. */
  chore: { everyMs: number; run(): void };
  /** Everything written so far is durable. */
  committed(): void;
  /** What hangs, in words; null = it works. */
  problem(): string | null;
}

/** Starts as alive. */
export function createLiveness({ steadyMs }: Clock, store: Writes, disk: Disk): Liveness {
  let tickMs = steadyMs();
  let pendingSinceMs: number | null = null;
  const ticked = () => {
    tickMs = steadyMs();
    if (store.pending() === 'nothing' || disk.isFull()) pendingSinceMs = null;
    else pendingSinceMs ??= tickMs;
  };
  return {
    chore: { everyMs: 0, run: ticked },
    committed() {
      pendingSinceMs = null;
    },
    problem() {
      const nowMs = steadyMs();
      const tickAgeMs = nowMs - tickMs;
      if (tickAgeMs > LIVE_TICK_MS) return `no tick for ${Math.round(tickAgeMs / 1000)} s`;
      if (pendingSinceMs !== null && !disk.isFull() && nowMs - pendingSinceMs > LIVE_COMMIT_MS) {
        return `no commit for ${Math.round((nowMs - pendingSinceMs) / 1000)} s, though one is due`;
      }
      return null;
    },
  };
}
