/*
 * sites.ts: what this bench knows of sites and their nodes: sites.json. The same form as the gateway's register, and a little more.
 * Way: provision, calibrate, replace, retire -> file -> register, labels, batch.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { isTopicWord } from '../../gateway/core/register';
import { SLOTS_MAX } from '../../gateway/limits/bulletins';
import { UINT32_MAX } from '../../shared/limits';
import { locked, readJson, writeSafely } from './bench-files';
import { Trouble } from './trouble';

const FILE = 'sites.json';

const NODE = z.strictObject({
  /** 64 hex digits. */
  publicKey: z.string().regex(/^[0-9a-f]{64}$/),
  slot: z
    .int()
    .min(0)
    .max(SLOTS_MAX - 1),
  calibration: z
    .strictObject({
      id: z.int().min(1).max(65_535),
      volumePerPulseUl: z.int().min(1).max(UINT32_MAX),
    })
    .nullable(),
  /** Unix s. */
  placedAt: z.int().min(0).max(UINT32_MAX),
  /** Unix s; null = in use. */
  retiredAt: z.int().min(1).max(UINT32_MAX).nullable(),
  /** Serial number of the board's chip. */
  device: z.string().max(64),
  /** Name of its program (firmware/profiles.ts). */
  profile: z.string().max(64),
  /** Sensors as the node was told (firmware/sensors/wiring.ts). */
  wiring: z.record(z.string(), z.unknown()),
  /** null = the radio is always on, or the node has a chip of its own. */
  radioPowerPin: z.string().nullable(),
});

/** Form of one site. */
export const SITE = z.strictObject({
  site: z.string().refine(isTopicWord, "1 to 64 of letters, digits, '-', '_'"),
  name: z.string().min(1).max(200),
  kind: z.enum(['water-point', 'canteen']),
  latitude: z.number().min(-90).max(90).nullable(),
  longitude: z.number().min(-180).max(180).nullable(),
  nodes: z.array(NODE).max(256),
});

const SITES = z.strictObject({
  sites: z.array(SITE).max(1000),
  /** Slots that the gateway said are in use, when it was asked last. */
  slotsTaken: z.array(
    z
      .int()
      .min(0)
      .max(SLOTS_MAX - 1),
  ),
});

/** One node of a site, as this bench knows it. */
export type BenchNode = z.infer<typeof NODE>;
/** One site, as this bench knows it. `nodes`: the newest last. */
export type BenchSite = z.infer<typeof SITE>;
/** All that sites.json holds. */
export type BenchSites = z.infer<typeof SITES>;

/** All sites. Throws: Trouble bad-file. */
export function readSites(folder: string): BenchSites {
  return readJson(join(folder, FILE), SITES) ?? { sites: [], slotsTaken: [] };
}

/** One site; null = this bench does not know it. Throws: Trouble bad-file. */
export function siteOrNull(folder: string, site: string): BenchSite | null {
  return readSites(folder).sites.find((one) => one.site === site) ?? null;
}

/** One site. Throws: Trouble no-site, bad-file. */
export function siteOf(folder: string, site: string): BenchSite {
  const found = siteOrNull(folder, site);
  if (found === null) throw new Trouble('no-site', { site });
  return found;
}

/** The node of a site that is in use; null = none. */
export function nodeInUse({ nodes }: BenchSite): BenchNode | null {
  return nodes.findLast(({ retiredAt }) => retiredAt === null) ?? null;
}

/** Where a key is in use; null = nowhere that this bench knows. */
export function siteOfKey({ sites }: BenchSites, publicKey: string): BenchSite | null {
  return sites.find((site) => nodeInUse(site)?.publicKey === publicKey) ?? null;
}

/** Lowest slot that nobody uses as far as this bench knows; null = all are in use. */
export function nextFreeSlot({ sites, slotsTaken }: BenchSites): number | null {
  const taken = new Set(slotsTaken);
  for (const { nodes } of sites) {
    for (const { slot, retiredAt } of nodes) if (retiredAt === null) taken.add(slot);
  }
  for (let slot = 0; slot < SLOTS_MAX; slot++) if (!taken.has(slot)) return slot;
  return null;
}

/** Changes the file while no other tool does. `change` works on its argument. @returns what it gives. Throws: Trouble bad-file. */
export function changeSites<T>(folder: string, change: (sites: BenchSites) => T): T {
  return locked(folder, () => {
    const sites = readSites(folder);
    const result = change(sites);
    sites.sites.sort((a, b) => (a.site < b.site ? -1 : 1));
    writeSafely(join(folder, FILE), `${JSON.stringify(SITES.parse(sites), null, 2)}\n`);
    return result;
  });
}
