/*
 * The client of the radio: handshake, time limits, reboots, broken streams.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelIndexOf, ownerOf } from '../../../gateway/core/radio-info';
import type { SessionEvent } from '../../../gateway/core/radio-session';
import { createRadioSession } from '../../../gateway/core/radio-session';
import { RADIO_HELD_MAX } from '../../../gateway/limits/radio';
import { encodeFrame } from '../../../shared/meshtastic/stream';
import { NONCE_CONFIG_ONLY, NONCE_NODES_ONLY } from '../../../shared/meshtastic/to-radio';
import {
  handshake,
  heard,
  LORA,
  ME,
  newSession,
  OTHER,
  readySession,
  requests,
  says,
  types,
} from './radio-session-kit';

const RUNS = 100 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

test('it wakes the radio, asks for the configuration, and is ready when its nonce comes back', () => {
  const session = newSession();
  expect(session.state()).toBe('closed');
  const step = session.start(1000);
  expect(step.write[0]).toEqual(new Uint8Array(32).fill(0xc3));
  expect(requests(step)).toEqual([{ wantConfigId: 1 }]);
  expect(session.state()).toBe('syncing');
  const { events, write } = session.feed(says(...handshake(1)), 1100);
  expect(write).toEqual([]);
  expect(events).toEqual([{ type: 'ready', nonce: 1, info: session.info() }]);
  expect(session.state()).toBe('ready');
  const info = session.info();
  expect(info.myNodeNum).toBe(ME);
  expect(info.metadata?.firmwareVersion).toBe('2.7.26.54e0d8d');
  expect(info.lora).toMatchObject({ region: 3, modemPreset: 4 });
  expect(info.channels.map(({ index }) => index)).toEqual([0]);
  expect(channelIndexOf(info, 'Serial')).toBe(0);
  expect(ownerOf(info)?.longName).toBe('Gateway');
  expect(info.nodes.map(({ num }) => num)).toEqual([ME, OTHER]);
});

test('the nonce of another handshake does not make it ready', () => {
  const session = newSession();
  session.start(0);
  expect(session.feed(says(...handshake(9)), 10).events).toEqual([]);
  expect(session.state()).toBe('syncing');
  session.feed(says({ configCompleteId: 1 }), 20);
  expect(session.state()).toBe('ready');
});

test('asked again, it forgets what the new handshake does not tell', () => {
  const session = readySession(0);
  expect(requests(session.resync(50))).toEqual([{ wantConfigId: 2 }]);
  const [lora, channel] = [{ config: { lora: {} } }, { channel: { index: 2, role: 2 } }];
  session.feed(says({ myInfo: { myNodeNum: OTHER } }, lora, channel, { configCompleteId: 2 }), 60);
  const info = session.info();
  expect([info.myNodeNum, info.channels.length, info.nodes]).toEqual([OTHER, 1, []]);
  expect([info.metadata, info.channels[0].settings]).toEqual([undefined, undefined]);
});

test('asked for nodes alone, it keeps the configuration', () => {
  const nonces = [7, NONCE_NODES_ONLY];
  const session = createRadioSession({ nonce: () => nonces.shift() ?? 0, packetId: () => 1 });
  session.start(0);
  session.feed(says(...handshake(7)), 0);
  session.resync(10);
  session.feed(says({ nodeInfo: { num: OTHER } }, { configCompleteId: NONCE_NODES_ONLY }), 20);
  expect(session.info().myNodeNum).toBe(ME);
  expect(session.info().channels.length).toBe(1);
  expect(session.info().nodes.map(({ num }) => num)).toEqual([OTHER]);
});

test('ten seconds of silence in the handshake lose it, progress counts anew', () => {
  const session = newSession();
  session.start(0);
  expect(session.nextDueMs()).toBe(10_000);
  expect(session.tick(9_999).events).toEqual([]);
  session.feed(says(handshake(1)[0]), 9_999);
  expect(session.nextDueMs()).toBe(19_999);
  expect(session.tick(19_998).events).toEqual([]);
  expect(session.tick(19_999).events).toEqual([{ type: 'lost', cause: 'sync-silent' }]);
  expect(session.state()).toBe('lost');
  expect(session.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
});

test('a handshake that goes on and on is lost after a minute', () => {
  const session = newSession();
  session.start(0);
  for (let nowMs = 5_000; nowMs < 60_000; nowMs += 5_000) {
    session.feed(says({ nodeInfo: { num: nowMs } }), nowMs);
    expect(session.tick(nowMs).events).toEqual([]);
  }
  expect(session.nextDueMs()).toBe(60_000);
  expect(session.tick(60_000).events).toEqual([{ type: 'lost', cause: 'sync-too-long' }]);
});

test('heartbeats go out each minute; three without answer lose it', () => {
  const session = readySession(0);
  const beat = [{ heartbeat: { nonce: 0 } }];
  expect(session.nextDueMs()).toBe(60_000);
  expect(requests(session.tick(59_999))).toEqual([]);
  expect(requests(session.tick(60_000))).toEqual(beat);
  expect(
    types(session.feed(says({ queueStatus: { free: 16, maxlen: 16 } }), 60_010).events),
  ).toEqual(['alive']);
  expect(session.queueFree()).toBe(16);
  for (const nowMs of [120_000, 180_000, 240_000]) {
    const step = session.tick(nowMs);
    expect(requests(step)).toEqual(beat);
    expect(step.events).toEqual([]);
  }
  const step = session.tick(300_000);
  expect(step.events).toEqual([{ type: 'lost', cause: 'heartbeats-unanswered' }]);
  expect(step.write).toEqual([]);
});

test('only an answer to a heartbeat proves the radio alive, packets do not', () => {
  const session = readySession(0);
  for (let minute = 1; minute <= 3; minute++) {
    session.tick(minute * 60_000);
    session.feed(says(heard(minute)), minute * 60_000 + 1);
  }
  expect(types(session.tick(240_000).events)).toEqual(['lost']);
});

test('after a reboot it asks again, and keeps packets until it knows the radio', () => {
  const session = readySession(0);
  const step = session.feed(says({ rebooted: true }), 100);
  expect(types(step.events)).toEqual(['rebooted']);
  expect(requests(step)).toEqual([{ wantConfigId: 2 }]);
  expect(session.state()).toBe('syncing');
  expect(session.feed(says(heard(5), heard(6)), 110).events).toEqual([]);
  const { events } = session.feed(says(...handshake(2), heard(7)), 120);
  expect(types(events)).toEqual(['ready', 'packet', 'packet', 'packet']);
  const ids = events.map((event) => (event.type === 'packet' ? event.packet.id : 0));
  expect(ids).toEqual([0, 5, 6, 7]);
});

test('a new connection begins anew: half a frame of the old one is forgotten', () => {
  const session = readySession(0);
  session.feed(says(heard(1)).subarray(0, 9), 10);
  session.closed(20);
  expect(session.state()).toBe('closed');
  expect(session.feed(says(heard(2)), 30).events).toEqual([]);
  expect(requests(session.start(40))).toEqual([{ wantConfigId: 2 }]);
  expect(types(session.feed(says(...handshake(2), heard(3)), 50).events)).toEqual([
    'ready',
    'packet',
  ]);
  expect(session.skippedBytes()).toBe(0);
});

test('frames swallowed by a chance header come out after two seconds without a byte', () => {
  const session = readySession(0);
  const swallowed = Buffer.concat([Buffer.from('94c30100', 'hex'), says(heard(1), heard(2))]);
  expect(session.feed(new Uint8Array(swallowed), 100).events).toEqual([]);
  expect(session.nextDueMs()).toBe(2_100);
  expect(session.tick(2_099).events).toEqual([]);
  expect(types(session.tick(2_100).events)).toEqual(['packet', 'packet']);
  expect(session.skippedBytes()).toBe(4);
});

test('log text with dashes between frames loses nothing', () => {
  const session = readySession(0);
  const text = Buffer.from('DEBUG | — heard “x” \u0094\r\n', 'utf8');
  const stream = Buffer.concat([text, says(heard(1)), text, says(heard(2)), text]);
  const { events } = session.feed(new Uint8Array(stream), 10);
  expect(types(events)).toEqual(['packet', 'packet']);
  expect(session.skippedBytes()).toBe(3 * text.length);
});

test('own packets are told apart, unless they came over the air', () => {
  const session = readySession(0);
  const telemetry = { decoded: { portnum: 67 }, rxRssi: 0, transportMechanism: 0 };
  const { events } = session.feed(
    says(
      heard(1, { from: ME, ...telemetry }),
      heard(2, { from: ME }),
      heard(3, { from: ME, rxRssi: 0, rxSnr: 1.5, transportMechanism: 0 }),
      heard(4, { from: ME, rxRssi: 0, transportMechanism: LORA }),
      heard(5, { rxRssi: 0, transportMechanism: 0 }),
    ),
    10,
  );
  expect(types(events)).toEqual(['own-packet', 'packet', 'packet', 'packet', 'packet']);
});

test('words of the radio are passed on', () => {
  const session = readySession(0);
  const notification = { message: 'Duty cycle', level: 30, time: 0 };
  const record = { message: 'hello', time: 1, source: 'Router', level: 20 };
  const step = session.feed(says({ clientNotification: notification }, { logRecord: record }), 1);
  expect(step.events).toEqual([
    { type: 'notification', notification },
    { type: 'log', record },
  ]);
});

test('any bytes, any time: it never throws and never tells a packet before it is ready', () => {
  const frame = fc.constantFrom(
    ...handshake(1).map((one) => says(one)),
    says(heard(1)),
    says({ rebooted: true }),
    says({ queueStatus: {} }),
  );
  const chunk = fc.oneof(frame, fc.uint8Array({ maxLength: 40 }));
  const steps = fc.array(fc.record({ chunk, waitMs: fc.nat(9_000) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (given) => {
      const session = newSession();
      let nowMs = 0;
      const events: SessionEvent[] = [...session.start(nowMs).events];
      for (const { chunk, waitMs } of given) {
        nowMs += waitMs;
        events.push(...session.tick(nowMs).events, ...session.feed(chunk, nowMs).events);
        expect(session.nextDueMs()).toBeGreaterThanOrEqual(nowMs);
      }
      const firstPacket = types(events).indexOf('packet');
      const firstReady = types(events).indexOf('ready');
      expect(firstPacket < 0 || (firstReady >= 0 && firstReady < firstPacket)).toBe(true);
    }),
    { numRuns: RUNS, seed: 20261123 },
  );
});

test('a handshake of which frames were lost is asked for again, and taken as it is at the third time', () => {
  const session = newSession();
  session.start(0);
  const whole = handshake(1);
  const withoutLora = whole.filter(({ config }) => config === undefined);
  expect(requests(session.feed(says(...withoutLora), 10))).toEqual([{ wantConfigId: 2 }]);
  const withoutNumber = handshake(2).filter(({ myInfo }) => myInfo === undefined);
  expect(requests(session.feed(says(...withoutNumber), 20))).toEqual([{ wantConfigId: 3 }]);
  const withoutChannels = handshake(3).filter(({ channel }) => channel === undefined);
  expect(types(session.feed(says(...withoutChannels), 30).events)).toEqual(['ready']);
  expect(requests(session.resync(40))).toEqual([{ wantConfigId: 4 }]);
  expect(requests(session.feed(says({ configCompleteId: 4 }), 50))).toEqual([{ wantConfigId: 5 }]);
});

test('log lines, packets and heartbeat answers are no progress of a handshake', () => {
  const session = newSession();
  session.start(0);
  const flood = [{ logRecord: { message: 'x' } }, heard(1), { queueStatus: {} }];
  for (let nowMs = 1_000; nowMs < 10_000; nowMs += 1_000) session.feed(says(...flood), nowMs);
  expect(session.tick(10_000).events).toEqual([{ type: 'lost', cause: 'sync-silent' }]);
});

test('a handshake that failed is tried without the node database, and the other way round', () => {
  const session = newSession();
  session.start(0);
  session.tick(10_000);
  session.closed(10_000);
  expect(requests(session.start(11_000))).toEqual([{ wantConfigId: NONCE_CONFIG_ONLY }]);
  expect(types(session.feed(says(...handshake(NONCE_CONFIG_ONLY)), 11_010).events)).toEqual([
    'ready',
  ]);
  session.closed(12_000);
  expect(requests(session.start(13_000))).toEqual([{ wantConfigId: NONCE_CONFIG_ONLY }]);
  session.tick(23_000);
  session.closed(23_000);
  expect(requests(session.start(24_000))).toEqual([{ wantConfigId: 2 }]);
});

test('packets of a radio that never comes to the end of its settings are kept, but not without end', () => {
  const session = newSession();
  session.start(0);
  for (let id = 1; id <= RADIO_HELD_MAX; id++) session.feed(says(heard(id)), id);
  expect(types(session.feed(says(heard(9_001), heard(9_002)), 1_001).events)).toEqual(['lost']);
  session.closed(1_002);
  session.start(1_003);
  const { events } = session.feed(says(...handshake(NONCE_CONFIG_ONLY)), 1_004);
  expect(types(events).filter((type) => type === 'packet').length).toBe(RADIO_HELD_MAX);
});

test('a radio that restarts tells anew how much room it has', () => {
  const session = readySession(0);
  expect(session.queueFree()).toBe(-1);
  expect(requests(session.probe(10))).toEqual([{ heartbeat: { nonce: 0 } }]);
  session.feed(says({ queueStatus: { free: 16, maxlen: 16 } }), 20);
  expect(session.queueFree()).toBe(16);
  session.feed(says({ rebooted: true }), 30);
  expect(session.queueFree()).toBe(-1);
  expect(session.probe(40).write).toEqual([]);
});

test('what a later firmware tells besides is passed over', () => {
  const session = newSession();
  session.start(0);
  // FromRadio fields 18 to 30, each with some bytes in it.
  const unknown = Array.from({ length: 13 }, (_, at) => {
    const tag = ((18 + at) << 3) | 2;
    return encodeFrame(new Uint8Array([(tag & 127) | 128, tag >> 7, 3, 1, 2, 3]));
  });
  session.feed(new Uint8Array(Buffer.concat(unknown)), 9_000);
  expect(session.tick(10_000).events).toEqual([]);
  expect(types(session.feed(says(...handshake(1)), 10_001).events)).toEqual(['ready']);
  expect(session.skippedBytes()).toBe(0);
});
