/*
 * What a radio's settings mean for a gateway: each fault is told, a good radio is quiet, every recording as computed apart.
 */
import { expect, test } from 'vitest';
import { radioProblems, radioSummary, radioWarnings } from '../../../gateway/core/radio-checks';
import { learn, type RadioInfo, unknownRadio } from '../../../gateway/core/radio-info';
import { decodeFromRadio } from '../../../shared/meshtastic/from-radio';
import { type Loose, officialBytes, schemas } from '../../shared/meshtastic/official';

/** A radio of which the official definitions say: [variant, value]. */
function told(...messages: [string, Loose][]): RadioInfo {
  return messages.reduce((info, [name, value]) => {
    const bytes = officialBytes(schemas.fromRadio, { payloadVariant: { case: name, value } });
    const message = decodeFromRadio(bytes);
    if (typeof message === 'string') throw new Error(message);
    return learn(info, message);
  }, unknownRadio());
}

const KEY = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

function config(name: string, value: Loose): [string, Loose] {
  return ['config', { payloadVariant: { case: name, value } }];
}

function module(name: string, value: Loose): [string, Loose] {
  return ['moduleConfig', { payloadVariant: { case: name, value } }];
}

function channel(index: number, settings: Loose, role = index === 0 ? 1 : 2): [string, Loose] {
  return ['channel', { index, role, settings }];
}

const LORA = { usePreset: true, modemPreset: 4, region: 3, hopLimit: 3, txEnabled: true };
const GOOD: [string, Loose][] = [
  ['myInfo', { myNodeNum: 77 }],
  ['metadata', { firmwareVersion: '2.7.26.54e0d8d' }],
  channel(0, { name: 'serial', psk: KEY }),
  config('device', { role: 0 }),
  config('position', { gpsMode: 2, positionBroadcastSecs: 900 }),
  config('lora', LORA),
  config('bluetooth', { enabled: false }),
  config('security', { serialEnabled: true, privateKey: KEY }),
  module('mqtt', { enabled: false }),
  module('telemetry', { deviceUpdateInterval: 1800 }),
];

test('a radio set up as it should be has nothing to tell, and its settings are shown', () => {
  const info = told(...GOOD);
  expect(radioProblems(info, 'serial')).toEqual([]);
  expect(radioWarnings(info, 'serial')).toEqual([]);
  expect(radioSummary(info, 'serial')).toEqual({
    firmware: '2.7.26.54e0d8d',
    region: 'EU_868',
    preset: 'MediumFast',
    frequencyHz: 869_525_000,
    channel: 0,
    role: 'CLIENT',
    rebroadcastMode: 'ALL',
    bluetooth: false,
    hopLimit: 3,
    txEnabled: true,
    gps: false,
  });
  expect(JSON.stringify(info.security)).not.toContain('rivate');
});

test('nothing told is nothing claimed', () => {
  const summary = radioSummary(unknownRadio(), 'serial');
  expect(new Set(Object.values(summary))).toEqual(new Set([null]));
});

const FAULTS: [string, [string, Loose][], RegExp][] = [
  ['no channel', [channel(0, { name: 'farm', psk: KEY })], /no channel named "serial"/],
  ['region unset', [config('lora', { ...LORA, region: 0 })], /no region is set/],
  ['may not send', [config('lora', { ...LORA, txEnabled: false })], /sending is switched off/],
  ['role router', [config('device', { role: 2 })], /role ROUTER does not deliver/],
  ['role repeater', [config('device', { role: 4 })], /role REPEATER does not deliver/],
  ['core ports only', [config('device', { rebroadcastMode: 5 })], /CORE_PORTNUMS_ONLY/],
];

test.each(FAULTS)('%s keeps it from serving', (_, more, words) => {
  const problems = radioProblems(told(...GOOD, ...more), 'serial');
  expect(problems.length).toBe(1);
  expect(problems[0]).toMatch(words);
});

const xorZero = new Uint8Array(KEY);
xorZero[0] ^=
  KEY.reduce((xor, byte) => xor ^ byte, 0) ^ [...Buffer.from('serial')].reduce((a, b) => a ^ b, 0);

