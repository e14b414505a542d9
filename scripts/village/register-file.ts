/*
 * The pod's register for the gateway: which key stands at which site.
 * From: the plan, the seed, the run number. To: DIR/register.json, which the gateway imports at start.
 * Source: the form that gateway/core/register.ts reads.
 */
import type { Register } from '../../gateway/core/register';
import { pulseUlOf } from './flow';
import { nodeKeyOf } from './keys';
import type { Site, VillagePlan } from './sites';

/** The village's one calibration id: each meter is calibrated once, before it is placed. */
export const CALIBRATION_ID = 1;

/** µL a pulse of a site's meter; 0 where there is none. */
export function meterUlOf(seed: number, site: Site): number {
  return site.kind === 'water-point' ? pulseUlOf(seed, site.site) : 0;
}

/** The register's JSON form: byte strings as hex, absent instead of null. */
interface RegisterFile {
  pod: Register['pod'];
  sites: {
    site: string;
    name: string;
    kind: Site['kind'];
    latitude: number;
    longitude: number;
    nodes: object[];
  }[];
}

/**
 * The register of the newest of these runs: its nodes in use, those of each earlier run retired as the next began.
 * `startsS`: first moment of each run, unix s.
 */
export function registerOf(plan: VillagePlan, seed: number, startsS: number[]): RegisterFile {
  const nodesOf = (site: Site): object[] => {
    const volumePerPulseUl = meterUlOf(seed, site);
    const calibration = { id: CALIBRATION_ID, volumePerPulseUl };
    return startsS.map((placedAt, index) => ({
      publicKey: Buffer.from(nodeKeyOf(seed, index + 1, site.site).publicKey).toString('hex'),
      slot: site.slot,
      ...(volumePerPulseUl > 0 ? { calibration } : {}),
      placedAt,
      ...(index + 1 < startsS.length ? { retiredAt: startsS[index + 1] } : {}),
    }));
  };
  return {
    pod: 'village',
    sites: plan.sites.map((site) => ({
      site: site.site,
      name: site.name,
      kind: site.kind,
      latitude: site.latitude,
      longitude: site.longitude,
      nodes: nodesOf(site),
    })),
  };
}
