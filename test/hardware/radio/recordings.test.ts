/*
 * The virtual radio against recordings of the real firmware 2.7.26: the recorded client's bytes go in at their recorded
 * times, and what a client concludes must be what it concluded then. Both sides are read with @meshtastic/protobufs.
 */
import { expect, test } from 'vitest';
import type { RadioOptions } from '../../../hardware/virtual/radio-core';
import { LONG_FAST, modemPresetOf } from '../../../shared/meshtastic/airtime';
import { REGIONS, type RegionName } from '../../../shared/meshtastic/regions';
import { connectClient, runsOf, type TestClient } from './client';
import {
  conclude,
  fromHex,
  loadRecording,
  play,
  type RecordedPacket,
  type Recording,
  recordedConclusion,
  recordedMessages,
} from './recording';
import { createScene, type Scene } from './scene';

const PEER = 0x5e0f1a2b;
const LINE_3 = 0x77c0ffee;
const NO_CHANNELS = [{ name: 'serial', psk_hex: '01' }];
const OFFSET_MS = 20_000;
const PRIVATE_PORT = 287;

function optionsOf(recording: Recording): Partial<RadioOptions> {
  const { channels, lora } = recording.expect;
  const [region] = Object.entries(REGIONS).find(([, { code }]) => code === lora?.region) ?? [
    'EU_868',
  ];
  return {
    channels: (channels.length > 0 ? channels : NO_CHANNELS).map(({ name, psk_hex }) => ({
      name,
      psk: fromHex(psk_hex),
    })),
    region: region as RegionName,
    preset: modemPresetOf(lora?.modem_preset ?? 4) ?? LONG_FAST,
  };
}

/** The peer of a recording between two radios. */
function peerOf(recording: Recording): number {
  const { sent } = recording.expect;
  const answered = sent.flatMap(({ routing }) => routing.map(({ from }) => from));
  return answered.find((from) => from !== recording.expect.my_node_num) ?? PEER;
}

/** Own radio first, then the peers. Acquainted: the own radio has learned the next hop to its peer before. */
function sceneOf(recording: Recording, peers: number[], acquainted: boolean): Scene {
  const scene = createScene([recording.expect.my_node_num, ...peers], optionsOf(recording));
  if (!acquainted) return scene;
  const own = connectClient(scene.world, scene.radios[0], true);
  own.sendPacket({ to: peers[0], payload: fromHex('01'), wantAck: true, hopLimit: 3 });
  scene.world.runUntil(3000);
  own.close();
  return scene;
}

/** Plays a recording between two radios and compares what came of every packet. */
function compareSent(name: string, acquainted = false): TestClient {
  const recording = loadRecording(name);
  const scene = sceneOf(recording, [peerOf(recording)], acquainted);
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS, (step) => {
    if (step === 'peer switched off') scene.radios[1].powerOff();
    if (step === 'peer switched on') scene.radios[1].powerOn();
  });
  const last = recording.records[recording.records.length - 1];
  scene.world.runUntil(OFFSET_MS + last.t_ms);
  const client = clients.get(1) as TestClient;
  expect(recording.expect.sent.length).toBeGreaterThan(0);
  for (const sent of recording.expect.sent) {
    const mine = conclude(client, recording.expect.my_node_num, sent.id, scene.onAir);
    const recorded = recordedConclusion(sent);
    expect({ outcome: sent.outcome, ...mine }).toEqual({ outcome: sent.outcome, ...recorded });
  }
  return client;
}

test.each(['send-queued-broadcast', 'send-queued-broadcast-2'])('%s', (name) => {
  compareSent(name);
});

test.each(['send-implicit-ack', 'send-implicit-ack-2'])('%s', (name) => {
  compareSent(name);
});

test.each(['send-real-ack', 'send-real-ack-2'])('%s', (name) => {
  compareSent(name, true);
});

test.each(['send-no-response', 'send-no-response-2'])('%s', (name) => {
  compareSent(name, true);
});

test.each(['send-too-large', 'send-too-large-2'])('%s', (name) => {
  const client = compareSent(name);
  expect(client.queueStatuses().filter(({ meshPacketId }) => meshPacketId === 0)).toHaveLength(1);
});

