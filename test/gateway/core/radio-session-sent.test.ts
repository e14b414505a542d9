/*
 * What became of a sent packet, by every answer a radio gives.
 */
import { expect, test } from 'vitest';
import { setTimePacket } from '../../../gateway/core/radio-admin';
import type { RadioSession, SessionEvent } from '../../../gateway/core/radio-session';
import { decodeAdminMessage } from '../../../shared/meshtastic/admin';
import type { FromRadioToSend } from '../../../shared/meshtastic/from-radio';
import {
  handshake,
  heard,
  LORA,
  ME,
  newSession,
  OTHER,
  readySession,
  requests,
  routing,
  says,
  types,
} from './radio-session-kit';

const ID = 101;
const PACKET = {
  to: OTHER,
  hopLimit: 3,
  wantAck: true,
  decoded: { portnum: 287, payload: new Uint8Array([1, 2]), bitfield: 0 },
};

function status(res: number): FromRadioToSend {
  return { queueStatus: { res, free: 15, maxlen: 16, meshPacketId: ID } };
}

function lastOutcome(events: SessionEvent[]): string | undefined {
  const sent = events.findLast(({ type }) => type === 'sent');
  return sent?.type === 'sent' ? sent.outcome : undefined;
}

const STORIES: [string, FromRadioToSend[]][] = [
  ['no_answer', []],
  ['queued', [status(0)]],
  ['queued', [status(0), status(0), status(0)]],
  ['refused_32', [status(32)]],
  ['nak_TOO_LARGE', [status(7), routing(ME, ID, 7)]],
  ['nak_PKI_SEND_FAIL_PUBLIC_KEY', [status(39), routing(ME, ID, 39)]],
  ['relayed', [status(0), routing(ME, ID, 0)]],
  ['relayed', [routing(ME, ID, 0)]],
  ['delivered', [status(0), routing(OTHER, ID, 0)]],
  ['delivered', [status(0), routing(ME, ID, 0), routing(OTHER, ID, 0)]],
  ['delivered', [status(0), routing(ME, ID, 5), routing(OTHER, ID, 0)]],
  ['delivered_then_nak_NO_RESPONSE', [status(0), routing(OTHER, ID, 0), routing(OTHER, ID, 8)]],
  ['nak_MAX_RETRANSMIT', [status(0), routing(ME, ID, 0), routing(ME, ID, 5)]],
  ['nak_NO_CHANNEL', [status(0), routing(OTHER, ID, 6)]],
  ['nak_99', [routing(OTHER, ID, 99)]],
];

test.each(STORIES)('%s', (outcome, answers) => {
  const session = readySession(0);
  const given = session.send(PACKET, 10);
  expect(requests(given)[0].packet).toMatchObject({ ...PACKET, id: ID });
  expect(lastOutcome(given.events)).toBe('no_answer');
  const events = answers.flatMap((answer) => session.feed(says(answer), 20).events);
  expect(types(events)).toEqual(answers.map(() => 'sent'));
  const end = session.tick(60_010).events;
  expect(end).toMatchObject([{ type: 'sent', outcome, final: true }]);
  expect(lastOutcome([...given.events, ...events])).toBe(outcome);
});

function give(session: RadioSession): void {
  session.send(PACKET, 0);
}

test('an ack made by a stranger, or forged under our own number, is no proof of delivery', () => {
  const session = readySession(0);
  give(session);
  const stranger = session.feed(says(routing(0x1234, ID, 0)), 1).events;
  expect(lastOutcome(stranger)).toBe('relayed');
  const forged = routing(ME, ID, 0);
  const overTheAir = { packet: { ...forged.packet, rxRssi: -60, transportMechanism: LORA } };
  expect(lastOutcome(session.feed(says(overTheAir), 2).events)).toBe('relayed');
});

test('answers to packets of others are no answers to ours', () => {
  const session = readySession(0);
  give(session);
  const other = { queueStatus: { res: 0, free: 3, meshPacketId: 55 } };
  const { events } = session.feed(says(other, routing(ME, 55, 0), routing(OTHER, 55, 0)), 1);
  expect(types(events)).toEqual(['own-packet', 'packet']);
  expect(session.queueFree()).toBe(3);
});

test('a packet that only names ours is a packet', () => {
  const session = readySession(0);
  give(session);
  const reply = { decoded: { portnum: 287, requestId: ID, payload: new Uint8Array([1]) } };
  expect(types(session.feed(says(heard(9, reply)), 1).events)).toEqual(['packet']);
});

test('answers over the next connection still count, after a minute nothing is waited for', () => {
  const session = readySession(0);
  give(session);
  session.closed(100);
  session.start(200);
  const { events } = session.feed(says(...handshake(2), routing(OTHER, ID, 0)), 300);
  expect(lastOutcome(events)).toBe('delivered');
  expect(session.nextDueMs()).toBe(60_000);
  expect(types(session.tick(60_000).events)).toEqual(['sent']);
  expect(types(session.feed(says(routing(OTHER, ID, 8)), 60_001).events)).toEqual(['packet']);
});

test('without connection nothing is written and nothing is waited for', () => {
  const session = newSession();
  const step = session.send({ ...PACKET, id: 9 }, 0);
  expect(step.write).toEqual([]);
  expect(step.events).toMatchObject([{ sent: { id: 9 }, outcome: 'no_answer', final: true }]);
  expect(session.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
});

test('a notification about a packet stays with it', () => {
  const session = readySession(0);
  give(session);
  const words = { clientNotification: { replyId: ID, message: 'Duty cycle limit exceeded' } };
  const { events } = session.feed(says(words), 1);
  expect(types(events)).toEqual(['sent', 'notification']);
  expect(events[0]).toMatchObject({ sent: { notification: 'Duty cycle limit exceeded' } });
});

test('a flood of answers is kept only in part', () => {
  const session = readySession(0);
  give(session);
  const flood = Array.from({ length: 40 }, () => routing(OTHER, ID, 0));
  const { events } = session.feed(says(...flood), 1);
  const last = events.at(-1);
  expect(last?.type === 'sent' && last.sent.routingAnswers.length).toBe(16);
});

test('the clock of the radio is set by an order to itself, which is local', () => {
  const session = readySession(0);
  const step = session.send(setTimePacket(ME, 1_795_000_000), 0);
  const [{ packet }] = requests(step);
  expect(packet).toMatchObject({ to: ME, wantAck: true, decoded: { portnum: 6 } });
  const payload = packet?.decoded?.payload ?? new Uint8Array(0);
  expect(decodeAdminMessage(payload)).toEqual({ setTimeOnly: 1_795_000_000 });
  const { events } = session.feed(says(status(0), routing(ME, ID, 0)), 1);
  expect(lastOutcome(events)).toBe('local');
});

test('a packet that fits no frame is a fault of ours', () => {
  const decoded = { portnum: 287, payload: new Uint8Array(500) };
  expect(() => readySession(0).send({ ...PACKET, decoded }, 0)).toThrow('frame too long');
});
