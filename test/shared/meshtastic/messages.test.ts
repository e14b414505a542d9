/*
 * Each message against the official definitions: same bytes written, same fields read, the same cut-off bytes refused.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAdminMessage, encodeSetTimeOnly } from '../../../shared/meshtastic/admin';
import {
  decodeChannel,
  decodeChannelSettings,
  encodeChannel,
  encodeChannelSettings,
} from '../../../shared/meshtastic/channel-settings';
import {
  decodeBluetoothConfig,
  decodeDeviceConfig,
  decodePositionConfig,
  decodeSecurityConfig,
  encodeBluetoothConfig,
  encodeDeviceConfig,
  encodePositionConfig,
  encodeSecurityConfig,
} from '../../../shared/meshtastic/config-sections';
import { decodeData, encodeData } from '../../../shared/meshtastic/data';
import {
  decodeDeviceMetadata,
  encodeDeviceMetadata,
} from '../../../shared/meshtastic/device-metadata';
import { decodeFromRadio, encodeFromRadio } from '../../../shared/meshtastic/from-radio';
import {
  decodeConfig,
  decodeLoRaConfig,
  encodeConfig,
  encodeLoRaConfig,
} from '../../../shared/meshtastic/lora-config';
import { decodeMeshPacket, encodeMeshPacket } from '../../../shared/meshtastic/mesh-packet';
import { decodeModuleConfig, encodeModuleConfig } from '../../../shared/meshtastic/module-config';
import { decodeMyNodeInfo, encodeMyNodeInfo } from '../../../shared/meshtastic/my-node-info';
import { decodeNodeInfo, encodeNodeInfo } from '../../../shared/meshtastic/node-info';
import {
  decodeClientNotification,
  decodeLogRecord,
  encodeClientNotification,
  encodeLogRecord,
} from '../../../shared/meshtastic/notification';
import { decodePosition, encodePosition } from '../../../shared/meshtastic/position';
import { decodeQueueStatus, encodeQueueStatus } from '../../../shared/meshtastic/queue-status';
import { decodeRouting, encodeRouting } from '../../../shared/meshtastic/routing';
import { decodeToRadio, encodeToRadio } from '../../../shared/meshtastic/to-radio';
import { decodeUser, encodeUser } from '../../../shared/meshtastic/user';
import * as any from './arbitraries';
import {
  config,
  type Loose,
  meshPacket,
  moduleConfig,
  officialBytes,
  officialRead,
  officialTakes,
  plain,
  position,
  positionConfig,
  schemas,
  variant,
} from './official';

const RUNS = 150 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

interface Case {
  name: string;
  schema: Loose;
  messages: fc.Arbitrary<Loose>;
  encode: (message: Loose) => Uint8Array;
  decode: (bytes: Uint8Array) => object | string;
  toOfficial: (message: Loose) => Loose;
}

function of(
  name: keyof typeof schemas,
  messages: fc.Arbitrary<Loose>,
  encode: Case['encode'],
  decode: Case['decode'],
  toOfficial: Case['toOfficial'] = plain,
): Case {
  return { name, schema: schemas[name], messages, encode, decode, toOfficial };
}

const cases: Case[] = [
  of('data', any.data, encodeData, decodeData),
  of('meshPacket', any.meshPacket, encodeMeshPacket, decodeMeshPacket, meshPacket),
  of('toRadio', any.toRadio, encodeToRadio, decodeToRadio, variant),
  of('fromRadio', any.fromRadio, encodeFromRadio, decodeFromRadio, variant),
  of('user', any.user, encodeUser, decodeUser),
  of('nodeInfo', any.nodeInfo, encodeNodeInfo, decodeNodeInfo),
  of('channel', any.channel, encodeChannel, decodeChannel),
  of('channelSettings', any.channelSettings, encodeChannelSettings, decodeChannelSettings),
  of('lora', any.lora, encodeLoRaConfig, decodeLoRaConfig),
  of('config', any.config, encodeConfig, decodeConfig, config),
  of('queueStatus', any.queueStatus, encodeQueueStatus, decodeQueueStatus),
  of('myInfo', any.myInfo, encodeMyNodeInfo, decodeMyNodeInfo),
  of('metadata', any.metadata, encodeDeviceMetadata, decodeDeviceMetadata),
  of(
    'clientNotification',
    any.clientNotification,
    encodeClientNotification,
    decodeClientNotification,
  ),
  of('device', any.device, encodeDeviceConfig, decodeDeviceConfig),
  of(
    'positionConfig',
    any.positionConfig,
    encodePositionConfig,
    decodePositionConfig,
    positionConfig,
  ),
  of('bluetooth', any.bluetooth, encodeBluetoothConfig, decodeBluetoothConfig),
  of('security', any.security, encodeSecurityConfig, decodeSecurityConfig),
  of('moduleConfig', any.moduleConfig, encodeModuleConfig, decodeModuleConfig, moduleConfig),
  of('position', any.position, encodePosition, decodePosition, position),
  of('logRecord', any.logRecord, encodeLogRecord, decodeLogRecord),
];

function property(run: (message: Loose) => void, messages: fc.Arbitrary<Loose>): void {
  fc.assert(fc.property(messages, run), { numRuns: RUNS, seed: 20261123 });
}

test.each(cases)('$name: the official bytes are read, and written the same', (one) => {
  property((message) => {
    const official = officialBytes(one.schema, one.toOfficial(message));
    expect(one.decode(official)).toEqual(message);
    expect(Buffer.from(one.encode(message))).toEqual(Buffer.from(official));
  }, one.messages);
});

test.each(cases)(
  '$name: cut off anywhere it is refused exactly when the official reader refuses',
  (one) => {
    property((message) => {
      const whole = one.encode(message);
      for (let length = 0; length <= whole.length; length += 1 + (whole.length >> 5)) {
        const cut = whole.subarray(0, length);
        expect(typeof one.decode(cut) !== 'string').toBe(officialTakes(one.schema, cut));
      }
    }, one.messages);
  },
);

// Unknown to every message here, in each wire type that exists: 1500 varint (10 bytes), 1501 64-bit, 1502 bytes,
// 1503 32-bit.
const UNKNOWN = [
  'e05dffffffffffffffffff01',
  'e95d0102030405060708',
  'f25d0394c300',
  'fd5d01020304',
].map((digits) => Buffer.from(digits, 'hex'));

test.each(cases)('$name: fields nobody knows are passed over', (one) => {
  property((message) => {
    const bytes = one.encode(message);
    const extended = new Uint8Array(Buffer.concat([...UNKNOWN, bytes, ...UNKNOWN]));
    expect(one.decode(extended)).toEqual(message);
  }, one.messages);
});

test.each(cases)('$name: no bytes at all make it throw', (one) => {
  property(
    (bytes) => {
      const result = one.decode(bytes);
      expect(result === 'malformed' || typeof result === 'object').toBe(true);
    },
    fc.uint8Array({ maxLength: 64 }),
  );
});

test('of a field or variant given twice the last counts', () => {
  property(
    ({ first, second }) => {
      const both = new Uint8Array(Buffer.concat([encodeToRadio(first), encodeToRadio(second)]));
      expect(decodeToRadio(both)).toEqual(second);
    },
    fc.record({ first: any.toRadio, second: any.toRadio }),
  );
});

test('the bytes of groups, of field 0 and of too long varints are refused', () => {
  const refused = ['0b0c', '0c', '0e01', '0f01', '0001', '08ffffffffffffffffffff01', '80'];
  for (const digits of refused) {
    const bytes = new Uint8Array(Buffer.from(digits, 'hex'));
    expect(decodeQueueStatus(bytes)).toBe('malformed');
  }
});

test('a frame header inside a message is no message', () => {
  const bytes = new Uint8Array(Buffer.from('94c3000418ac9e04', 'hex'));
  expect(decodeFromRadio(bytes)).toBe('malformed');
  expect(decodeToRadio(bytes)).toBe('malformed');
});

test('text cut inside a character, as radios do with long names, does not cost the message', () => {
  const user = new Uint8Array(Buffer.from('12054672c3bcc3', 'hex'));
  expect(decodeUser(user)).toMatchObject({ longName: 'Frü\ufffd' });
});

test('a negative int32 takes ten bytes and comes back', () => {
  const bytes = encodeQueueStatus({ res: -60 });
  expect(Buffer.from(bytes).toString('hex')).toBe('08c4ffffffffffffffff01');
  expect(decodeQueueStatus(bytes)).toMatchObject({ res: -60 });
});

test('a routing answer without error is the two bytes 18 00', () => {
  expect(Buffer.from(encodeRouting(0)).toString('hex')).toBe('1800');
  expect(decodeRouting(encodeRouting(39))).toEqual({ errorReason: 39 });
  const request = officialBytes(schemas.routing, { variant: { case: 'routeRequest', value: {} } });
  expect(decodeRouting(request)).toEqual({});
});

test('the clock is set by field 43', () => {
  property((timeS) => {
    const bytes = encodeSetTimeOnly(timeS);
    const { payloadVariant } = officialRead(schemas.admin, bytes);
    expect(payloadVariant).toEqual({ case: 'setTimeOnly', value: timeS });
    expect(decodeAdminMessage(bytes)).toEqual({ setTimeOnly: timeS });
  }, any.u32);
});

test("a security section gives away nothing of the radio's keys", () => {
  const keys = { privateKey: new Uint8Array(32).fill(7), adminKey: [new Uint8Array(32).fill(8)] };
  const bytes = officialBytes(schemas.security, { ...keys, isManaged: true });
  const known = { isManaged: true, serialEnabled: false, debugLogApiEnabled: false };
  expect(decodeSecurityConfig(bytes)).toEqual(known);
});

test('the fields of firmware 2.8 go both ways', () => {
  const signature = new Uint8Array(64).fill(7);
  const data = encodeData({ portnum: 287, xeddsaSignature: signature });
  expect(decodeData(data)).toMatchObject({ portnum: 287, xeddsaSignature: signature });
  expect(data.slice(3, 5)).toEqual(new Uint8Array([0x52, 64]));
  const packet = encodeMeshPacket({ xeddsaSigned: true });
  expect(Buffer.from(packet).toString('hex')).toBe('b00101');
  expect(decodeMeshPacket(packet)).toMatchObject({ xeddsaSigned: true });
  const metadata = encodeDeviceMetadata({ hasXeddsa: true });
  expect(Buffer.from(metadata).toString('hex')).toBe('7001');
  expect(decodeDeviceMetadata(metadata)).toMatchObject({ hasXeddsa: true });
});

test('variants kept as bytes go both ways', () => {
  const bytes = new Uint8Array(UNKNOWN[3]);
  const kept = [
    'moduleConfig',
    'xmodemPacket',
    'mqttClientProxyMessage',
    'fileInfo',
    'deviceuiConfig',
  ];
  for (const name of kept) {
    const encoded = encodeFromRadio({ [name]: bytes });
    expect(officialRead(schemas.fromRadio, encoded).payloadVariant.case).toBe(name);
    expect(decodeFromRadio(encoded)).toEqual({ id: 0, [name]: bytes });
  }
});