test.each(['peer-off-on', 'peer-off-on-2'])('%s', (name) => {
  compareSent(name, true);
});

test('send-duty-cycle: refused after as many packets, with the same words', () => {
  const client = compareSent('send-duty-cycle');
  const said = client.heard.flatMap(({ message }) =>
    message.payloadVariant.case === 'clientNotification'
      ? [message.payloadVariant.value.message]
      : [],
  );
  const recording = loadRecording('send-duty-cycle');
  expect(said).toHaveLength(recording.expect.client_notifications.length);
  for (const words of said)
    expect(words).toMatch(/^Duty cycle limit exceeded\. You can send again in \d+ mins$/);
});

test.each(['send-rate-limit', 'send-rate-limit-2'])('%s: same packets dropped', (name) => {
  const recording = loadRecording(name);
  const scene = sceneOf(recording, [PEER], false);
  const client = play(scene.world, scene.radios[0], recording, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 15_000);
  for (const sent of recording.expect.sent) {
    const mine = conclude(
      client.get(1) as TestClient,
      recording.expect.my_node_num,
      sent.id,
      scene.onAir,
    );
    expect([sent.id, mine.res, mine.frames_on_air]).toEqual([sent.id, 0, sent.frames_on_air]);
  }
  const notes = client
    .get(1)
    ?.heard.filter(({ message }) => message.payloadVariant.case === 'clientNotification');
  expect(notes).toHaveLength(recording.expect.client_notifications.length);
});

test.each(['send-queue-full', 'send-queue-full-2'])('%s: as many get through', (name) => {
  const recording = loadRecording(name);
  const scene = sceneOf(recording, [PEER], false);
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 60_000);
  const client = clients.get(1) as TestClient;
  const frames = recording.expect.sent.map(
    ({ id }) => conclude(client, recording.expect.my_node_num, id, scene.onAir).frames_on_air,
  );
  expect(frames).toEqual(recording.expect.sent.map((sent) => sent.frames_on_air ?? 0));
  const refused = client.queueStatuses().filter(({ res }) => res === 32);
  const recorded = recording.expect.sent.flatMap(({ queue_status }) => queue_status);
  expect(refused.map(({ free, maxlen }) => [free, maxlen])).toEqual(
    recorded.filter(({ res }) => res === 32).map(({ free, maxlen }) => [free, maxlen]),
  );
});

/** The fields of a received packet that both sides must agree on. */
function fieldsOf(packet: RecordedPacket): unknown[] {
  const { from, to, id, payload_hex, want_ack, hop_limit, hop_start, relay_node } = packet;
  return [from, to, id, payload_hex, want_ack, hop_limit, hop_start, relay_node];
}

function receivedPrivate(clients: Iterable<TestClient>): RecordedPacket[] {
  return [...clients].flatMap((client) =>
    client.packets(PRIVATE_PORT).map(({ atMs, packet, data }) => ({
      t_ms: atMs,
      conn: 0,
      from: packet.from,
      to: packet.to,
      id: packet.id,
      payload_hex: Buffer.from(data.payload).toString('hex'),
      want_ack: packet.wantAck,
      hop_limit: packet.hopLimit,
      hop_start: packet.hopStart,
      next_hop: packet.nextHop,
      relay_node: packet.relayNode,
      rx_time: packet.rxTime,
      rx_snr: packet.rxSnr,
    })),
  );
}

test.each(['receive-private', 'receive-private-2'])('%s: both ends of thirty payloads', (name) => {
  const gateway = loadRecording(name);
  const side = name.replace('receive-private', 'receive-private-sender-side');
  const sender = loadRecording(side);
  const senderNum = sender.expect.my_node_num;
  const scene = sceneOf(gateway, [senderNum], false);
  const atGateway = play(scene.world, scene.radios[0], gateway, OFFSET_MS);
  const atSender = play(scene.world, scene.radios[1], sender, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 90_000);
  const mine = receivedPrivate(atGateway.values());
  expect(mine.map(fieldsOf)).toEqual(gateway.expect.received_private.map(fieldsOf));
  for (const sent of sender.expect.sent) {
    const got = conclude(atSender.get(1) as TestClient, senderNum, sent.id, scene.onAir);
    expect(got).toEqual(recordedConclusion(sent));
  }
});

