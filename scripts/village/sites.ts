/*
 * Chooses where the village stands: the tightest neighbourhood of real points, and which of them get a canteen.
 * From: points.ts. To: the world's places (build.ts), the gateway's register file, the view.
 * Source: the points are real; canteens are invented and stand at some of them.
 */

import { createRandomStream } from '../../hardware/virtual/random';
import type { Point } from './points';

/** Points nearer than this count as one place: several rows often describe one water point. */
const SAME_PLACE_M = 30;
/** More sites than this a gateway cannot address (one byte of slot). */
export const SITES_MAX = 256;

/** A site of the village. `slot` 0..255 is its address in bulletins; metres are east and north of the gateway's radio. */
export interface Site {
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  slot: number;
  latitude: number;
  longitude: number;
  eastM: number;
  northM: number;
}

/** The chosen village: sites by slot, the gateway's place, how far the outermost site really is from it. */
export interface VillagePlan {
  sites: Site[];
  latitude: number;
  longitude: number;
  radiusM: number;
}

/** Metres east and north from one place to another (flat earth, good within some 100 km). */
function offsetM(from: Place, to: Place): { eastM: number; northM: number } {
  const metresPerDegree = 111_195;
  return {
    northM: (to.latitude - from.latitude) * metresPerDegree,
    eastM:
      (to.longitude - from.longitude) * metresPerDegree * Math.cos((from.latitude * Math.PI) / 180),
  };
}

interface Place {
  latitude: number;
  longitude: number;
}

function distanceM(from: Place, to: Place): number {
  const { eastM, northM } = offsetM(from, to);
  return Math.sqrt(eastM * eastM + northM * northM);
}

/** Points with at least {@link SAME_PLACE_M} between them, in file order. */
export function distinctPoints(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    if (kept.every((other) => distanceM(point, other) >= SAME_PLACE_M)) kept.push(point);
  }
  return kept;
}

/**
 * The `count` points around that point whose count-1 nearest neighbours are nearest of all: the tightest neighbourhood.
 * Throws: an Error that says how many distinct points there are, when they are fewer than `count`.
 */
export function tightestNeighbourhood(points: readonly Point[], count: number): Point[] {
  const distinct = distinctPoints(points);
  if (distinct.length < count) {
    throw new Error(
      `--sites ${count}: the points file has only ${distinct.length} places at least ${SAME_PLACE_M} m apart; ` +
        `ask for fewer sites or give a larger file with --points`,
    );
  }
  let best: { reachM: number; members: Point[] } | undefined;
  for (const centre of distinct) {
    const near = distinct
      .map((point, index) => ({ point, index, awayM: distanceM(centre, point) }))
      .sort((a, b) => a.awayM - b.awayM || a.index - b.index)
      .slice(0, count);
    const reachM = near[near.length - 1].awayM;
    if (best === undefined || reachM < best.reachM) {
      best = { reachM, members: near.map((entry) => entry.point) };
    }
  }
  return (best as { members: Point[] }).members;
}

/** How many of `count` sites are canteens: about one in six, at least one where there are two sites. */
export function canteenCount(count: number): number {
  return count < 2 ? 0 : Math.max(1, Math.round(count / 6));
}

/** Plans a village of `count` sites (1..256) on real points. Throws: as {@link tightestNeighbourhood}. */
export function planVillage(points: readonly Point[], count: number, seed: number): VillagePlan {
  const members = tightestNeighbourhood(points, count);
  const middle = {
    latitude: members.reduce((sum, point) => sum + point.latitude, 0) / count,
    longitude: members.reduce((sum, point) => sum + point.longitude, 0) / count,
  };
  const canteens = chooseCanteens(count, canteenCount(count), seed);
  const serial = { 'water-point': 0, canteen: 0 };
  const sites = members.map((point, slot): Site => {
    const kind = canteens.has(slot) ? 'canteen' : 'water-point';
    const number = ++serial[kind];
    return {
      site: `${kind === 'canteen' ? 'canteen' : 'wp'}-${String(number).padStart(2, '0')}`,
      name: nameOf(point, kind, number),
      kind,
      slot,
      latitude: point.latitude,
      longitude: point.longitude,
      ...offsetM(middle, point),
    };
  });
  const radiusM = Math.max(...sites.map((site) => Math.hypot(site.eastM, site.northM)));
  return { sites, ...middle, radiusM };
}

function chooseCanteens(count: number, canteens: number, seed: number): Set<number> {
  const chance = createRandomStream(seed, 'canteens');
  const chosen = new Set<number>();
  while (chosen.size < canteens) chosen.add(chance.below(count));
  return chosen;
}

/** A readable name: the real district and technology, or what was invented there. Printable ASCII and Latin-1 only. */
function nameOf(point: Point, kind: Site['kind'], number: number): string {
  const what =
    kind === 'canteen'
      ? 'canteen'
      : /[A-Za-z]/.test(point.technology)
        ? point.technology
        : 'water point';
  return `${point.district || 'Village'} ${what} ${number}`.replace(/[^\x20-\x7e\xa1-\xff]/g, '?');
}
