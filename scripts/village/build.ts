/*
 * Builds the village's world: one clock, one air, a radio and a board at each site, the gateway's radio in the middle.
 * From: options and plan. To: run.ts, which moves its time.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoraConfig } from '../../firmware/board';
import { loraConfigOf } from '../../hardware/lora-settings';
import { createAir } from '../../hardware/virtual/air';
import {
  type ChannelKey,
  createChannelKeys,
  decryptFrame,
} from '../../hardware/virtual/channel-keys';
import { createWasmEd25519, loadRoutine } from '../../hardware/virtual/ed25519-wasm';
import type { Position } from '../../hardware/virtual/link-budget';
import { createModem } from '../../hardware/virtual/modem';
import { type Connection, createRadio, type Radio } from '../../hardware/virtual/radio';
import { createRandomStream } from '../../hardware/virtual/random';
import { createWorld, type World } from '../../hardware/virtual/world';
import { CHANNEL_NAME, PORTNUM } from '../../shared/limits';
import { MEDIUM_FAST } from '../../shared/meshtastic/airtime';
import { decodeOnAir } from '../../shared/meshtastic/onair';
import { VILLAGE_START_S } from './data-dir';
import { scheduleFaults } from './faults';
import { createHostile } from './hostile';
import { channelKeyOf, nodeKeyOf, radioNumberOf } from './keys';
import { createNode, type NodeMesh, type VillageNode } from './node';
import { packageFolder, type VillageOptions } from './options';
import { provisionOf } from './provision';
import type { RadioClientSide } from './radio-port';
import { scaleToReach } from './reach';
import { meterUlOf } from './register-file';
import { scheduleSite } from './schedule';
import type { Site, VillagePlan } from './sites';
import type { TapDay } from './taps';

const REGION = 'EU_868';
const PRESET = MEDIUM_FAST;
/** Nodes are switched on within the first minute, each at a whole second. */
const BOOT_MS_MIN = 10_000;
const BOOT_SPREAD_S = 50;

/** A standing village; nothing has happened in it yet. */
export interface Village {
  world: World;
  nodes: VillageNode[];
  /** What a person should know about how it was built. */
  notes: string[];
  gatewayRadio: RadioClientSide;
  /** Where bytes of the gateway's radio go, and what to do when it ends the connection. */
  onGatewayRadio(send: (bytes: Uint8Array) => void, hangUp: () => void): void;
  /** Tells the nodes whom to trust and lets the days begin. `gatewayKey`: public key, 64 hex digits. */
  provision(gatewayKey: string, taps: readonly TapDay[]): void;
  /** Share of the time the channel was busy at the gateway's antenna, percent with two decimals. */
  airBusyPercent(): number;
  hostileSent(): number;
}

/** What is built. `run` counts from 1; `startS` is the run's first moment, unix s. */
export interface BuildSetup {
  options: VillageOptions;
  plan: VillagePlan;
  run: number;
  startS: number;
}

interface Ground {
  world: World;
  air: ReturnType<typeof createAir>;
  channel: { name: string; psk: Uint8Array };
  place(site: { eastM: number; northM: number }): Position;
}

function radioAt(ground: Ground, nodeNum: number, name: string, position: Position): Radio {
  return createRadio(ground.world, ground.air, {
    nodeNum,
    longName: name,
    shortName: name.slice(-4),
    position,
    // The public channel first, as radios come; ours second.
    channels: [{ name: '', psk: new Uint8Array([1]) }, ground.channel],
    region: REGION,
    preset: PRESET,
  });
}

/** The gateway's side of its radio: one connection at a time. */
function clientSide(radio: Radio) {
  let connection: Connection | undefined;
  let send: (bytes: Uint8Array) => void = () => {};
  let hangUp: () => void = () => {};
  const side: RadioClientSide = {
    setConnected: (connected) => {
      connection?.close();
      connection = connected
        ? radio.connect(
            (bytes) => send(bytes),
            () => {
              connection = undefined;
              hangUp();
            },
          )
        : undefined;
    },
    receive: (bytes) => connection?.write(bytes),
  };
  const attach: Village['onGatewayRadio'] = (toSend, toHangUp) => {
    send = toSend;
    hangUp = toHangUp;
  };
  return { side, attach };
}

function bundleOf(profile: string): string {
  const path = join(packageFolder(), 'dist/firmware', `${profile}.js`);
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Error(`${path} is missing: run npm run build first`);
  }
}