/** SNR of the recorded line 1 - 2 - 3. */
function lineSnrDb(from: number, to: number): number {
  if (from !== PEER && to !== PEER) return -99;
  return from === LINE_3 || to === LINE_3 ? -8.5 : 2.25;
}

test.each(['', '-2'])('line-node1%s and line-node3: hops, acks, relays', (suffix) => {
  const first = loadRecording(`line-node1${suffix}`);
  const third = loadRecording(`line-node3${suffix}`);
  const ends = [first.expect.my_node_num, third.expect.my_node_num];
  const middle =
    (first.expect.nodes as { num: number }[]).find(({ num }) => !ends.includes(num))?.num ?? PEER;
  const scene = createScene([ends[0], middle, ends[1]], optionsOf(first), {
    snrOverrideDb: (from, to) =>
      lineSnrDb(
        from === middle ? PEER : from === ends[1] ? LINE_3 : 1,
        to === middle ? PEER : to === ends[1] ? LINE_3 : 1,
      ),
  });
  const atFirst = play(scene.world, scene.radios[0], first, OFFSET_MS, (step) => {
    if (step.startsWith('middle node off')) scene.radios[1].powerOff();
  });
  const atThird = play(scene.world, scene.radios[2], third, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 85_000);
  for (const [recording, clients] of [
    [first, atFirst],
    [third, atThird],
  ] as const) {
    expect(receivedPrivate(clients.values()).map(fieldsOf)).toEqual(
      recording.expect.received_private.map(fieldsOf),
    );
    for (const sent of recording.expect.sent) {
      const { my_node_num } = recording.expect;
      const mine = conclude(clients.get(1) as TestClient, my_node_num, sent.id, scene.onAir);
      const recorded = recordedConclusion(sent);
      expect({ id: sent.id, ...mine.routing }).toEqual({ id: sent.id, ...recorded.routing });
    }
  }
});

/**
 * Order of the messages in each answer to want_config. How many other nodes and files a radio knows is its own matter:
 * other nodes are left out, files count once.
 */
function answersOf(names: string[]): string[][] {
  const answers: string[][] = [[]];
  for (const run of runsOf(names)) {
    const answer = answers[answers.length - 1];
    const isOther = run.startsWith('nodeInfo') && answer.includes('metadata');
    if (!isOther) answer.push(run.replace(/^(nodeInfo|fileInfo)\*\d+$/, '$1'));
    if (run === 'configCompleteId') answers.push([]);
  }
  return answers.filter((answer) => answer.length > 0);
}

test.each([
  'handshake-full',
  'handshake-full-2',
  'handshake-69420',
  'handshake-69420-2',
  'handshake-69421',
  'handshake-69421-2',
  'handshake-split-writes',
  'handshake-split-writes-2',
])('%s: same order of messages', (name) => {
  const recording = loadRecording(name);
  const { my_node_num, sessions } = recording.expect;
  const scene = createScene([my_node_num ?? 7], optionsOf(recording));
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 60_000);
  const mine = clients.get(1)?.heard.map(({ message }) => message.payloadVariant) ?? [];
  const recorded = recordedMessages(recording, 1).map(({ payloadVariant }) => payloadVariant);
  const names = (variants: { case?: string }[]) => variants.map((one) => one.case ?? 'none');
  expect(answersOf(names(mine))).toEqual(answersOf(names(recorded)));
  const nonces = mine.flatMap((one) => (one.case === 'configCompleteId' ? [one.value] : []));
  expect(nonces).toEqual(sessions.map(({ nonce_sent }) => nonce_sent));
});

