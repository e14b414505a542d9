/*
 * A radio that wants to fill the gateway's memory: what the session keeps of it is bounded.
 */
import { expect, test } from 'vitest';
import { RADIO_HELD_MAX, RADIO_NODES_MAX } from '../../../gateway/limits/radio';
import type { FromRadioToSend } from '../../../shared/meshtastic/from-radio';
import { NONCE_CONFIG_ONLY } from '../../../shared/meshtastic/to-radio';
import {
  handshake,
  heard,
  ME,
  newSession,
  readySession,
  requests,
  says,
  types,
} from './radio-session-kit';

test('packets that come before the handshake ends are kept up to a limit; beyond it the radio is given up', () => {
  const session = newSession();
  session.start(0);
  for (let id = 1; id <= RADIO_HELD_MAX; id += 1) {
    expect(session.feed(says(heard(id)), id).events).toEqual([]);
  }
  expect(types(session.feed(says(heard(9_999)), 5_000).events)).toEqual(['lost']);
  expect(session.state()).toBe('lost');
  expect(session.feed(says(heard(10_000)), 5_001).events).toEqual([]);
  session.closed(5_002);

  // The next connection asks for less, gets what was kept, and nothing twice.
  expect(requests(session.start(6_000))).toEqual([{ wantConfigId: NONCE_CONFIG_ONLY }]);
  const { events } = session.feed(says(...handshake(NONCE_CONFIG_ONLY)), 6_010);
  expect(types(events)).toEqual(['ready', ...new Array(RADIO_HELD_MAX).fill('packet')]);
});

test('nodes beyond the limit push out those told longest ago, never the radio itself', () => {
  const session = readySession(0);
  for (let num = 1; num <= RADIO_NODES_MAX + 50; num += 1)
    session.feed(says({ nodeInfo: { num } }), num);
  const { nodes } = session.info();
  expect(nodes.length).toBe(RADIO_NODES_MAX);
  expect(nodes.some(({ num }) => num === ME)).toBe(true);
  expect(nodes.at(-1)?.num).toBe(RADIO_NODES_MAX + 50);
});

test('channels no radio has are passed over', () => {
  const session = readySession(0);
  const strange: FromRadioToSend[] = [-1, 8, 2 ** 31 - 1].map((index) => ({
    channel: { index, role: 2, settings: { name: 'serial' } },
  }));
  session.feed(says(...strange), 10);
  expect(session.info().channels.map(({ index }) => index)).toEqual([0]);
});
