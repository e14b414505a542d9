/*
 * The keeper of one radio: its words when there is no session, the radio's clock, its GPS. Time moves by hand.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GpsOffer } from '../../gateway/core/radio-gps';
import { parentClock } from '../../gateway/edges/clock';
import type { TransportEvents } from '../../gateway/edges/transport';
import { keepRadio } from '../../gateway/radio';
import { decodeAdminMessage } from '../../shared/meshtastic/admin';
import type { FromRadioToSend } from '../../shared/meshtastic/from-radio';
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import { encodePosition, type Position } from '../../shared/meshtastic/position';
import { createFramer } from '../../shared/meshtastic/stream';
import { decodeToRadio, type ToRadio } from '../../shared/meshtastic/to-radio';
import { handshake, heard, LORA, ME, says } from './core/radio-session-kit';
import { until } from './support/places';

const START_S = 1_795_000_000;

/** A connection in memory; this test is its far end. */
function memoryLine() {
  const requests: ToRadio[] = [];
  const line = { events: null as TransportEvents | null, opens: 0, requests };
  const open = (to: TransportEvents) => {
    line.events = to;
    line.opens += 1;
    const framer = createFramer((body) => {
      const request = decodeToRadio(body);
      if (typeof request === 'string') return false;
      requests.push(request);
      return true;
    });
    return {
      write: (bytes: Uint8Array) => framer.push(bytes),
      flushed: async () => {},
      close: () => to.closed('closed here'),
    };
  };
  return { line, open };
}

/** A keeper over a connection in memory, whose far end is this test. */
function world(vouched = true) {
  const clock = parentClock();
  let steadyS = START_S;
  const move = (seconds: number) => {
    steadyS += seconds;
    clock.set({ timeMs: steadyS * 1000, isVouched: vouched });
    clock.runDue();
  };
  move(0);
  const lines: string[] = [];
  const offers: GpsOffer[] = [];
  const { line, open } = memoryLine();
  const { requests } = line;
  let nonce = 0;
  const radio = keepRadio({
    name: 'test',
    label: 'radio',
    advice: () => null,
    open,
    clock,
    random: () => 0,
    randomU32: () => {
      nonce += 1;
      return nonce;
    },
    log: (line) => void lines.push(line),
    // Reconnects after 50 ms of real time; bytes wait for deliver().
    paced: true,
    onPacket() {},
    onConcluded() {},
    onGpsTime: (offer) => void offers.push(offer),
    onSkippedBytes() {},
  });
  radio.start();
  const receive = (bytes: Uint8Array) => {
    line.events?.received(bytes);
    radio.deliver(Number.POSITIVE_INFINITY);
  };
  const say = (...messages: FromRadioToSend[]) => receive(says(...messages));
  const wanted = () => requests.findLast(({ wantConfigId }) => wantConfigId)?.wantConfigId ?? 0;
  return {
    ...{ clock, radio, move, say, receive, lines, offers, requests, wanted },
    opens: () => line.opens,
    connect: () => line.events?.opened(),
    hangUp: (why = 'closed by the radio') => line.events?.closed(why),
    /** Connected and through the handshake; every answer that is due comes. */
    becomeReady() {
      line.events?.opened();
      say(...handshake(wanted()), { queueStatus: { free: 16, maxlen: 16 } });
    },
    /** Lets time pass with a radio that answers heartbeats. */
    live(seconds: number) {
      for (let at = 0; at < seconds; at += 10) {
        move(10);
        say({ queueStatus: { free: 16, maxlen: 16 } });
      }
    },
    view: () => radio.view(),
  };
}

test('a radio that says nothing, only noise, or half of it: each is told in its own words', async () => {
  const stories: [(to: ReturnType<typeof world>) => void, RegExp][] = [
    [() => {}, /does not answer/],
    [(to) => to.receive(new Uint8Array(400).fill(0x55)), /only noise/],
    [(to) => to.say(...handshake(1).slice(0, 4)), /stopped in the middle/],
  ];
  for (const [tell, words] of stories) {
    const to = world();
    to.connect();
    tell(to);
    expect(to.view()).toMatchObject({ session: 'syncing', problem: null });
    to.move(10);
    expect(to.view()).toMatchObject({ session: 'closed', losses: 1 });
    expect(to.view().problem).toMatch(words);
    await until(() => to.opens() === 2);
    to.becomeReady();
    expect(to.view()).toMatchObject({ session: 'ready', problem: null });
    to.radio.stop();
  }
});

test('a radio that no longer answers heartbeats is opened anew, whatever else it sends', async () => {
  const to = world();
  to.becomeReady();
  for (let minute = 0; minute < 5; minute += 1) {
    to.move(60);
    to.say(heard(minute));
  }
  expect(to.view().problem).toMatch(/no longer answers/);
  await until(() => to.opens() === 2);
  to.radio.stop();
});

test('a radio that ends the connection again and again after the handshake has another client', async () => {
  const to = world();
  for (let round = 1; round <= 2; round += 1) {
    await until(() => to.opens() === round);
    to.becomeReady();
    expect(to.view().session).toBe('ready');
    to.move(5);
    to.hangUp();
  }
  expect(to.view().problem).toMatch(/another program is connected/);
  await until(() => to.opens() === 3);
  to.becomeReady();
  to.live(120);
  to.hangUp();
  expect(to.view().problem).toBe('closed by the radio');
  to.radio.stop();
});

