/*
 * placements.ts: the stays of a site: which keys stood there, oldest first.
 * Way: tables placement and site -> the readers of sites and sums. Read only.
 */
import type { Database } from 'better-sqlite3';

/** A key's time at a site. */
export interface PlacementRow {
  id: number;
  keyRowId: number;
  fromS: number;
}

/** Reads the stays of a site, by its name. */
export type PlacementsOf = (site: string) => PlacementRow[];

/** Prepares the read. */
export function placementsReader(database: Database): PlacementsOf {
  const ofSite = database.prepare(
    `SELECT p.id, p.node_key_id AS keyRowId, p.from_s AS fromS FROM placement p
     JOIN site s ON s.id = p.site_id WHERE s.site = ? ORDER BY p.from_s, p.id`,
  );
  return (site: string) => ofSite.all(site) as PlacementRow[];
}
