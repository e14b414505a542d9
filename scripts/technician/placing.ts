/*
 * placing.ts: which node stands at which site, in which slot, by what this bench knows. Pure, over the content of sites.json.
 * Way: provision, replace, retire -> sites.json.
 */
import type { Profile } from '../../firmware/profiles';
import type { Wiring } from '../../firmware/sensors/wiring';
import type { SiteBefore } from './bench';
import { keyIdHex } from './node-config';
import {
  type BenchNode,
  type BenchSite,
  type BenchSites,
  nextFreeSlot,
  nodeInUse,
  siteOfKey,
} from './sites';
import { Trouble } from './trouble';

/** What a person says of a site. What is left out stays as it was. */
export interface SiteWords {
  /** Word of the site: letters, digits, '-', '_'. */
  site: string;
  /** For people. */
  name?: string;
  latitude?: number;
  longitude?: number;
  /** The next free one when left out. */
  slot?: number;
}

/** What a node of a site is. */
export interface NodePlan {
  device: string;
  profile: Profile;
  wiring: Wiring;
  radioPowerPin?: string;
  calibration: BenchNode['calibration'];
}

function siteNamed({ sites }: BenchSites, name: string): BenchSite | undefined {
  return sites.find(({ site }) => site === name);
}

/**
 * The node that the site had last, in use or not; null = none.
 * Throws: Trouble site-taken, when another node than this is in use there and does not give way.
 */
export function nodeBefore(
  all: BenchSites,
  { site: name }: SiteWords,
  publicKey: string | null,
  givesWay: boolean,
): BenchNode | null {
  const site = siteNamed(all, name);
  const node = site ? nodeInUse(site) : null;
  if (node !== null && node.publicKey !== publicKey && !givesWay)
    throw new Trouble('site-taken', { site: name, keyId: keyIdHex(node.publicKey) });
  return node ?? site?.nodes.at(-1) ?? null;
}

/** Throws: Trouble slot-taken. */
export function slotFor(
  all: BenchSites,
  { site: name, slot: wanted }: SiteWords,
  before: BenchNode | null,
): number {
  const own = before?.slot ?? null;
  const others = all.sites.filter(({ site }) => site !== name).map(nodeInUse);
  const isFree = (slot: number) =>
    !others.some((node) => node?.slot === slot) && (slot === own || !all.slotsTaken.includes(slot));
  if (wanted === undefined && own !== null && isFree(own)) return own;
  const slot = wanted ?? nextFreeSlot(all);
  if (slot === null || !isFree(slot)) throw new Trouble('slot-taken', { slot: slot ?? '' });
  return slot;
}

/** Retires the node of a site that is in use, where there is one. @returns it. */
export function retireAt(site: BenchSite, nowS: number): BenchNode | null {
  const node = nodeInUse(site);
  if (node !== null) node.retiredAt = Math.max(nowS, node.placedAt);
  return node;
}

/**
 * Puts a node at a site: changes `all`. A key that stood elsewhere is retired there. @param givesWay the site's node of
 * before is retired.
 * Throws: Trouble site-taken, slot-taken.
 */
export function placeNode(
  all: BenchSites,
  words: SiteWords,
  plan: NodePlan,
  place: { publicKey: string; givesWay: boolean; nowS: number },
): BenchNode {
  const { publicKey, givesWay, nowS } = place;
  const before = nodeBefore(all, words, publicKey, givesWay);
  const slot = slotFor(all, words, before);
  const elsewhere = siteOfKey(all, publicKey);
  if (elsewhere !== null && elsewhere.site !== words.site) retireAt(elsewhere, nowS);
  let site = siteNamed(all, words.site);
  if (site === undefined) {
    const kind = plan.profile.kind === 'canteen' ? 'canteen' : 'water-point';
    site = { site: words.site, name: words.site, kind, latitude: null, longitude: null, nodes: [] };
    all.sites.push(site);
  }
  site.name = words.name ?? site.name;
  site.latitude = words.latitude ?? site.latitude;
  site.longitude = words.longitude ?? site.longitude;
  const stood = nodeInUse(site);
  const isSame = stood?.publicKey === publicKey;
  if (stood !== null && !isSame) retireAt(site, nowS);
  const { device, profile, wiring, radioPowerPin = null, calibration } = plan;
  const node: BenchNode = {
    ...{ publicKey, slot, calibration, placedAt: isSame ? stood.placedAt : nowS, retiredAt: null },
    ...{ device, profile: profile.name, wiring: { ...wiring }, radioPowerPin },
  };
  site.nodes = [...site.nodes.filter((one) => !(isSame && one === stood)), node];
  return node;
}

/** The sites that a node with this key is about to be placed at, or taken from, as they are: for undo. */
export function sitesBefore(all: BenchSites, site: string, publicKey: string): SiteBefore[] {
  const elsewhere = siteOfKey(all, publicKey)?.site ?? site;
  return [...new Set([site, elsewhere])].map((name) => {
    return { site: name, before: structuredClone(siteNamed(all, name) ?? null) };
  });
}

/** Brings one node of a site back as it was; one that stands elsewhere by now, or whose slot is used, stays retired. */
function nodeAsBefore(all: BenchSites, site: string, before: BenchNode): BenchNode | null {
  if (before.retiredAt !== null) return before;
  const others = all.sites.filter((one) => one.site !== site).map(nodeInUse);
  const isFree = !others.some(
    (node) => node?.publicKey === before.publicKey || node?.slot === before.slot,
  );
  return isFree ? before : null;
}

/**
 * Takes back what an act with the board `device` did to sites: changes `all`. What the node counted at a site that it leaves
 * stays there: it is retired now, not forgotten. A site at which another board stands by now is left alone.
 * @returns words of the sites that changed: the gateway is to be told.
 */
export function placeAsBefore(
  all: BenchSites,
  places: readonly SiteBefore[],
  device: string,
  nowS: number,
): string[] {
  const sites = places.flatMap(({ site: name, before }) => {
    const site = siteNamed(all, name);
    const stands = site && nodeInUse(site);
    return site && (!stands || stands.device === device) ? [{ site, before }] : [];
  });
  // First all leave, then each gets back what it had.
  for (const { site } of sites) retireAt(site, nowS);
  for (const { site, before } of sites) {
    if (before === null) continue;
    const { name, latitude, longitude } = before;
    Object.assign(site, { name, latitude, longitude });
    site.nodes = site.nodes.map((node) => {
      const same = before.nodes.find(
        ({ publicKey, placedAt }) => publicKey === node.publicKey && placedAt === node.placedAt,
      );
      return (same && nodeAsBefore(all, site.site, same)) ?? node;
    });
  }
  return sites.map(({ site }) => site.site);
}