/** Builds it. Throws: an Error in words for people when the firmware was not built. */
export function buildVillage(setup: BuildSetup): Village {
  const { options, plan } = setup;
  const { seed } = options;
  const world = createWorld(seed);
  const channel = { name: CHANNEL_NAME, psk: channelKeyOf(seed) };
  const scale = scaleToReach(plan);
  const place: Ground['place'] = ({ eastM, northM }) => ({
    latitude: plan.latitude + (northM * scale) / 111_195,
    longitude:
      plan.longitude + (eastM * scale) / (111_195 * Math.cos((plan.latitude * Math.PI) / 180)),
  });
  let heard: (bytes: Uint8Array) => void = () => {};
  const keys = createChannelKeys([channel], CHANNEL_NAME);
  const nodesByNumber = new Map<number, VillageNode>();
  const air = createAir(world, {
    lossPercent: options.lossPercent,
    onTransmission: ({ nodeNum, bytes }) => {
      heard(bytes);
      const packet = nodesByNumber.has(nodeNum) ? packetIn(keys, bytes) : undefined;
      if (packet) nodesByNumber.get(nodeNum)?.noteOnAir(packet);
    },
  });
  const ground: Ground = { world, air, channel, place };
  const gatewayNode = radioNumberOf(seed, 'gateway');
  const radio = radioAt(ground, gatewayNode, 'gateway', place({ eastM: 0, northM: 0 }));
  const nodes = plan.sites.map((site) => nodeAt(setup, ground, site));
  plan.sites.forEach((site, i) => {
    if (isLora(setup, site)) nodesByNumber.set(radioNumberOf(seed, site.site), nodes[i]);
  });
  const hostile = options.hostile
    ? createHostile({
        ...{ world, air, channel, gatewayNode, seed },
        modem: createModem(PRESET, REGION),
        position: place({ eastM: 150, northM: 150 }),
      })
    : undefined;
  if (hostile !== undefined) heard = hostile.heard;
  const { side, attach } = clientSide(radio);
  return {
    world,
    nodes,
    notes: notesOf(plan, scale),
    gatewayRadio: side,
    onGatewayRadio: attach,
    provision: (gatewayKey, taps) => {
      const firstDay = Math.round((setup.startS - VILLAGE_START_S) / 86_400);
      for (const node of nodes) {
        const { site } = node;
        const lora = isLora(setup, site)
          ? loraOf(ground, radioNumberOf(seed, site.site))
          : undefined;
        node.provision(provisionOf({ ...setup, site, gatewayKey, gatewayNode, lora }));
        scheduleSite(world, node, taps, seed, firstDay);
      }
      if (options.faults) scheduleFaults(world, nodes, seed, (options.days || 30) * 86_400_000);
    },
    airBusyPercent: () => Math.round(air.busyPercent(gatewayNode) * 100) / 100,
    hostileSent: () => hostile?.sent() ?? 0,
  };
}

/**
 * The water points whose node has a radio chip of its own: spread evenly over the slots. Canteens have radios, except
 * where all have chips.
 */
function isLora({ options, plan }: BuildSetup, site: Site): boolean {
  if (site.kind === 'canteen') return options.loraPercent === 100;
  const place = plan.sites.filter(({ kind }) => kind === site.kind).indexOf(site);
  const share = options.loraPercent / 100;
  return Math.floor((place + 1) * share) > Math.floor(place * share);
}

function loraOf(ground: Ground, nodeNum: number): LoraConfig {
  return loraConfigOf(
    {
      region: REGION,
      preset: PRESET,
      channelNum: 0,
      primaryName: PRESET.displayName,
      channelKey: ground.channel.psk,
    },
    nodeNum,
  );
}

/** The payload of a packet on our port in a frame of our channel. */
function packetIn(keys: ChannelKey[], bytes: Uint8Array): Uint8Array | undefined {
  const frame = decodeOnAir(bytes);
  const opened = typeof frame === 'string' ? frame : decryptFrame(keys, bytes, frame);
  if (typeof opened === 'string' || opened.data.portnum !== PORTNUM) return undefined;
  return opened.data.payload;
}

function nodeAt(setup: BuildSetup, ground: Ground, site: Site): VillageNode {
  const { seed } = setup.options;
  const nodeNum = radioNumberOf(seed, site.site);
  const position = ground.place(site);
  const lora = isLora(setup, site) ? loraOf(ground, nodeNum) : undefined;
  const modem = createModem(PRESET, REGION);
  const mesh: NodeMesh = lora
    ? {
        link: 'lora',
        air: ground.air,
        station: { nodeNum, position, modem, txPowerDbm: lora.txPowerDbm },
        frequencyHz: lora.frequencyHz,
      }
    : { link: 'uart', radio: radioAt(ground, nodeNum, site.site, position) };
  const dice = createRandomStream(seed, `node/${setup.run}/${site.site}`);
  return createNode({
    ...{ world: ground.world, mesh, site },
    publicKey: nodeKeyOf(seed, setup.run, site.site).publicKey,
    bootMs: BOOT_MS_MIN + dice.below(BOOT_SPREAD_S) * 1000,
    meterUl: meterUlOf(seed, site),
    boardSeed: dice.u32(),
    ed25519: createWasmEd25519(loadRoutine(packageFolder())),
    bundle: bundleOf(lora ? `${site.kind}-xiao-lora` : site.kind),
  });
}

function notesOf(plan: VillagePlan, scale: number): string[] {
  const { radiusM } = plan;
  const reach = radiusM < 1000 ? `${Math.ceil(radiusM)} m` : `${(radiusM / 1000).toFixed(1)} km`;
  const where = `${plan.sites.length} real points within ${reach} of ${plan.latitude.toFixed(4)}, ${plan.longitude.toFixed(4)}`;
  if (scale === 1) return [where];
  return [
    where,
    `too far apart for radios to mesh: the antennas are drawn together, all distances divided by ${(1 / scale).toFixed(1)}`,
  ];
}
