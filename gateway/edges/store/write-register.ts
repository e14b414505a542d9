/*
 * write-register.ts: takes over a register of sites and nodes, and reads the keys back as the judge knows them.
 * Way: register file (core/register.ts) -> tables site, node_key, placement, calibration -> judge. Form: schema.sql.
 * Taking the same register twice changes nothing. What is no longer listed is retired, never deleted. A register of some
 * sites only (a technician's registration) retires nothing at other sites, but a key that moved.
 */
import type { Database } from 'better-sqlite3';
import type { KnownKey, Placement } from '../../core/judge';
import type { Register, RegisterNode } from '../../core/register';

/** A placement that has no end. */
interface Standing {
  id: number;
  keyId: number;
  siteId: number;
}

/** Prepares retiring, of the placements without an end that are meant, those that are not listed. */
function retirer(database: Database) {
  const standing = database.prepare(
    'SELECT id, node_key_id AS keyId, site_id AS siteId FROM placement WHERE to_s IS NULL',
  );
  const retire = database.prepare('UPDATE placement SET to_s = max(from_s, ?) WHERE id = ?');
  return (nowS: number, listed: Set<number>, isMeant: (placement: Standing) => boolean): void => {
    for (const placement of standing.all() as Standing[]) {
      if (isMeant(placement) && !listed.has(placement.id)) retire.run(nowS, placement.id);
    }
  };
}

/** Prepares taking over a register, inside the caller's transaction. */
export function registerWriter(database: Database) {
  const putSite = database.prepare(
    `INSERT INTO site (site, name, kind, latitude, longitude) VALUES (?,?,?,?,?)
     ON CONFLICT (site) DO UPDATE SET name = excluded.name, kind = excluded.kind,
       latitude = excluded.latitude, longitude = excluded.longitude RETURNING id`,
  );
  const putKey = database.prepare(
    `INSERT INTO node_key (public_key, key_id, slot) VALUES (?,?,?)
     ON CONFLICT (public_key) DO UPDATE SET slot = excluded.slot RETURNING id`,
  );
  const atSite = database.prepare(
    `SELECT id FROM placement WHERE node_key_id = ? AND site_id = ? AND (from_s = ? OR to_s IS NULL)
     ORDER BY from_s = ? DESC LIMIT 1`,
  );
  const addPlacement = database.prepare(
    'INSERT INTO placement (node_key_id, site_id, from_s, to_s) VALUES (?,?,?,?) RETURNING id',
  );
  const changePlacement = database.prepare(
    'UPDATE placement SET from_s = coalesce(nullif(?, 0), from_s), to_s = ? WHERE id = ?',
  );
  const sinceThen = database.prepare(
    'SELECT id FROM placement WHERE node_key_id = ? AND from_s = ?',
  );
  const correctSite = database.prepare('UPDATE placement SET site_id = ?, to_s = ? WHERE id = ?');
  const wasPlaced = database.prepare('SELECT 1 FROM placement WHERE node_key_id = ?');
  const putCalibration = database.prepare(
    `INSERT INTO calibration VALUES (?,?,?) ON CONFLICT DO UPDATE
     SET volume_per_pulse_ul = excluded.volume_per_pulse_ul`,
  );
  const retireUnlisted = retirer(database);

  /**
   * A node that comes from another site without a time given comes now. One that the register has at another site
   * since the very same time was written down wrongly: its records go along.
   */
  const place = (keyRowId: number, siteRowId: number, node: RegisterNode, nowS: number): number => {
    const { placedAtS, retiredAtS } = node;
    const known = atSite.get(keyRowId, siteRowId, placedAtS, placedAtS) as { id: number };
    if (known) {
      changePlacement.run(placedAtS, retiredAtS, known.id);
      return known.id;
    }
    const mistaken = placedAtS > 0 && sinceThen.get(keyRowId, placedAtS);
    if (mistaken) {
      const { id } = mistaken as { id: number };
      correctSite.run(siteRowId, retiredAtS, id);
      return id;
    }
    const fromS = placedAtS === 0 && wasPlaced.get(keyRowId) ? nowS : placedAtS;
    return (addPlacement.get(keyRowId, siteRowId, fromS, retiredAtS) as { id: number }).id;
  };
  return (
    register: Pick<Register, 'sites'>,
    keyIdOf: (publicKey: Uint8Array) => Uint8Array,
    nowS: number,
    isWhole: boolean,
  ): void => {
    const listed = new Set<number>();
    const [keys, sites] = [new Set<number>(), new Set<number>()];
    const importNode = (siteRowId: number, node: RegisterNode) => {
      const key = putKey.get(node.publicKey, keyIdOf(node.publicKey), node.slot) as { id: number };
      listed.add(place(key.id, siteRowId, node, nowS));
      keys.add(key.id);
      const { calibration } = node;
      if (calibration) putCalibration.run(key.id, calibration.id, calibration.volumePerPulseUl);
    };
    for (const site of register.sites) {
      const row = putSite.get(site.site, site.name, site.kind, site.latitude, site.longitude);
      sites.add((row as { id: number }).id);
      for (const node of site.nodes) importNode((row as { id: number }).id, node);
    }
    retireUnlisted(nowS, listed, (at) => isWhole || keys.has(at.keyId) || sites.has(at.siteId));
  };
}

/** Prepares reading all keys, retired ones too, by row. */
export function keysReader(database: Database): () => KnownKey[] {
  const keys = database.prepare(
    'SELECT id AS rowId, public_key AS publicKey, key_id AS keyId, slot FROM node_key ORDER BY id',
  );
  const placements = database.prepare(
    `SELECT p.id AS rowId, s.site AS site, p.from_s AS fromS, p.to_s AS toS
     FROM placement p JOIN site s ON s.id = p.site_id WHERE p.node_key_id = ? ORDER BY p.from_s`,
  );
  return () =>
    (keys.all() as Omit<KnownKey, 'placements'>[]).map((key) => ({
      ...key,
      placements: placements.all(key.rowId) as Placement[],
    }));
}
