/*
 * What: a node in the field, for tests of its link: the built bundle on a virtual board, wired to a virtual radio;
 * a second radio at a gateway that stores every record, and broadcasts bulletins when the real schedule says so.
 * From where to where: tests -> world; packets at the gateway's client -> `stored`.
 */
import { readFileSync } from 'node:fs';
import { createBulletinSchedule } from '../../gateway/core/bulletin-schedule';
import { loraConfigOf } from '../../hardware/lora-settings';
import type { AirOptions } from '../../hardware/virtual/air';
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { MDBT42Q, XIAO_NRF52840 } from '../../hardware/virtual/board/layouts';
import type { VirtualBoard } from '../../hardware/virtual/board/types';
import { joinWires, stepBoard } from '../../hardware/virtual/board-in-world';
import { encryptBlocks } from '../../hardware/virtual/channel-keys';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { createModem } from '../../hardware/virtual/modem';
import type { RadioOptions } from '../../hardware/virtual/radio-core';
import { startBundle } from '../../hardware/virtual/run-bundle';
import { createVirtualSx1262, type VirtualSx1262 } from '../../hardware/virtual/sx1262';
import { plugWioSx1262 } from '../../hardware/virtual/wio-sx1262';
import { encodeBulletin } from '../../shared/bulletin';
import { concat } from '../../shared/bytes';
import { BULLETIN_AAD, sigStructure } from '../../shared/cose';
import { PORTNUM } from '../../shared/limits';
import { MEDIUM_FAST } from '../../shared/meshtastic/airtime';
import { createFramer } from '../../shared/meshtastic/stream';
import { decodeToRadio } from '../../shared/meshtastic/to-radio';
import { keyIdOf } from '../../shared/verify';
import { connectClient, type TestClient } from '../hardware/radio/client';
import { createScene, PSK_B, type Scene } from '../hardware/radio/scene';
import {
  entry,
  GATEWAY_NODE,
  GATEWAY_SEED,
  HOUR_MS,
  judged,
  keyRegionOf,
  MDBT42Q_KEY_OFFSET,
  provision,
  SEED,
  SLOT,
  START_S,
} from './bench';

const BROADCAST = 0xffffffff;
const NODE_RADIO = 0x1234;
const PAGE_BYTES = 4096;
const TICK_MS = 5000;
const HEARTBEAT_MS = 300_000;
const ed25519 = createNobleEd25519();
const MESH = loraConfigOf(
  {
    ...{ region: 'EU_868', preset: MEDIUM_FAST, channelNum: 1 },
    ...{ primaryName: 'serial', channelKey: PSK_B },
  },
  NODE_RADIO,
);

/** What a field is made of. */
export interface FieldSetup {
  profile?: 'water-point' | 'water-point-xiao' | 'water-point-xiao-lora';
  /** More of the node's tw.cfg. */
  config?: { [name: string]: unknown };
  radio?: Partial<RadioOptions>;
  /** Of both radios. */
  radios?: Partial<RadioOptions>;
  air?: AirOptions;
  /** The gateway does not know the time. */
  isTimeUnknown?: boolean;
}

export interface Field {
  scene: Scene;
  board: VirtualBoard;
  /** Keeps the board's clock with the world's: call it after doing something to the board. */
  step: () => void;
  gateway: TestClient;
  /** Stored at the gateway, "epoch/sequence", in order of arrival; repeats are not stored again. */
  stored: string[];
  /** Of those, how many had the time. */
  timed: number;
  /** All arrivals of records: world time and name. */
  arrivals: [number, string][];
  bulletins: number;
  /** Packets that the node handed to its radio. */
  handedOver: number;
  /** The radio chip of a lora node. */
  chip: VirtualSx1262 | undefined;
}

/** The gateway's side: reads what its radio hands it, and keeps the bulletins' schedule. */
function runGateway(field: Field, setup: FieldSetup): void {
  const { world, radios } = field.scene;
  const gatewayRadio = radios[radios.length - 1];
  const schedule = createBulletinSchedule();
  const group = SLOT >> 4;
  const unixMs = (): number => START_S * 1000 + world.nowMs();
  let seen = 0;
  let sequence = 0;
  schedule.setGroups([group], unixMs());
  const read = (): void => {
    const packets = field.gateway.packets(PORTNUM);
    for (; seen < packets.length; seen++) {
      const record = judged(new Uint8Array(packets[seen].data.payload));
      const name = `${record.epoch}/${record.sequence}`;
      field.arrivals.push([packets[seen].atMs, name]);
      if (record.timeS === 0) schedule.heardWithoutClock(group, unixMs());
      if (field.stored.includes(name)) continue;
      field.stored.push(name);
      if (record.timeS > 0) field.timed++;
    }
  };
  const connect = (): void => {
    field.gateway = connectClient(world, gatewayRadio);
    field.gateway.send({ case: 'wantConfigId', value: 69420 });
    seen = 0;
  };
  connect();
  let heartbeatMs = 0;
  const tick = (): void => {
    if (field.gateway.closed > 0 && gatewayRadio.isRunning()) connect();
    read();
    if (world.nowMs() - heartbeatMs >= HEARTBEAT_MS) {
      heartbeatMs = world.nowMs();
      field.gateway.send({ case: 'heartbeat', value: { nonce: 0 } });
    }
    if (schedule.due(unixMs()).length > 0) {
      schedule.sent(group, unixMs());
      field.bulletins++;
      sequence++;
      const payload = bulletinOf(field.stored, sequence, setup.isTimeUnknown ? 0 : unixMs());
      field.gateway.sendPacket({ to: BROADCAST, hopLimit: 3, payload });
    }
    world.at(world.nowMs() + TICK_MS, tick);
  };
  world.at(TICK_MS, tick);
}

