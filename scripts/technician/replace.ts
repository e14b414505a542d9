/*
 * replace.ts: a new board takes a site whose node is broken; and a site whose node goes for good.
 * Way: sites.json (the old key ends now) -> provision of the new board; register tells the gateway. History stays with the site.
 */
import type { ActDoors } from './bench';
import type { BoardSession } from './board/board-session';
import { logged } from './logged';
import { keyIdHex } from './node-config';
import { retireAt, sitesBefore } from './placing';
import { type ProvisionOptions, type ProvisionResult, provision } from './provision';
import { changeSites, nodeInUse, readSites, siteOf } from './sites';
import { Trouble } from './trouble';

/** The new node, and the one that went. */
export interface ReplaceResult extends ProvisionResult {
  /** Key id of the node that gave way; null = there was none in use. */
  replaced: string | null;
}

/**
 * Gives the board at the port the site of another node: name, slot, wiring, calibration go on unless told otherwise.
 * The volume of a pulse belongs to the meter, which stays.
 * Throws: Trouble no-site, and what provision throws.
 */
export async function replaceNode(
  doors: ActDoors,
  session: BoardSession,
  options: ProvisionOptions,
): Promise<ReplaceResult> {
  const old = nodeInUse(siteOf(doors.bench.folder, options.site));
  const done = await provision(doors, session, { ...options, replaces: true });
  const isSame = old !== null && old.publicKey === done.publicKey;
  return { ...done, replaced: old === null || isSame ? null : keyIdHex(old.publicKey) };
}

/** What `retire` did. */
export interface RetireResult {
  site: string;
  keyId: string;
  isDryRun: boolean;
}

/** Ends the node of a site, from now on. Throws: Trouble no-site, already-done. */
export function retireNode(doors: ActDoors, options: { site: string }): Promise<RetireResult> {
  return logged(doors, 'retire', async (notes) => {
    const { bench, isDryRun } = doors;
    const { site } = options;
    notes.site = site;
    const node = nodeInUse(siteOf(bench.folder, site));
    if (node === null) throw new Trouble('already-done', { what: `retire --site ${site}` });
    notes.device = node.device;
    const keyId = keyIdHex(node.publicKey);
    notes.facts.keyId = keyId;
    if (isDryRun) return { site, keyId, isDryRun };
    const { device, publicKey } = node;
    const sites = sitesBefore(readSites(bench.folder), site, publicKey);
    bench.save({ device, act: 'retire', publicKey, files: [], radio: null, sites });
    changeSites(bench.folder, (all) => {
      const found = all.sites.find((one) => one.site === site);
      if (found) retireAt(found, Math.floor(Date.now() / 1000));
    });
    return { site, keyId, isDryRun };
  });
}
