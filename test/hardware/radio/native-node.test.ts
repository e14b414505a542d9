/*
 * Two virtual radios against a recording of two real ones (firmware 2.7.26) that were sent frames of a made-up node:
 * good ones, repeats, wrong keys, cut frames, odd headers. The same frames are put on the virtual air; what the client
 * gets and what goes on the air must be the same. The air is read with node:crypto and the official definitions.
 */
import { createDecipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Transmission } from '../../../hardware/virtual/air';
import { createModem } from '../../../hardware/virtual/modem';
import { MEDIUM_FAST } from '../../../shared/meshtastic/airtime';
import type { TestClient } from './client';
import { type Data, readData, routingError } from './official';
import { fromHex, loadRecording, play, type Recording } from './recording';
import { createScene, PSK_B, type Scene } from './scene';

const GATEWAY = 0xa1b2c3d4;
const NEIGHBOUR = 0x5e0f1a2b;
const NATIVE = 0xdeadbeef;
const OFFSET_MS = 10_000;
const HERE = { latitude: 0, longitude: 0 };
const ROUTING_APP = 5;

interface Answer {
  tx: string;
  error: number;
  hop_limit: number;
  hop_start: number;
}

interface Step {
  step: string;
  id: number | null;
  delivered_to_client?: number;
  delivered_undecoded?: number;
  answers_on_air?: Answer[];
  relayed_by?: { tx: string; hop_limit: number; hop_start: number; relay_node: number }[];
  transmissions_by_gateway?: number;
  client_saw?: { from: string; error: number };
}

/** A frame read without any of our own code. */
interface ReadFrame {
  tx: string;
  to: number;
  from: number;
  id: number;
  hopLimit: number;
  hopStart: number;
  relayNode: number;
  data: Data | undefined;
}

function idText(nodeNum: number): string {
  return `!${nodeNum.toString(16).padStart(8, '0')}`;
}

function readFrame({ nodeNum, bytes }: Transmission): ReadFrame {
  const view = Buffer.from(bytes);
  const nonce = Buffer.alloc(16);
  view.copy(nonce, 0, 8, 12);
  view.copy(nonce, 8, 4, 8);
  const decipher = createDecipheriv('aes-256-ctr', PSK_B, nonce);
  let data: Data | undefined;
  try {
    data = readData(new Uint8Array(decipher.update(view.subarray(16))));
  } catch {
    data = undefined;
  }
  return {
    tx: idText(nodeNum),
    to: view.readUInt32LE(0),
    from: view.readUInt32LE(4),
    id: view.readUInt32LE(8),
    hopLimit: view[12] & 7,
    hopStart: view[12] >> 5,
    relayNode: view[15],
    data,
  };
}

/** Answers to the packet `id` on the air, in order. */
function answersTo(frames: ReadFrame[], id: number | null): Answer[] {
  return frames.flatMap(({ tx, to, hopLimit, hopStart, data }) => {
    if (data?.portnum !== ROUTING_APP || to !== NATIVE || data.requestId !== id || id === 0)
      return [];
    return [{ tx, error: routingError(data.payload), hop_limit: hopLimit, hop_start: hopStart }];
  });
}

function startOf(recording: Recording, step: string): number {
  const found = recording.records.find(({ event, name }) => event === 'step' && name === step);
  if (found === undefined) throw new Error(`no step ${step}`);
  return OFFSET_MS + found.t_ms;
}

function run(recording: Recording): { scene: Scene; client: TestClient } {
  const scene = createScene([GATEWAY, NEIGHBOUR]);
  const modem = createModem(MEDIUM_FAST, 'EU_868');
  for (const record of recording.records) {
    if (record.dir !== 'air_from_native') continue;
    scene.world.at(OFFSET_MS + record.t_ms, () =>
      scene.air.inject(fromHex(record.hex as string), HERE, modem),
    );
  }
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS, (step) => {
    if (step.startsWith('neighbour radio switched off')) scene.radios[1].powerOff();
    if (step.startsWith('downlink, native node silent')) {
      scene.world.at(scene.world.nowMs() + 18_000, () => scene.radios[1].powerOn());
    }
  });
  scene.world.runUntil(OFFSET_MS + 215_000);
  return { scene, client: clients.get(1) as TestClient };
}

