/*
 * pod-act.ts: tells the bench its pod: from the gateway, from a file, or part by part; and the channel's key.
 * Way: gateway or file -> pod.json, channel.key. At first use the gateway is believed; a person compares the fingerprint.
 */
import { fingerprintOf } from '../../gateway/recovery';
import { keyWordsOf } from '../../gateway/web/key-words';
import { fromHex } from '../../shared/bytes';
import { slotFrequencyHz } from '../../shared/meshtastic/frequency-slot';
import { REGIONS, type RegionName } from '../../shared/meshtastic/regions';
import type { ActDoors, Pod } from './bench';
import { readJson } from './bench-files';
import { askPod, type PodAnswer } from './gateway-client';
import { logged } from './logged';
import {
  hasChannelKey,
  newChannelKey,
  POD_FORM,
  readChannelKey,
  readChannelKeyFile,
  readPodOrNull,
  writeChannelKey,
  writePod,
} from './pod-file';
import { PRESETS } from './presets';
import { changeSites } from './sites';
import { Trouble } from './trouble';

/** What is asked for; nothing = show what is known. */
export interface PodOptions {
  /** Where the gateway's page is: http://host:port. */
  gateway?: string;
  /** Token for a gateway that tells strangers nothing. */
  token: string | null;
  /** A pod.json written elsewhere. */
  file?: string;
  region?: string;
  preset?: string;
  /** Make a key for the channel. */
  newChannelKey?: boolean;
  /** Take the channel's key from this file. */
  channelKeyFile?: string;
  /** Take another gateway key, or another channel key, in the place of one that is known. */
  isAgain?: boolean;
}

/** What the bench knows now. No secret. */
export interface PodResult {
  pod: Pod;
  /** As the gateway prints it. */
  fingerprint: string;
  keyWords: string;
  recoveryFingerprint: string | null;
  hasChannelKey: boolean;
  isDryRun: boolean;
}

/** Preset by the name that people see: LongFast. */
function presetOf(shown: string | null): string | null {
  return Object.keys(PRESETS).find((name) => PRESETS[name].displayName === shown) ?? null;
}

/** Frequency slot that leads to this frequency; 0 = the one by name. */
function channelNumOf(region: RegionName, preset: string, frequencyHz: number | null): number {
  const { displayName, bandwidthHz } = PRESETS[preset];
  const byName = slotFrequencyHz(REGIONS[region], PRESETS[preset], displayName, 0);
  if (frequencyHz === null || frequencyHz === byName) return 0;
  return Math.round((frequencyHz - REGIONS[region].startHz) / bandwidthHz + 0.5);
}

function isRegion(name: string | null | undefined): name is RegionName {
  return name !== null && name !== undefined && Object.hasOwn(REGIONS, name);
}

/** The pod of a gateway's answer. Throws: Trouble region-unset, gateway-refused. */
function podOf(url: string, said: PodAnswer, options: PodOptions, known: Pod | null): Pod {
  const region = options.region ?? said.region ?? known?.region;
  if (!isRegion(region)) throw new Trouble('region-unset');
  const preset = options.preset ?? presetOf(said.preset) ?? known?.preset ?? 'LONG_FAST';
  if (!Object.hasOwn(PRESETS, preset))
    throw new Trouble('bad-file', { file: '--preset', fault: preset });
  const gatewayNode = said.radio ?? known?.gatewayNode;
  if (gatewayNode === undefined) throw new Trouble('gateway-refused', { reason: 'radio: null' });
  return {
    ...{ pod: said.pod, gatewayUrl: url, gatewayKey: said.publicKey, gatewayNode },
    ...{ recoveryKey: said.recoveryKey, region, preset },
    channelNum: channelNumOf(region, preset, said.frequencyHz),
  };
}

function refuseOtherKey(known: Pod | null, fresh: Pod, isAgain: boolean | undefined): void {
  if (known === null || isAgain || known.gatewayKey === fresh.gatewayKey) return;
  const fingerprint = fingerprintOf(fromHex(known.gatewayKey));
  throw new Trouble('already-done', { what: `pod ${known.pod}, ${fingerprint}` });
}

/** The channel's key that is to be kept; null = it stays. Throws: Trouble already-done, bad-file, zero-hash. */
function channelKeyFor(folder: string, options: PodOptions): Uint8Array | null {
  const given =
    options.channelKeyFile === undefined ? null : readChannelKeyFile(options.channelKeyFile);
  if (given === null && !options.newChannelKey) return null;
  if (hasChannelKey(folder) && !options.isAgain) {
    const isSame = given !== null && Buffer.from(readChannelKey(folder)).equals(Buffer.from(given));
    if (!isSame) throw new Trouble('already-done', { what: 'channel.key' });
  }
  return given ?? newChannelKey();
}

async function freshPod(
  { bench, signal, progress }: ActDoors,
  options: PodOptions,
  known: Pod | null,
) {
  const { gateway, token, file } = options;
  if (gateway !== undefined) {
    progress.step('ask-gateway', { url: gateway });
    const said = await askPod({ url: gateway, token, signal });
    return { pod: podOf(gateway, said, options, known), slots: said.slots };
  }
  if (file !== undefined) {
    const pod = readJson(file, POD_FORM);
    if (pod === null) throw new Trouble('bad-file', { file, fault: 'no-file' });
    return { pod, slots: null };
  }
  const pod = known ?? bench.pod();
  const region = options.region ?? pod.region;
  const changed = { ...pod, region: region as RegionName, preset: options.preset ?? pod.preset };
  const read = POD_FORM.safeParse(changed);
  if (!read.success)
    throw new Trouble('bad-file', {
      file: '--region, --preset',
      fault: `${region}, ${changed.preset}`,
    });
  return { pod: read.data, slots: null };
}

function isAsking(options: PodOptions): boolean {
  const { token: _, isAgain: __, ...rest } = options;
  return Object.values(rest).some((value) => value !== undefined);
}

function noteSlots(folder: string, slots: number[]): void {
  changeSites(folder, (all) => {
    all.slotsTaken = slots;
  });
}

/**
 * Tells the bench its pod, or shows what it knows.
 * Throws: Trouble no-pod, bad-file, zero-hash, already-done (another key than the one known), region-unset, gateway-….
 */
export async function tellPod(doors: ActDoors, options: PodOptions): Promise<PodResult> {
  const { bench, isDryRun } = doors;
  const { folder } = bench;
  const known = readPodOrNull(folder);
  const work = async (facts: Record<string, string | number | boolean>): Promise<Pod> => {
    const { pod, slots } = await freshPod(doors, options, known);
    refuseOtherKey(known, pod, options.isAgain);
    const key = channelKeyFor(folder, options);
    if (isDryRun) return pod;
    writePod(folder, pod);
    if (key !== null) writeChannelKey(folder, key);
    if (slots !== null) noteSlots(folder, slots);
    Object.assign(facts, {
      pod: pod.pod,
      gatewayKey: pod.gatewayKey,
      hasNewChannelKey: key !== null,
    });
    return pod;
  };
  const pod = isAsking(options)
    ? await logged(doors, 'pod', (notes) => work(notes.facts))
    : bench.pod();
  return {
    pod,
    fingerprint: fingerprintOf(fromHex(pod.gatewayKey)),
    keyWords: keyWordsOf(pod.gatewayKey).join(' '),
    recoveryFingerprint: pod.recoveryKey && fingerprintOf(fromHex(pod.recoveryKey)),
    hasChannelKey: hasChannelKey(folder),
    isDryRun,
  };
}