test('restarts are counted, and too many of them are told', () => {
  const to = world();
  to.becomeReady();
  for (let round = 1; round <= 4; round += 1) {
    expect(to.view().warnings).toEqual([]);
    to.say({ rebooted: true });
    to.say(...handshake(to.wanted()));
    to.live(60);
  }
  expect(to.view()).toMatchObject({ session: 'ready', restarts: 4, losses: 0 });
  expect(to.view().warnings[0]).toMatch(/restarted 4 times within an hour/);
  to.live(3_600);
  expect(to.view().warnings).toEqual([]);
  to.radio.stop();
});

function timesSet(requests: ToRadio[]): number[] {
  return requests.flatMap(({ packet }) => {
    const payload = packet?.decoded?.portnum === 6 ? packet.decoded.payload : undefined;
    const order = payload ? decodeAdminMessage(payload) : undefined;
    return typeof order === 'object' && order.setTimeOnly ? [order.setTimeOnly] : [];
  });
}

test('a radio is told the time after each handshake and every 31 min, never an unknown one', () => {
  const known = world();
  known.becomeReady();
  expect(timesSet(known.requests)).toEqual([START_S]);
  known.live(31 * 60);
  expect(timesSet(known.requests)).toEqual([START_S, START_S + 31 * 60]);
  known.radio.stop();
  const unknown = world(false);
  unknown.becomeReady();
  unknown.live(40 * 60);
  expect(timesSet(unknown.requests)).toEqual([]);
  unknown.radio.stop();
});

function packetAt(rxTime: number): FromRadioToSend {
  return heard(rxTime & 0xffff, { rxTime });
}

test('a radio that did not take the time, or runs by another, is noticed by its live packets', () => {
  const to = world();
  to.becomeReady();
  // What waited in the radio says nothing of its clock now.
  to.say(packetAt(START_S - 40_000));
  to.live(40);
  expect(to.view().warnings).toEqual([]);
  to.say(packetAt(0));
  expect(to.view().warnings[0]).toMatch(/did not take the time/);
  to.say(packetAt(START_S + 40));
  expect(to.view().warnings).toEqual([]);
  to.say(packetAt(START_S - 9_960));
  expect(to.view().warnings[0]).toMatch(/clock is 10000 s behind/);
  expect(to.view()).toMatchObject({ packets: 4, lastPacket: START_S + 40 });
  to.radio.stop();
});

function position(fields: Partial<Position>, more: MeshPacketToSend = {}): FromRadioToSend {
  const payload = encodePosition({ hasPlace: true, locationSource: 2, ...fields });
  return { packet: { from: ME, to: 0xffffffff, decoded: { portnum: 3, payload }, ...more } };
}

test('the GPS of the own radio tells the time once two fixes prove that it runs', () => {
  const to = world(false);
  to.becomeReady();
  const gpsS = () => START_S + 500 + Math.floor((to.clock.steadyMs() - START_S * 1000) / 1000);
  to.say(position({ timestamp: gpsS() }), position({ timestamp: gpsS() }));
  expect(to.offers).toEqual([]);
  to.live(120);
  to.say(position({ timestamp: gpsS() - 30 }));
  expect(to.offers).toEqual([{ timeMs: (gpsS() - 30) * 1000, uncertaintyS: 125 }]);
  to.radio.stop();
});

test('a GPS whose fix stands still, a place set by hand, an echo of our own order prove nothing', () => {
  const stuck = world(false);
  stuck.becomeReady();
  for (let round = 0; round < 4; round += 1) {
    stuck.say(position({ timestamp: START_S }));
    stuck.live(600);
  }
  expect(stuck.offers).toEqual([]);
  stuck.radio.stop();

  const told = (vouched: boolean, fields: Partial<Position>, more: MeshPacketToSend = {}) => {
    const to = world(vouched);
    to.becomeReady();
    for (let round = 0; round < 3; round += 1) {
      const time = Math.floor(to.clock.steadyMs() / 1000);
      to.say(position({ time, ...fields }, more));
      to.live(300);
    }
    to.radio.stop();
    return to.offers;
  };
  expect(told(false, {}).length).toBe(2);
  expect(told(false, {})[0].uncertaintyS).toBe(300);
  expect(told(true, {})).toEqual([]);
  expect(told(false, { locationSource: 1 })).toEqual([]);
  expect(told(false, { hasPlace: false })).toEqual([]);
  expect(told(false, {}, { from: 0x5e0f1a2b, rxRssi: -60 })).toEqual([]);
  expect(told(false, {}, { rxRssi: -60, transportMechanism: LORA })).toEqual([]);
});

test('bytes of any kind in any pieces: the keeper throws nothing, and a good handshake still counts', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 40 }), (chunks) => {
      const to = world();
      to.connect();
      for (const chunk of chunks) to.receive(chunk);
      to.move(3);
      to.receive(says(...handshake(to.wanted())));
      // A chance header may hold a frame back until two seconds without a byte have passed.
      for (let at = 0; at < 300 && to.view().session === 'syncing'; at += 1) to.move(3);
      expect(['ready', 'closed']).toContain(to.view().session);
      to.radio.stop();
    }),
    { numRuns: 40, seed: 20261128 },
  );
});