/** Tells the newest epoch as the gateway holds it. */
function bulletinOf(stored: string[], sequence: number, nowMs: number): Uint8Array {
  const pairs = stored.map((name) => name.split('/').map(Number));
  const epoch = Math.max(1, ...pairs.map(([of]) => of));
  const sequences = new Set(pairs.filter(([of]) => of === epoch).map(([, own]) => own));
  let contiguous = 0;
  while (sequences.has(contiguous + 1)) contiguous++;
  let bits = 0;
  for (let i = 0; i < 16; i++) if (sequences.has(contiguous + 2 + i)) bits |= 1 << i;
  const payload = encodeBulletin({
    gatewayKeyId: keyIdOf(ed25519.publicKey(GATEWAY_SEED)),
    sequence,
    timeS: Math.floor(nowMs / 1000),
    clockUncertainty: nowMs === 0 ? 15 : 1,
    group: SLOT >> 4,
    entries: [entry(epoch, contiguous, bits)],
  });
  return concat([payload, ed25519.sign(GATEWAY_SEED, sigStructure(BULLETIN_AAD, payload))]);
}

/** The node's radio: an official one on its serial port, or a chip of its own. */
function joinRadio(field: Field, isLora: boolean): void {
  const { world, air, radios } = field.scene;
  const { board, step } = field;
  if (isLora) {
    const modem = createModem(MEDIUM_FAST, 'EU_868');
    const place = { latitude: 0, longitude: 0 };
    const station = { nodeNum: NODE_RADIO, position: place, modem, txPowerDbm: 22 };
    field.chip = createVirtualSx1262(world, air, station, MESH.frequencyHz);
    plugWioSx1262(world, board, step, field.chip);
    return;
  }
  const framer = createFramer((body) => {
    const message = decodeToRadio(body);
    if (typeof message !== 'string' && message.packet) field.handedOver++;
    return typeof message !== 'string';
  });
  joinWires({ world, board, radio: radios[0], step, onTransmit: framer.push });
}

/** A running field; the node boots at world time 0. */
export function createField(setup: FieldSetup = {}): Field {
  const profile = setup.profile ?? 'water-point';
  const isXiao = profile !== 'water-point';
  const isLora = profile === 'water-point-xiao-lora';
  const radioOf = (nodeNum: number) => ({
    ...setup.radios,
    ...(nodeNum === NODE_RADIO ? setup.radio : {}),
  });
  const numbers = isLora ? [GATEWAY_NODE] : [GATEWAY_NODE, NODE_RADIO];
  const scene = createScene(numbers, radioOf, setup.air ?? {});
  scene.radios.reverse();
  const board = createVirtualBoard({
    seed: 7,
    ed25519,
    encryptBlocks: (key, blocks) => blocks.set(encryptBlocks(key, blocks)),
    layout: isXiao ? XIAO_NRF52840 : MDBT42Q,
    pageBytes: PAGE_BYTES,
    pageCount: isXiao ? 40 : 10,
    batteryMv: 3300,
  });
  const field: Field = {
    scene,
    board,
    step: stepBoard(scene.world, board),
    gateway: connectClient(scene.world, scene.radios[scene.radios.length - 1]),
    stored: [],
    timed: 0,
    arrivals: [],
    bulletins: 0,
    handedOver: 0,
    chip: undefined,
  };
  joinRadio(field, isLora);
  const lora = isLora ? { lora: MESH } : {};
  provision(board, 'water-point', isXiao ? 20 : 4, { ...lora, ...setup.config });
  board.spareFlash().set(keyRegionOf(SEED), isXiao ? 0 : MDBT42Q_KEY_OFFSET);
  startBundle(board, readFileSync(`dist/firmware/${profile}.js`, 'utf8'));
  field.step();
  runGateway(field, setup);
  return field;
}

/** Lets so many hours pass. */
export function passHours(field: Field, hours: number): void {
  const { world } = field.scene;
  world.runUntil(world.nowMs() + hours * HOUR_MS);
}
