/*
 * registration.ts: what a technician's bench tells of one site, judged against what the gateway knows; and how the register's
 * file and these registrations stand beside each other.
 * Way: body of POST /api/v1/register, or a signed file from a stick -> verdict -> store. Pure. Described in docs/api.md.
 * A site belongs to the file, when it stands there, or to the benches. Neither takes anything from the other.
 */
import { equal, toHex } from '../../shared/bytes';
import { isInUse, type KnownKey } from './judge';
import { RegisterError, type RegisterNode, type RegisterSite, readRegister } from './register';

/** A registration that was understood. */
export interface Registration {
  pod: string;
  site: RegisterSite;
  /** A key may come from another site, and a node that is not named any more may go. */
  replaces: boolean;
}

/**
 * Reads one. Form: {"pod","site":{a site as in the register's file},"replaces":false}.
 * Throws: RegisterError naming the place and the fault.
 */
export function readRegistration(json: unknown): Registration {
  const { pod, site, replaces = false } = (json ?? {}) as Record<string, unknown>;
  if (typeof replaces !== 'boolean') throw new RegisterError('register: replaces: true or false');
  const register = readRegister({ pod, sites: [site] });
  return { pod: register.pod, site: register.sites[0], replaces };
}

/** What a registration is held against. */
export interface KnownRegister {
  pod: string;
  keys: KnownKey[];
  /** Words of the sites in the register's file. */
  fileSites: string[];
  keyIdOf(publicKey: Uint8Array): Uint8Array;
  /** Unix s; null = the time is not known. */
  nowS: number | null;
}

/** The laptop's clock may be so far ahead of the gateway's, s. */
const AHEAD_S_MAX = 3600;

function placeInUse({ placements }: KnownKey): string | undefined {
  return placements.find(({ toS }) => toS === null)?.site;
}

function nodeFault(
  node: RegisterNode,
  { site, replaces }: Registration,
  known: KnownRegister,
): string | null {
  const { publicKey, retiredAtS, slot, placedAtS } = node;
  const id = toHex(known.keyIdOf(publicKey));
  const twin = known.keys.find(
    (key) => toHex(key.keyId) === id && !equal(key.publicKey, publicKey),
  );
  if (twin) return `two keys share the id ${id}: make another key`;
  if (known.nowS !== null && Math.max(placedAtS, retiredAtS ?? 0) > known.nowS + AHEAD_S_MAX)
    return 'a time of it lies in the future: set the clock of the computer it was written on';
  if (retiredAtS !== null) return null;
  const elsewhere = known.keys.find((key) => equal(key.publicKey, publicKey));
  const place = elsewhere && placeInUse(elsewhere);
  if (place !== undefined && place !== site.site && !replaces)
    return `key ${id} stands at ${place}: retire it there, or register it as a replacement`;
  if (place !== undefined && place !== site.site && known.fileSites.includes(place))
    return `key ${id} stands at ${place}, which is in the register's file: change it there`;
  const other = known.keys.find(
    (key) =>
      isInUse(key) &&
      key.slot === slot &&
      !equal(key.publicKey, publicKey) &&
      placeInUse(key) !== site.site,
  );
  if (other) return `slot ${slot} is used at ${placeInUse(other)}: provision with another one`;
  return null;
}

/** Why it cannot be taken, in words for people; null = it can. */
export function registrationFault(registration: Registration, known: KnownRegister): string | null {
  const { site, pod, replaces } = registration;
  if (pod !== known.pod) return `it is for the pod ${pod}, this is ${known.pod}`;
  if (known.fileSites.includes(site.site))
    return `${site.site} stands in the register's file of this gateway: change it there`;
  const inUse = site.nodes.filter(({ retiredAtS }) => retiredAtS === null);
  if (inUse.length > 1) return `${site.site} has more than one node in use`;
  for (const node of site.nodes) {
    const fault = nodeFault(node, registration, known);
    if (fault !== null) return `${site.site}: ${fault}`;
  }
  const forgotten = known.keys.find(
    (key) =>
      placeInUse(key) === site.site &&
      !site.nodes.some(({ publicKey }) => equal(publicKey, key.publicKey)),
  );
  if (forgotten === undefined || replaces) return null;
  const id = toHex(forgotten.keyId);
  return `${site.site} has the node ${id}, which this does not name: register it as a replacement`;
}

/** A site as JSON, in the form of the register's file. */
export function siteJson(site: RegisterSite): object {
  const { nodes, latitude, longitude, ...rest } = site;
  return {
    ...{ ...rest, latitude, longitude },
    nodes: nodes.map(({ publicKey, slot, calibration, placedAtS, retiredAtS }) => ({
      ...{ publicKey: toHex(publicKey), slot, placedAt: placedAtS },
      ...(calibration === null ? {} : { calibration }),
      ...(retiredAtS === null ? {} : { retiredAt: retiredAtS }),
    })),
  };
}

/** Registrations with this one in the place of the site's earlier one, and its key in use nowhere else. */
export function withSite(sites: RegisterSite[], fresh: RegisterSite, nowS: number): RegisterSite[] {
  const inUse = fresh.nodes.find(({ retiredAtS }) => retiredAtS === null)?.publicKey;
  const others = sites.filter(({ site }) => site !== fresh.site);
  const left = others.map((site) => ({
    ...site,
    nodes: site.nodes.map((node) => {
      const hasMoved = inUse && node.retiredAtS === null && equal(node.publicKey, inUse);
      return hasMoved ? { ...node, retiredAtS: Math.max(nowS, node.placedAtS, 1) } : node;
    }),
  }));
  return [...left, fresh];
}

/**
 * The register's file and the registrations as one register. A site of the file counts as the file has it.
 * Throws: RegisterError, when a slot or a key is used by both.
 */
export function withRegistrations(
  file: { pod: string; sites: RegisterSite[] },
  sites: RegisterSite[],
): { pod: string; sites: RegisterSite[] } {
  const inFile = new Set(file.sites.map(({ site }) => site));
  const all = [...file.sites, ...sites.filter(({ site }) => !inFile.has(site))];
  try {
    return readRegister({ pod: file.pod, sites: all.map(siteJson) });
  } catch (error) {
    throw new RegisterError(
      `${(error as Error).message} (in the register's file and in what a technician registered)`,
    );
  }
}
