/*
 * nodes-time.ts: what time do the nodes think it is? They run on batteries through the gateway's power cut.
 * Way: fresh signed records that carry time -> the latest time that two keys vouch for -> an offer for the clock keeper.
 * Pure. A record says: it was at least this late when I was signed. So a replayed old record can never make the time later,
 * and one stolen node can never make it later than the latest honest one says: the second latest counts.
 */
import { NODE_DELAY_S, NODES_AGREE_S, NODES_UNCERTAINTY_S } from '../limits/clock';
import type { TimeOffer } from './clock-keeper';

/** A record that was never stored before, newer than all of its key. */
export interface NodeTime {
  keyRowId: number;
  /** Unix time by the node's clock, s; not 0. */
  timeS: number;
  /** How wrong the node says its clock may be: ceil(log2(s)), 0..15. */
  uncertainty: number;
  /** How long this node's records are usually on their way, s, measured while the time was known; null = not known. */
  delayS: number | null;
}

/** Gathers what nodes say. */
export interface NodesTime {
  /** @returns an offer when enough keys agree. `keysInUse`: how many could speak. */
  hear(said: NodeTime, keysInUse: number, steadyMs: number): TimeOffer | null;
}

interface Claim {
  timeMs: number;
  steadyMs: number;
  uncertaintyS: number;
}

/** How far apart two claims may lie and still agree, ms. */
function toleranceMs(a: Claim, b: Claim): number {
  return (NODES_AGREE_S + a.uncertaintyS + b.uncertaintyS) * 1000;
}

/** Makes an empty gathering: one for each start of the gateway. */
export function createNodesTime(): NodesTime {
  const claims = new Map<number, Claim>();
  const toOffer = (first: Claim, second: Claim, steadyMs: number): TimeOffer => {
    const now = (claim: Claim) => claim.timeMs + steadyMs - claim.steadyMs;
    const apartS = Math.abs(now(first) - now(second)) / 1000;
    const uncertaintyS =
      NODES_UNCERTAINTY_S + Math.max(first.uncertaintyS, second.uncertaintyS) + apartS;
    return { source: 'nodes', timeMs: now(second), uncertaintyS };
  };
  return {
    hear({ keyRowId, timeS, uncertainty, delayS }, keysInUse, steadyMs) {
      if (timeS === 0 || uncertainty >= 15) return null;
      const uncertaintyS = 2 ** uncertainty + (delayS === null ? NODE_DELAY_S : 0);
      const claim = { timeMs: (timeS + (delayS ?? 0)) * 1000, steadyMs, uncertaintyS };
      const now = (one: Claim) => one.timeMs + steadyMs - one.steadyMs;
      const before = claims.get(keyRowId);
      // "At least so late": of two things one key says the later one holds.
      if (before === undefined || now(claim) >= now(before)) claims.set(keyRowId, claim);
      if (keysInUse === 1) return toOffer(claim, claim, steadyMs);
      const latestFirst = [...claims.values()].sort((a, b) => now(b) - now(a));
      const at = latestFirst.findIndex((one, i) => {
        const next = latestFirst[i + 1];
        return next !== undefined && now(one) - now(next) <= toleranceMs(one, next);
      });
      return at < 0 ? null : toOffer(latestFirst[at], latestFirst[at + 1], steadyMs);
    },
  };
}
