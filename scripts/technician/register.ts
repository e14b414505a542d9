/*
 * register.ts: tells the gateway the sites of this bench, over HTTP or as a signed file for a USB stick.
 * Way: sites.json -> gateway, or file. Safe to repeat: what the gateway knows already changes nothing.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { makeRegistration } from '../../gateway/registration-file';
import { toHex } from '../../shared/bytes';
import type { ActDoors } from './bench';
import { locked, writeSafely } from './bench-files';
import { benchKeyOf } from './bench-key';
import { askPod, postRegister } from './gateway-client';
import { goOn, logged } from './logged';
import { type BenchSite, readSites, siteOf } from './sites';
import { Trouble } from './trouble';

/** Which sites, and which way. */
export interface RegisterOptions {
  /** One site; all when left out. */
  site?: string;
  /** Other than the pod's own address. */
  gateway?: string;
  token: string | null;
  /** Write a signed file into this folder instead. */
  to?: string;
  /** Nodes may move, and take the place of nodes that this bench does not know. */
  replaces?: boolean;
}

/** What was told. */
export interface RegisterResult {
  /** Words of the sites. */
  sites: string[];
  /** Those of them that the gateway did not know so. */
  changed: string[];
  /** The file that was written; null = told over HTTP. */
  file: string | null;
  isDryRun: boolean;
}

/** A site in the form of the register's file. */
export function registerForm({ site, name, kind, latitude, longitude, nodes }: BenchSite): object {
  return {
    ...{ site, name, kind },
    ...(latitude === null || longitude === null ? {} : { latitude, longitude }),
    nodes: nodes.map(({ publicKey, slot, calibration, placedAt, retiredAt }) => ({
      ...{ publicKey, slot, placedAt },
      ...(calibration === null ? {} : { calibration }),
      ...(retiredAt === null ? {} : { retiredAt }),
    })),
  };
}

function refuseNoFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Trouble('bad-file', { file: folder, fault: 'no-folder' });
}

/** Writes the signed file. @returns its path. */
function writeFile(
  benchFolder: string,
  to: string,
  pod: string,
  sites: BenchSite[],
  replaces: boolean,
): string {
  const key = locked(benchFolder, () => benchKeyOf(benchFolder));
  const bench = toHex(key.publicKey);
  const file = join(to, `tallywell-registration-${bench.slice(0, 8)}.json`);
  const forms = sites.map((site) => ({
    site: registerForm(site) as { site: string },
    replaces,
  }));
  const madeAt = Math.floor(Date.now() / 1000);
  writeSafely(file, makeRegistration({ bench, pod, madeAt, sites: forms }, key.sign));
  return file;
}

async function tellGateway(
  doors: ActDoors,
  sites: BenchSite[],
  pod: string,
  url: string,
  options: RegisterOptions,
) {
  const changed: string[] = [];
  const { token, replaces = false } = options;
  doors.progress.step('tell-gateway', { url });
  for (const [at, site] of sites.entries()) {
    goOn(doors);
    const body = { pod, site: registerForm(site), replaces };
    if (await postRegister({ url, token, signal: doors.signal }, body)) changed.push(site.site);
    doors.progress.share((at + 1) / sites.length);
  }
  return changed;
}

/** Throws: Trouble no-pod, no-site, bad-file, gateway-unreachable, gateway-denied, gateway-refused. */
export function register(doors: ActDoors, options: RegisterOptions): Promise<RegisterResult> {
  return logged(doors, 'register', async (notes) => {
    const { bench, isDryRun } = doors;
    const pod = bench.pod();
    notes.site = options.site ?? null;
    const chosen =
      options.site === undefined
        ? readSites(bench.folder).sites
        : [siteOf(bench.folder, options.site)];
    const sites = chosen.filter(({ nodes }) => nodes.length > 0);
    if (sites.length === 0) throw new Trouble('no-site', { site: options.site ?? '' });
    const names = sites.map(({ site }) => site);
    const result = { sites: names, changed: [], file: null, isDryRun };
    notes.facts.sites = sites.length;
    if (options.to !== undefined) {
      refuseNoFolder(options.to);
      if (isDryRun) return result;
      const file = writeFile(bench.folder, options.to, pod.pod, sites, options.replaces ?? false);
      notes.facts.file = file;
      return { ...result, file };
    }
    const url = options.gateway ?? pod.gatewayUrl;
    if (url === null) throw new Trouble('gateway-unreachable', { url: '-', reason: '--gateway' });
    if (options.token === null) {
      // A gateway that is not there is the first thing to be said.
      await askPod({ url, token: null, signal: doors.signal });
      throw new Trouble('gateway-denied', { url });
    }
    if (isDryRun) return result;
    const changed = await tellGateway(doors, sites, pod.pod, url, options);
    notes.facts.changed = changed.length;
    return { ...result, changed };
  });
}