const SHOULD: [string, [string, Loose][], RegExp][] = [
  ['Bluetooth', [config('bluetooth', { enabled: true })], /Bluetooth is on/],
  ['managed', [config('security', { isManaged: true })], /"managed"/],
  ['debug log', [config('security', { debugLogApiEnabled: true })], /debug log/],
  ['MQTT module', [module('mqtt', { enabled: true })], /MQTT module/],
  ['known nodes only', [config('device', { rebroadcastMode: 3 })], /KNOWN_ONLY/],
  ['duty cycle', [config('lora', { ...LORA, overrideDutyCycle: true })], /duty cycle/],
  ['no preset', [config('lora', { ...LORA, usePreset: false })], /no modem preset/],
  ['uplink', [channel(0, { name: 'serial', psk: KEY, uplinkEnabled: true })], /uplink/],
  ['downlink', [channel(0, { name: 'serial', psk: KEY, downlinkEnabled: true })], /downlink/],
  ['no key', [channel(0, { name: 'serial' })], /has no key/],
  ['public key', [channel(0, { name: 'serial', psk: new Uint8Array([1]) })], /the public one/],
  ['short key', [channel(0, { name: 'serial', psk: KEY.slice(0, 5) })], /is short/],
  ['hash 0', [channel(0, { name: 'serial', psk: xorZero })], /hash is 0/],
  ['hash 0 of another spelling', [channel(0, { name: 'SERIAL', psk: xorZero })], /hash is 0/],
  ['two of the name', [channel(3, { name: 'Serial', psk: KEY })], /channels 0 and 3 are both/],
  ['telemetry', [module('telemetry', { deviceUpdateInterval: 60 })], /its battery more often/],
  [
    'sensors',
    [module('telemetry', { environmentUpdateInterval: 60, environmentMeasurementEnabled: true })],
    /its sensors more often/,
  ],
  ['place', [config('position', { positionBroadcastSecs: 30 })], /its place more often/],
  ['old firmware', [['metadata', { firmwareVersion: '2.4.2.abc' }]], /too old/],
  ['new firmware', [['metadata', { firmwareVersion: '2.8.0.1a2b3c' }]], /has not been tried/],
  ['no firmware', [['metadata', {}]], /did not tell the version/],
];

test.each(SHOULD)('%s is worth a warning, no more', (_, more, words) => {
  const info = told(...GOOD, ...more);
  expect(radioProblems(info, 'serial')).toEqual([]);
  const warnings = radioWarnings(info, 'serial');
  expect(warnings.length).toBe(1);
  expect(warnings[0]).toMatch(words);
});

test('a second channel without key has the key of the first', () => {
  const second = [channel(0, { name: '', psk: KEY }), channel(1, { name: 'serial' })];
  expect(radioWarnings(told(...GOOD, ...second), 'serial')).toEqual([]);
  const open = [channel(0, { name: '' }), channel(1, { name: 'serial' })];
  expect(radioWarnings(told(...GOOD, ...open), 'serial').join()).toMatch(/has no key/);
});

test('the name of the primary channel moves the frequency', () => {
  const us = config('lora', { ...LORA, region: 1, modemPreset: 0 });
  const at = (name: string) =>
    radioSummary(told(...GOOD, us, channel(0, { name, psk: KEY })), 'serial').frequencyHz;
  expect(at('')).toBe(906_875_000);
  expect(at('farm')).toBe(902_875_000);
  const fixed = config('lora', { ...LORA, overrideFrequency: 868.5 });
  expect(radioSummary(told(...GOOD, fixed), 'serial').frequencyHz).toBe(868_500_000);
});

test('sections that are cut off or unknown change nothing and throw nothing', () => {
  const before = told(...GOOD);
  for (let field = 0; field < 40; field += 1) {
    const bytes = new Uint8Array([8, 255]);
    expect(learn(before, { id: 0, config: { otherSection: { field, bytes } } })).toEqual(before);
  }
  expect(learn(before, { id: 0, moduleConfig: new Uint8Array([10, 200]) })).toEqual(before);
});

test('a hostile radio cannot fill the memory with nodes and channels', () => {
  let info = told(...GOOD);
  for (let num = 1; num <= 600; num += 1) {
    const nodeInfo = { num, snr: 0, lastHeard: 0, channel: 0, viaMqtt: false };
    info = learn(info, { id: 0, nodeInfo });
    info = learn(info, { id: 0, channel: { index: num - 300, role: 2 } });
  }
  expect([info.nodes.length, info.channels.length]).toEqual([500, 8]);
});