const recording = loadRecording('native-node');
const { scene, client } = run(recording);
const steps = recording.expect.steps as Step[];
const uplinks = steps.filter(({ answers_on_air }) => answers_on_air !== undefined);
const downlinks = steps.filter(({ transmissions_by_gateway }) => transmissions_by_gateway);

/** Frames sent by the radios from this step on, as far as they can belong to it: until its id is used again. */
function framesOf(step: Step): ReadFrame[] {
  const start = startOf(recording, step.step);
  const next = steps.find(
    ({ id, step: name }) => id === step.id && startOf(recording, name) > start,
  );
  const end = next === undefined ? Number.POSITIVE_INFINITY : startOf(recording, next.step);
  return scene.onAir
    .filter(({ nodeNum, startMs }) => nodeNum !== -1 && startMs >= start && startMs < end)
    .map(readFrame);
}

function deliveredIn(step: Step): { decoded: number; undecoded: number } {
  const start = startOf(recording, step.step);
  const end = start + 3400;
  let decoded = 0;
  let undecoded = 0;
  for (const { atMs, message } of client.heard) {
    const { payloadVariant } = message;
    if (payloadVariant.case !== 'packet' || atMs < start || atMs >= end) continue;
    if (payloadVariant.value.id !== step.id || payloadVariant.value.from === GATEWAY) continue;
    if (payloadVariant.value.payloadVariant.case === 'decoded') decoded += 1;
    else undecoded += 1;
  }
  return { decoded, undecoded };
}

test.each(uplinks)('$step', (step) => {
  expect(deliveredIn(step)).toEqual({
    decoded: step.delivered_to_client,
    undecoded: step.delivered_undecoded,
  });
  const frames = framesOf(step);
  const recorded = step.answers_on_air?.map(({ tx, error, hop_limit, hop_start }) => ({
    tx,
    error,
    hop_limit,
    hop_start,
  }));
  expect(answersTo(frames, step.id)).toEqual(recorded);
});

test.each(uplinks.filter(({ relayed_by }) => relayed_by?.length === 1))(
  '$step: relayed the same',
  (step) => {
    // Which of two radios is faster is chance; that one relays, and with which hops, is not.
    const relays = framesOf(step).filter(({ id, from }) => id === step.id && from !== NEIGHBOUR);
    expect(
      relays.map(({ hopLimit, hopStart, relayNode, tx }) => [
        hopLimit,
        hopStart,
        idText(relayNode).slice(-2) === tx.slice(-2),
      ]),
    ).toEqual(step.relayed_by?.map(({ hop_limit, hop_start }) => [hop_limit, hop_start, true]));
  },
);

test.each(downlinks)('$step', (step) => {
  const own = framesOf(step).filter(({ tx, id }) => tx === idText(GATEWAY) && id === step.id);
  expect(own).toHaveLength(step.transmissions_by_gateway as number);
  const answers = client.packets(ROUTING_APP).filter(({ data }) => data.requestId === step.id);
  const saw = answers.map(({ packet, data }) => ({
    from: idText(packet.from),
    error: routingError(data.payload),
  }));
  expect(saw).toContainEqual(step.client_saw);
});

test('a stranger is asked for its NodeInfo by both radios', () => {
  const asked = createScene([GATEWAY, NEIGHBOUR], { nodeInfo: true });
  const first = recording.records.find(({ dir }) => dir === 'air_from_native');
  asked.air.inject(fromHex(first?.hex as string), HERE, createModem(MEDIUM_FAST, 'EU_868'));
  asked.world.runUntil(9000);
  const questions = asked.onAir.map(readFrame).filter(({ data }) => data?.wantResponse);
  expect(new Set(questions.filter(({ to }) => to === NATIVE).map(({ from }) => from))).toEqual(
    new Set([GATEWAY, NEIGHBOUR]),
  );
});
