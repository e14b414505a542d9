/*
 * register.ts: the pod's register of sites and nodes, from its JSON file to checked values.
 * Way: file read by an edge -> readRegister -> store (imported idempotently).
 * Pure. A register is written by people, so every error names the place and what is wrong there.
 */
import { fromHex } from '../../shared/bytes';
import { SLOTS_MAX } from '../limits/bulletins';

/** What a node's pulses mean: volume of one pulse, µL, under an id that records carry. */
export interface RegisterCalibration {
  id: number;
  volumePerPulseUl: number;
}

/** One node (one Ed25519 key) of a site. */
export interface RegisterNode {
  /** 32 bytes. */
  publicKey: Uint8Array;
  /** 0..255, unique among the nodes in use. */
  slot: number;
  calibration: RegisterCalibration | null;
  /** Unix time, s; 0 = not told. */
  placedAtS: number;
  /** Unix time from which the key no longer counts, s; null = in use. */
  retiredAtS: number | null;
}

/** One water point or canteen. */
export interface RegisterSite {
  /** Name used in topics and addresses: letters, digits, '-' and '_'. */
  site: string;
  /** Name for people. */
  name: string;
  kind: 'water-point' | 'canteen';
  latitude: number | null;
  longitude: number | null;
  nodes: RegisterNode[];
}

/** The whole register. */
export interface Register {
  pod: string;
  sites: RegisterSite[];
}

const WORD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** May this text be a level of a topic and of an address? 1..64 of letters, digits, '-', '_'. */
export function isTopicWord(text: unknown): text is string {
  return typeof text === 'string' && WORD.test(text);
}

/** A fault in the register, for the person who wrote it. */
export class RegisterError extends Error {}

function fail(place: string, what: string): never {
  throw new RegisterError(`register: ${place}: ${what}`);
}

type Json = Record<string, unknown>;

function objectAt(value: unknown, place: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(place, 'must be an object');
  }
  return value as Json;
}

function integerAt(value: unknown, place: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    fail(place, `must be a whole number from ${least} to ${most}`);
  }
  return value as number;
}

function degreesAt(value: unknown, place: string, most: number): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(Math.abs(value) <= most)) {
    fail(place, `must be degrees from -${most} to ${most}`);
  }
  return value;
}

function publicKeyAt(value: unknown, place: string): Uint8Array {
  if (typeof value !== 'string' || !/^[0-9a-fA-F]{64}$/.test(value)) {
    fail(place, 'must be 64 hex digits');
  }
  return fromHex(value);
}

function readNode(value: unknown, place: string): RegisterNode {
  const node = objectAt(value, place);
  const calibration =
    node.calibration === undefined ? null : objectAt(node.calibration, `${place}.calibration`);
  return {
    publicKey: publicKeyAt(node.publicKey, `${place}.publicKey`),
    slot: integerAt(node.slot, `${place}.slot`, 0, SLOTS_MAX - 1),
    calibration: calibration && {
      id: integerAt(calibration.id, `${place}.calibration.id`, 1, 0xffffffff),
      volumePerPulseUl: integerAt(
        calibration.volumePerPulseUl,
        `${place}.calibration.volumePerPulseUl`,
        1,
        0xffffffff,
      ),
    },
    placedAtS: integerAt(node.placedAt ?? 0, `${place}.placedAt`, 0, 0xffffffff),
    retiredAtS:
      node.retiredAt === undefined
        ? null
        : integerAt(node.retiredAt, `${place}.retiredAt`, 1, 0xffffffff),
  };
}

function readSite(value: unknown, place: string): RegisterSite {
  const site = objectAt(value, place);
  if (!isTopicWord(site.site))
    fail(`${place}.site`, "must be 1 to 64 of letters, digits, '-', '_'");
  if (site.kind !== 'water-point' && site.kind !== 'canteen') {
    fail(`${place}.kind`, "must be 'water-point' or 'canteen'");
  }
  const name = site.name ?? site.site;
  if (typeof name !== 'string' || name.length > 200) {
    fail(`${place}.name`, 'must be text of at most 200 characters');
  }
  if (!Array.isArray(site.nodes)) fail(`${place}.nodes`, 'must be a list');
  return {
    site: site.site,
    name,
    kind: site.kind,
    latitude: degreesAt(site.latitude, `${place}.latitude`, 90),
    longitude: degreesAt(site.longitude, `${place}.longitude`, 180),
    nodes: site.nodes.map((node, at) => readNode(node, `${place}.nodes[${at}]`)),
  };
}

/** The same key at two places at the same time. */
function overlap(a: RegisterNode, b: RegisterNode): boolean {
  const [first, second] = a.placedAtS <= b.placedAtS ? [a, b] : [b, a];
  if (first.placedAtS === second.placedAtS) return true;
  return first.retiredAtS === null || first.retiredAtS > second.placedAtS;
}

/** A node that moved is listed at each place with its times; the times must not overlap. */
function refuseOverlaps(sites: RegisterSite[]): void {
  const places = new Map<string, RegisterNode[]>();
  for (const site of sites) {
    for (const node of site.nodes) {
      const key = node.publicKey.join(',');
      const others = places.get(key) ?? [];
      if (others.some((other) => overlap(other, node))) {
        fail(
          `${site.site}: publicKey`,
          'this key is there twice: give placedAt and retiredAt of each place',
        );
      }
      places.set(key, [...others, node]);
    }
  }
}

/** No two sites of one name, no two nodes in use in one slot, no node at two places at once. */
function refuseDoubles(sites: RegisterSite[]): void {
  const seen = new Set<string>();
  const once = (what: string, place: string) => {
    if (seen.has(what)) fail(place, `${what} is there twice`);
    seen.add(what);
  };
  for (const site of sites) {
    once(`site ${site.site}`, site.site);
    for (const node of site.nodes) {
      if (node.retiredAtS !== null && node.retiredAtS < node.placedAtS) {
        fail(`${site.site}: retiredAt`, 'is before placedAt');
      }
      if (node.retiredAtS === null) once(`slot ${node.slot}`, `${site.site}: slot`);
    }
  }
  refuseOverlaps(sites);
}

/**
 * Reads a register from the parsed JSON of its file.
 * Form: {"pod","sites":[{"site","name","kind","latitude","longitude","nodes":[{"publicKey","slot",
 * "calibration":{"id","volumePerPulseUl"},"placedAt","retiredAt"}]}]}
 * Throws: RegisterError naming the place and the fault.
 */
export function readRegister(json: unknown): Register {
  const register = objectAt(json, 'file');
  if (!isTopicWord(register.pod)) fail('pod', "must be 1 to 64 of letters, digits, '-', '_'");
  if (!Array.isArray(register.sites)) fail('sites', 'must be a list');
  const sites = register.sites.map((site, at) => readSite(site, `sites[${at}]`));
  refuseDoubles(sites);
  return { pod: register.pod, sites };
}
