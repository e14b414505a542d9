/*
 * Makes sure that the antennas of a village can mesh at all.
 * From: the plan's real places. To: where the virtual antennas stand (build.ts). Real places stay on the map.
 * Source: MEDIUM_FAST reaches about 4 km over the virtual terrain (hardware/virtual/link-budget.ts); three relays at most.
 */
import { HOP_LIMIT } from '../../shared/limits';
import type { VillagePlan } from './sites';

/** A link that works well, m: some way below the longest one. */
const LINK_M = 3000;
/** The antennas are drawn together in steps of this. */
const STEP = 0.95;

/** An antenna's place in metres east and north of the gateway's. */
interface Spot {
  eastM: number;
  northM: number;
}

/** Links between the gateway and the farthest antenna; Infinity when one is out of reach of all others. */
export function linksToFarthest(spots: readonly Spot[], scale: number): number {
  const within = (a: Spot, b: Spot): boolean =>
    Math.hypot(a.eastM - b.eastM, a.northM - b.northM) * scale <= LINK_M;
  let reached: Spot[] = [{ eastM: 0, northM: 0 }];
  let rest = [...spots];
  let links = 0;
  while (rest.length > 0) {
    const next = rest.filter((spot) => reached.some((from) => within(from, spot)));
    if (next.length === 0) return Number.POSITIVE_INFINITY;
    rest = rest.filter((spot) => !next.includes(spot));
    reached = next;
    links++;
  }
  return links;
}

/** The largest scale (1 = as in reality) at which every antenna is within the hop limit of the gateway. */
export function scaleToReach(plan: VillagePlan): number {
  let scale = 1;
  while (linksToFarthest(plan.sites, scale) > HOP_LIMIT + 1) scale *= STEP;
  return scale;
}