test('second-client: the queue outlives clients, a new client ends the old', () => {
  const recording = loadRecording('second-client');
  const scene = createScene([recording.expect.my_node_num, PEER], optionsOf(recording));
  const peer = connectClient(scene.world, scene.radios[1], true);
  for (const { t_ms, ...packet } of recording.expect.received_private) {
    // Sent so that it is heard just before the step after which it was recorded as delivered.
    const at = { 2234283587: 4500, 982221013: 11_500, 239499535: 13_000 }[packet.id] ?? t_ms;
    scene.world.at(OFFSET_MS + at - 500, () => {
      peer.sendPacket({ ...packet, payload: fromHex(packet.payload_hex), hopLimit: 3 });
    });
  }
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 17_000);
  const got = [...clients].map(([conn, client]) => [conn, receivedPrivate([client]).map(fieldsOf)]);
  const recorded = [1, 2, 3].map((conn) => [
    conn,
    recording.expect.received_private.filter((packet) => packet.conn === conn).map(fieldsOf),
  ]);
  expect(got).toEqual(recorded);
  expect([...clients.values()].map((client) => client.closed)).toEqual([1, 1, 0]);
});

test.each(['packets-while-offline', 'packets-while-offline-2'])(
  '%s: acked by the radio, given to the client later',
  (name) => {
    const recording = loadRecording(name);
    const { my_node_num, received_private } = recording.expect;
    const peerNum = received_private[0].from;
    const scene = createScene([my_node_num, peerNum], optionsOf(recording));
    const peer = connectClient(scene.world, scene.radios[1]);
    peer.send({ case: 'wantConfigId', value: 69420 });
    received_private.forEach((packet, index) => {
      scene.world.at(1000 + 1500 * index, () => {
        peer.sendPacket({
          to: packet.to,
          id: packet.id,
          payload: fromHex(packet.payload_hex),
          wantAck: true,
          hopLimit: 3,
        });
      });
    });
    const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS);
    scene.world.runUntil(OFFSET_MS + 15_000);
    expect(received_private).toHaveLength(12);
    expect(receivedPrivate(clients.values()).map(fieldsOf)).toEqual(received_private.map(fieldsOf));
    for (const { id } of received_private) {
      const { routing } = conclude(peer, peerNum, id, scene.onAir);
      expect(routing.map(({ kind }) => kind)).toEqual(['real_ack']);
    }
  },
);

test('set-time: no time, a time too old is ignored though acked, then seconds', () => {
  const recording = loadRecording('set-time');
  const scene = createScene([recording.expect.my_node_num, PEER], optionsOf(recording));
  const peer = connectClient(scene.world, scene.radios[1], true);
  for (const { t_ms, ...packet } of recording.expect.received_private) {
    scene.world.at(OFFSET_MS + t_ms - 700, () => {
      peer.sendPacket({ ...packet, payload: fromHex(packet.payload_hex), hopLimit: 3 });
    });
  }
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 17_000);
  const mine = receivedPrivate(clients.values());
  const known = (packets: RecordedPacket[]) =>
    packets.map(({ id, rx_time }) => [id, rx_time !== 0]);
  expect(known(mine)).toEqual(known(recording.expect.received_private));
  mine.forEach(({ rx_time }, index) => {
    const recorded = recording.expect.received_private[index].rx_time;
    expect(Math.abs(rx_time - recorded)).toBeLessThanOrEqual(1);
  });
  for (const sent of recording.expect.sent) {
    const { my_node_num } = recording.expect;
    const mineOf = conclude(clients.get(1) as TestClient, my_node_num, sent.id, scene.onAir);
    expect(mineOf.routing).toEqual(recordedConclusion(sent).routing);
  }
});

test('heartbeat: each with nonce 0 is answered by a queueStatus, nonce 1 by a NodeInfo on the air', () => {
  const recording = loadRecording('heartbeat');
  const scene = createScene([recording.expect.my_node_num], optionsOf(recording));
  const clients = play(scene.world, scene.radios[0], recording, OFFSET_MS);
  scene.world.runUntil(OFFSET_MS + 190_000);
  const answered = clients
    .get(1)
    ?.queueStatuses()
    .filter(({ meshPacketId }) => meshPacketId === 0);
  expect(answered).toHaveLength(Number(recording.expect.queue_status_with_id_0));
  expect(scene.onAir).toHaveLength(1);
});
