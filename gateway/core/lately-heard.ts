/*
 * lately-heard.ts: when a site was last heard, told anew after the gateway's clock was corrected.
 * Way: custody notes each hearing with the steady clock -> readings of sites are told by the clock as it stands now.
 * What was stored with a clock that was not set yet says 2026-01-01; a correction by years must not make all sites silent.
 * Pure.
 */

/** A moment by both clocks, ms. */
export interface Moment {
  nowMs: number;
  steadyMs: number;
}

/** Remembers the hearings of this process. */
export interface LatelyHeard {
  /** A record of this site is stored now. */
  heard(site: string, moment: Moment): void;
  /** @param storedS what the store says, Unix s by the clock of that time. @returns the same by the clock as it is now. */
  lastHeardS(site: string, storedS: number, moment: Moment): number;
}

/** Remembers nothing yet. @param leastS corrections below this change nothing that was told, s. */
export function createLatelyHeard(leastS: number): LatelyHeard {
  const hearings = new Map<string, { atS: number; offsetMs: number }>();
  const offset = ({ nowMs, steadyMs }: Moment) => nowMs - steadyMs;
  return {
    heard(site, moment) {
      const atS = Math.floor(moment.nowMs / 1000);
      hearings.set(site, { atS, offsetMs: offset(moment) });
    },
    lastHeardS(site, storedS, moment) {
      const hearing = hearings.get(site);
      if (hearing === undefined) return storedS;
      const movedS = Math.round((offset(moment) - hearing.offsetMs) / 1000);
      return Math.abs(movedS) < leastS ? storedS : hearing.atS + movedS;
    },
  };
}
