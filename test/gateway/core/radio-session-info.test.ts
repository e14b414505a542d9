/*
 * What is told about a radio, and what keeps it from serving.
 */
import { expect, test } from 'vitest';
import { radioProblems } from '../../../gateway/core/radio-checks';
import {
  channelIndexOf,
  learn,
  type RadioInfo,
  unknownRadio,
} from '../../../gateway/core/radio-info';
import type { FromRadioToSend } from '../../../shared/meshtastic/from-radio';
import { decodeFromRadio, encodeFromRadio } from '../../../shared/meshtastic/from-radio';
import { handshake } from './radio-session-kit';

function told(messages: FromRadioToSend[]): RadioInfo {
  return messages.reduce((info, one) => {
    const message = decodeFromRadio(encodeFromRadio(one));
    if (typeof message === 'string') throw new Error(message);
    return learn(info, message);
  }, unknownRadio());
}

test('a radio set up as it should be has no problems', () => {
  expect(radioProblems(told(handshake(1)), 'serial')).toEqual([]);
});

test('each problem is told in words', () => {
  const about = (messages: FromRadioToSend[]) => radioProblems(told(messages), 'serial').join('; ');
  expect(about([])).toContain('did not tell its number');
  expect(about([])).toContain('no channel named "serial"');
  expect(about([])).toContain('did not tell its LoRa settings');
  const good = handshake(1);
  expect(about([...good, { config: { lora: { region: 0, txEnabled: true } } }])).toContain(
    'region',
  );
  expect(about([...good, { config: { lora: { region: 3 } } }])).toMatch(/^sending is switched off/);
  expect(about([...good, { metadata: { role: 2 } }])).toContain('ROUTER');
});

test('a channel told again replaces the old one, a disabled one goes', () => {
  const again = { channel: { index: 0, role: 1, settings: { name: 'farm' } } };
  const second = { channel: { index: 3, role: 2, settings: { name: 'serial' } } };
  const info = told([...handshake(1), second, again]);
  expect(info.channels.map(({ index, settings }) => [index, settings?.name])).toEqual([
    [0, 'farm'],
    [3, 'serial'],
  ]);
  expect(channelIndexOf(info, 'serial')).toBe(3);
  const gone = told([...handshake(1), { channel: { index: 0, role: 0 } }]);
  expect(channelIndexOf(gone, 'serial')).toBe(-1);
});

test('a node told again replaces its old entry in place', () => {
  const [first] = told(handshake(1)).nodes;
  const info = told([...handshake(1), { nodeInfo: { num: first.num, hopsAway: 2 } }]);
  expect(info.nodes.length).toBe(2);
  expect(info.nodes[0]).toMatchObject({ num: first.num, hopsAway: 2 });
});
