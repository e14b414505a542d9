/*
 * The node's small reader and writer against those of hosts, which the official definitions vouch for.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFromRadio } from '../../../shared/meshtastic/from-radio';
import { decodeNodeFromRadio } from '../../../shared/meshtastic/node-from-radio';
import {
  encodeNodeHeartbeat,
  encodeNodePacket,
  encodeNodeWantConfig,
} from '../../../shared/meshtastic/node-to-radio';
import {
  encodeHeartbeat,
  encodeToRadioPacket,
  encodeWantConfig,
} from '../../../shared/meshtastic/to-radio';
import { bool, channel, fromRadio, payload } from './arbitraries';
import { type Loose, officialTakes, schemas } from './official';

const RUNS = 300 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

function property<T>(arbitrary: fc.Arbitrary<T>, run: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, run), { numRuns: RUNS, seed: 20261123 });
}

function seenByNode(message: Loose): Loose {
  const { packet, myInfo, configCompleteId, rebooted, queueStatus } = message;
  const { from, to, channel: index, id, decoded } = packet ?? {};
  const data = decoded && {
    portnum: decoded.portnum,
    payload: decoded.payload,
    requestId: decoded.requestId,
  };
  return {
    packet: packet && { from, to, channel: index, id, decoded: data },
    myNodeNum: myInfo?.myNodeNum,
    configCompleteId,
    rebooted,
    queueStatus: queueStatus && {
      res: queueStatus.res,
      meshPacketId: queueStatus.meshPacketId,
    },
  };
}

test('the node reads what the hosts write', () => {
  const others = fromRadio.filter((message: Loose) => !message.channel);
  property(others, (message) => {
    expect(decodeNodeFromRadio(encodeFromRadio(message))).toEqual(seenByNode(message));
  });
});

test('the node reads channels with an ASCII name', () => {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 11 });
  property(fc.record({ channel, name: ascii, index: fc.nat(7) }), (given) => {
    const settings = given.channel.settings && { ...given.channel.settings, name: given.name };
    const told = { ...given.channel, index: given.index, settings };
    const name = settings ? given.name : '';
    const seen = { index: given.index, name };
    expect(decodeNodeFromRadio(encodeFromRadio({ channel: told }))).toEqual({ channel: seen });
  });
});

test('cut off anywhere it is refused exactly when the official reader refuses', () => {
  const known = fromRadio.filter(
    (message: Loose) => message.packet || message.queueStatus || message.channel,
  );
  property(known, (message) => {
    const whole = encodeFromRadio(message);
    for (let length = 0; length <= whole.length; length++) {
      const cut = whole.subarray(0, length);
      const refused = decodeNodeFromRadio(cut) === 'malformed';
      // A Data or User cut inside a field the node passes over is still refused: the outer length no longer fits.
      expect(refused).toBe(!officialTakes(schemas.fromRadio, cut));
    }
  });
});

test('no bytes at all make the reader throw', () => {
  property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    const result = decodeNodeFromRadio(bytes);
    expect(result === 'malformed' || typeof result === 'object').toBe(true);
  });
});

test('the node writes the bytes hosts write', () => {
  const packets = fc.record({
    to: fc.integer({ min: 1, max: 0xffffffff }),
    channel: fc.nat(7),
    id: fc.integer({ min: 1, max: 0xffffffff }),
    hopLimit: fc.integer({ min: 1, max: 7 }),
    wantAck: bool,
    portnum: fc.integer({ min: 1, max: 511 }),
    payload: payload.filter((bytes: Uint8Array) => bytes.length > 0),
  });
  property(packets, ({ portnum, payload, ...packet }) => {
    const decoded = { portnum, payload, bitfield: 0 };
    const expected = encodeToRadioPacket({ ...packet, decoded });
    expect(Buffer.from(encodeNodePacket({ ...packet, portnum, payload }))).toEqual(
      Buffer.from(expected),
    );
  });
});

test('the node asks and keeps alive with the bytes hosts write', () => {
  property(fc.integer({ min: 1, max: 0xffffffff }), (nonce) => {
    expect(encodeNodeWantConfig(nonce)).toEqual(encodeWantConfig(nonce));
  });
  expect(encodeNodeHeartbeat()).toEqual(encodeHeartbeat(0));
});
