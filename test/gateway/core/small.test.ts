/*
 * Tests of the small pure parts of gateway/core: heard, held-bytes, dating, site-state, messages, register.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betterEpochClock, dateOf, epochClockOf } from '../../../gateway/core/dating';
import { lookAt } from '../../../gateway/core/heard';
import { createHeldBytes } from '../../../gateway/core/held-bytes';
import { recordMessage, topics } from '../../../gateway/core/messages';
import { readRegister } from '../../../gateway/core/register';
import {
  batteryMv,
  flagNames,
  SITE_WORD_MEANING,
  type SiteFacts,
  siteState,
} from '../../../gateway/core/site-state';
import { parseCoseSign1 } from '../../../shared/cose';
import { decodeMeshPacket, encodeMeshPacket } from '../../../shared/meshtastic/mesh-packet';
import { BOOT_S, packetOf, testNode, usage } from '../support/nodes';
import { registerJson } from '../support/places';

const NODE = testNode(1);

const OWN = { channelIndex: 2 };

function packet(fields: Parameters<typeof encodeMeshPacket>[0]) {
  const read = decodeMeshPacket(
    encodeMeshPacket({ from: 9, channel: 2, hopStart: 3, hopLimit: 1, ...fields }),
  );
  if (typeof read === 'string') throw new Error(read);
  return read;
}

test.each<[string, string, Parameters<typeof encodeMeshPacket>[0]]>([
  ['NodeInfo', 'housekeeping', { decoded: { portnum: 4 } }],
  ['an ack', 'housekeeping', { decoded: { portnum: 5 } }],
  ['a text', 'foreign-port', { decoded: { portnum: 1 } }],
  ['our port on another channel', 'foreign-channel', { channel: 0, decoded: { portnum: 287 } }],
  ['what the radio cannot read', 'undecryptable', { encrypted: new Uint8Array(5) }],
])('%s is %s', (_what, expected, fields) => {
  expect(lookAt(packet(fields), OWN)).toBe(expected);
});

test('a packet under the number of our own radio is judged like any other', () => {
  const payload = new Uint8Array([9]);
  const heard = lookAt(packet({ from: 7, decoded: { portnum: 287, payload } }), OWN);
  expect(heard).toMatchObject({ payload });
});

test('a packet for us keeps its payload and how it was heard', () => {
  const payload = new Uint8Array([1, 2, 3]);
  const heard = lookAt(packet({ rxRssi: -90, decoded: { portnum: 287, payload } }), OWN);
  expect(heard).toMatchObject({ payload, reception: { fromRadio: 9, rssiDbm: -90, hops: 2 } });
  const untold = lookAt(packet({ hopStart: 0, decoded: { portnum: 287, payload } }), OWN);
  expect(untold).toMatchObject({ reception: { hops: -1 } });
});

test('held bytes come out whole and in order, never beyond the place asked for', () => {
  const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(40)), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (pairs) => {
      const held = createHeldBytes();
      const added: number[] = [];
      const taken: number[] = [];
      let most = 0;
      for (const [length, upTo] of pairs) {
        const chunk = Array.from({ length }, (_, at) => (added.length + at) & 255);
        held.add(new Uint8Array(chunk));
        added.push(...chunk);
        most = Math.min(added.length, Math.max(most, upTo));
        for (const part of held.take(upTo)) taken.push(...part);
        expect(taken).toEqual(added.slice(0, most));
        expect(held.bytesHeld()).toBe(added.length - most);
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});

test('the surest clock of an epoch dates it, whatever the order', () => {
  const none = epochClockOf(usage(NODE, 1, { timeS: 0 }));
  const rough = epochClockOf(usage(NODE, 2, { timeS: BOOT_S + 7300, status: 8 << 12 }));
  const sure = epochClockOf(usage(NODE, 5, { status: 2 << 12 }));
  const later = epochClockOf(usage(NODE, 6, { timeS: BOOT_S + 6 * 3600 + 9, status: 2 << 12 }));
  expect(none).toBeNull();
  for (const clocks of [
    [none, rough, sure, later],
    [later, sure, none, rough],
  ]) {
    expect(clocks.reduce(betterEpochClock)).toEqual(sure);
  }
  expect(dateOf(sure, 3600)).toBe(BOOT_S + 3600);
  expect(dateOf(null, 3600)).toBeNull();
});

const FACTS: SiteFacts = { lastHeardS: 10_000, usedInNewest: true, buttonCode: 0, status: 0 };

test.each<[string, Partial<SiteFacts>, number]>([
  ['never-heard', { lastHeardS: null }, 0],
  ['in-use', {}, 0],
  ['idle', { usedInNewest: false }, 0],
  ['says-broken', { buttonCode: 3 }, 0],
  ['in-use', { buttonCode: 4 }, 0],
  ['in-use', {}, 3 * 3600],
  ['no-news', {}, 3 * 3600 + 1],
  ['no-news', { buttonCode: 3 }, 3 * 3600 + 1],
])('a site is %s (%j, silent for %i s)', (word, facts, silentS) => {
  expect(siteState({ ...FACTS, ...facts }, 10_000 + silentS).word).toBe(word);
});

test('silence is never called broken', () => {
  expect(SITE_WORD_MEANING['no-news']).toMatch(/does not say it is broken/);
});

test('the status word: battery in steps of 20 mV, flags by name', () => {
  expect([batteryMv(0), batteryMv(165), batteryMv(255)]).toEqual([null, 3300, 5100]);
  expect(flagNames(0xf0ff)).toEqual([]);
  expect(flagNames((1 << 8) | (1 << 10) | (1 << 18))).toEqual([
    'tamper',
    'battery-low',
    'power-was-cut',
  ]);
});

test('a record message carries the exact signed bytes as COSE_Sign1 and is the same each time', () => {
  const bytes = packetOf(NODE, usage(NODE, 3));
  const row = {
    id: 1,
    site: 'wp-01',
    siteKind: 'water-point',
    payload: bytes.slice(0, -64),
    signature: bytes.slice(-64),
    receivedAtS: BOOT_S,
    clockState: 'trusted',
    historical: 0,
    fromRadio: 0xa,
    rssiDbm: 0,
    hops: -1,
  };
  const { kind, body } = recordMessage(row);
  expect(kind).toBe('water-point');
  expect(recordMessage(row).body).toEqual(body);
  const cose = parseCoseSign1(
    new Uint8Array(Buffer.from((body as { cose: string }).cose, 'base64')),
  );
  expect(cose).toEqual({ payload: row.payload, signature: row.signature });
  expect(body).toMatchObject({ received: { radio: '!0000000a', rssiDbm: null, hops: null } });
});

test('topics follow the map', () => {
  const topic = topics('pod');
  expect(topic.bridge('health')).toBe('tallywell/pod/bridge/health');
  expect(topic.siteState('a')).toBe('tallywell/pod/site/a/state');
  expect(topic.siteAvailability('a')).toBe('tallywell/pod/site/a/availability');
  expect(topic.record('a', 'event')).toBe('tallywell/pod/site/a/record/event');
});

// biome-ignore lint/suspicious/noExplicitAny: registers with faults fit no type
type Loose = any;

test.each<[string, RegExp, (register: Loose) => void]>([
  ['no list of sites', /sites: must be a list/, (register) => delete register.sites],
  ['a pod with a slash', /pod/, (register) => (register.pod = 'a/b')],
  ['a site with a wildcard', /sites\[0\]\.site/, (register) => (register.sites[0].site = '+')],
  ['a kind we do not know', /sites\[1\]\.kind/, (register) => (register.sites[1].kind = 'tap')],
  [
    'a short key',
    /nodes\[0\]\.publicKey/,
    (register) => (register.sites[0].nodes[0].publicKey = 'ab'),
  ],
  ['a slot of 256', /nodes\[0\]\.slot/, (register) => (register.sites[0].nodes[0].slot = 256)],
  ['one slot twice', /slot 0 is there twice/, (register) => (register.sites[1].nodes[0].slot = 0)],
  ['one site twice', /site wp-01 is there twice/, (register) => (register.sites[1].site = 'wp-01')],
  ['a latitude of 91', /latitude/, (register) => (register.sites[0].latitude = 91)],
  [
    'a broken pulse',
    /volumePerPulseUl/,
    (register) => (register.sites[0].nodes[0].calibration.volumePerPulseUl = 0.5),
  ],
])('a register with %s is refused by place', (_what, place, spoil) => {
  const register = registerJson([1, 2]);
  spoil(register);
  expect(() => readRegister(register)).toThrow(place);
});

test('core is pure: no node:, no packages, no clock, no chance', () => {
  const folder = new URL('../../../gateway/core/', import.meta.url);
  for (const name of ['judge', 'sequences', 'dating', 'bulletin-schedule', 'heard', 'messages']) {
    const text = readFileSync(new URL(`${name}.ts`, folder), 'utf8');
    expect(text).not.toMatch(
      /from '(node:|[a-z@])|Date\.now|new Date|Math\.random|setTimeout|process\./,
    );
  }
});
