/*
 * frame-mutations.ts: hostile and broken input of a radio's stream, by kinds. Among it stand good records, so that
 * something is there to be replayed, forged and disturbed.
 * Way: seeded chance, keys of nodes, what the gateway broadcast -> chunks of the stream.
 */
import { createHash } from 'node:crypto';
import { encodeBulletin } from '../../../shared/bulletin';
import { concat } from '../../../shared/bytes';
import { encodeFromRadio, type FromRadioToSend } from '../../../shared/meshtastic/from-radio';
import type { MeshPacketToSend } from '../../../shared/meshtastic/mesh-packet';
import { encodeFrame } from '../../../shared/meshtastic/stream';
import { encodeRecord, type TallyRecord } from '../../../shared/record';
import { readRecording, recordingNames } from '../../recordings/recording';
import { happening, type TestNode, testNode, usage } from '../support/nodes';
import { type Chance, flipBits, tear } from './chance';

/** Number of the gateway's own radio. */
export const OWN_NUMBER = 0x11223344;
/** Nodes the register knows. */
export const REGISTERED = [1, 2, 3].map(testNode);
const STRANGER = testNode(50);
const RECORD = 'tallywell-record-v1';

/** What the mutations are made from. */
export interface Material {
  chance: Chance;
  /** Packets signed and sent before, to be replayed. */
  sent: Uint8Array[];
  /** Broadcasts of the gateway itself. */
  broadcasts: Uint8Array[];
  /** Next sequence of each registered node. */
  next: number[];
}

function frame(message: FromRadioToSend): Uint8Array {
  return encodeFrame(encodeFromRadio(message));
}

function packetFrame(payload: Uint8Array, more: MeshPacketToSend = {}): Uint8Array {
  const decoded = { portnum: 287, payload: payload.slice(0, 400), bitfield: 0 };
  return frame({ packet: { from: 7, to: OWN_NUMBER, id: 9, rxRssi: -70, decoded, ...more } });
}

function signedWith(node: TestNode, payload: Uint8Array, aad = RECORD): Uint8Array {
  return new Uint8Array([...payload, ...node.sign(aad, payload)]);
}

function freshRecord({ chance, next }: Material): { node: TestNode; record: TallyRecord } {
  const at = chance.below(REGISTERED.length);
  const node = REGISTERED[at];
  const sequence = Math.min(65_535, next[at]);
  next[at] += 1 + (chance.below(20) === 0 ? chance.below(3) : 0);
  if (chance.below(8) === 0) return { node, record: happening(node, sequence) };
  const readings = chance.below(3) === 0 ? [[1, chance.below(4000)]] : [];
  const timeS = chance.below(4) === 0 ? 0 : undefined;
  const record = usage(node, sequence, { readings, ...(timeS === 0 ? { timeS } : {}) });
  return { node, record };
}

function good(material: Material): Uint8Array {
  const { node, record } = freshRecord(material);
  const packet = signedWith(node, encodeRecord(record));
  if (material.sent.length < 2_000) material.sent.push(packet);
  else material.sent[material.chance.below(2_000)] = packet;
  return packet;
}

/** A good packet, most often one that was sent before: signing is dear. */
function some(material: Material): Uint8Array {
  const { chance, sent } = material;
  return sent.length < 50 || chance.below(12) === 0 ? good(material) : chance.pick(sent);
}

/** Well signed, with a number that was used for something else. */
function conflicting({ chance, next }: Material): Uint8Array {
  const at = chance.below(REGISTERED.length);
  const sequence = 1 + chance.below(Math.min(65_535, next[at]));
  const other = { counters: [sequence * 60 + 1 + chance.below(9), sequence * 12] };
  return signedWith(REGISTERED[at], encodeRecord(usage(REGISTERED[at], sequence, other)));
}

/** A record's payload as it could be, without a number used up. */
function somePayload({ chance, next }: Material): Uint8Array {
  const at = chance.below(REGISTERED.length);
  const node = REGISTERED[at];
  const sequence = 1 + chance.below(Math.min(65_535, next[at] + 3));
  return encodeRecord(
    usage(
      node,
      sequence,
      chance.below(2) === 0
        ? {
            readings: [
              [1, 5],
              [3, -400],
            ],
          }
        : {},
    ),
  );
}

/** The same values, written as CBOR may be written but here must not. Heads of one byte only. */
function otherForm(chance: Chance, payload: Uint8Array): Uint8Array {
  const at = 1 + chance.below(Math.min(60, payload.length - 1));
  const major = payload[at] & 0xe0;
  const argument = payload[at] & 0x1f;
  const rest = payload.subarray(at + 1);
  const before = payload.subarray(0, at);
  const kind = chance.below(5);
  if (kind === 0) return concat([before, [major | 24, argument], rest]);
  if (kind === 1) return concat([before, [major | 25, 0, argument], rest]);
  if (kind === 2) return concat([before, [major | 27, 0, 0, 0, 0, 0, 0, 0, argument], rest]);
  if (kind === 3) return concat([[0x9f], payload.subarray(1), [0xff]]);
  return concat([[0xc1], payload]);
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
const HUGE = [255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
const ENDLESS = new Array<number>(12).fill(0x80);

/** A field of Protocol Buffers that nobody asked for: any number, any wire type, lengths that lie. */
function strangeField(chance: Chance, inner: Uint8Array): Uint8Array {
  const number = chance.pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 17, 21, 22, 500, 2 ** 28]);
  const wire = chance.below(8);
  const tag = varint(number * 8 + wire);
  if (wire === 0) return concat([tag, chance.pick([HUGE, ENDLESS, varint(chance.u32()), [0]])]);
  if (wire === 1) return concat([tag, chance.bytes(8)]);
  if (wire === 5) return concat([tag, chance.bytes(4)]);
  const length = chance.below(4) === 0 ? chance.u32() : inner.length;
  return concat([tag, varint(length), inner]);
}

function withLength(number: number, bytes: Uint8Array): Uint8Array {
  return concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A packet put together by hand: fields twice, both kinds of body, strange ones before and after. */
function handMade(material: Material): Uint8Array {
  const { chance } = material;
  const payload = chance.below(2) === 0 ? some(material) : chance.bytes(chance.below(90));
  const strange = () =>
    chance.below(2) === 0 ? new Uint8Array(0) : strangeField(chance, chance.bytes(chance.below(9)));
  const port = concat([[0x08], varint(chance.below(4) === 0 ? chance.u32() : 287)]);
  const data = concat([strange(), port, withLength(2, payload), strange(), port]);
  const twice = chance.below(3) === 0 ? [withLength(5, chance.bytes(8))] : [];
  const packet = concat([strange(), withLength(4, data), ...twice, strange()]);
  const again = chance.below(4) === 0 ? [withLength(4, data)] : [];
  return encodeFrame(withLength(2, concat([packet, ...again])).slice(0, 512));
}

/** What a hostile radio says of itself and of others. */
function radioTalk({ chance }: Material): Uint8Array {
  const text = 'x'.repeat(chance.below(300));
  const index = chance.below(3) === 0 ? chance.u32() | 0 : chance.below(12) - 2;
  const settings = { name: chance.pick(['serial', 'LongFast', text.slice(0, 40)]) };
  return frame(
    chance.pick<FromRadioToSend>([
      { nodeInfo: { num: chance.u32(), user: { longName: text.slice(0, 100) } } },
      { nodeInfo: { num: chance.below(2 ** 32) } },
      { channel: { index, role: chance.below(4), settings } },
      { myInfo: { myNodeNum: chance.u32() } },
      { config: { lora: { region: chance.below(30), txEnabled: chance.below(2) === 0 } } },
      { metadata: { firmwareVersion: text.slice(0, 50), role: chance.below(12) } },
      { logRecord: { message: text } },
      { clientNotification: { message: text, replyId: chance.u32() } },
      { queueStatus: { res: chance.below(60), free: chance.u32(), meshPacketId: chance.u32() } },
      { configCompleteId: chance.u32() },
      { moduleConfig: chance.bytes(chance.below(200)) },
      { rebooted: true },
    ]),
  );
}

/** Packets that are nearly ours: other ports, channels, senders, ways. */
function nearly(material: Material): Uint8Array {
  const { chance } = material;
  const payload = chance.pick([some, replay, somePayload])(material);
  const port = { portnum: chance.pick([0, 1, 3, 4, 5, 6, 67, 256, 288, chance.u32()]), payload };
  const from = chance.pick([OWN_NUMBER, 0, 0xffffffff, chance.u32()]);
  return packetFrame(
    payload,
    chance.pick<MeshPacketToSend>([
      { decoded: port },
      { decoded: { ...port, requestId: chance.u32() } },
      { channel: chance.u32() },
      { decoded: undefined, encrypted: payload },
      { from },
      { from, transportMechanism: 1 },
      { from, rxRssi: 0, rxSnr: 0 },
      {
        from: chance.u32(),
        hopStart: chance.u32(),
        hopLimit: chance.u32(),
        rxRssi: chance.u32() | 0,
      },
      { pkiEncrypted: true, publicKey: chance.bytes(32), viaMqtt: true },
    ]),
  );
}

function replay({ chance, sent }: Material): Uint8Array {
  return sent.length === 0 ? new Uint8Array(0) : chance.pick(sent);
}

/** A well-formed record of a key nobody knows: one of many, or of one that sends much. */
function unknownKey(material: Material): Uint8Array {
  const { chance } = material;
  const keyId =
    chance.below(2) === 0
      ? STRANGER.keyId
      : createHash('sha256').update(chance.bytes(2)).digest().subarray(0, 4);
  const record = { ...usage(STRANGER, 1 + chance.below(60_000)), keyId: new Uint8Array(keyId) };
  return concat([encodeRecord(record), chance.bytes(64)]);
}

/** Signed by the wrong one, or for another purpose. */
function wronglySigned(material: Material): Uint8Array {
  const { chance, broadcasts } = material;
  const payload = somePayload(material);
  const bulletin = encodeBulletin({
    ...{ gatewayKeyId: REGISTERED[0].keyId, sequence: chance.u32(), timeS: chance.u32() },
    ...{ clockUncertainty: 3, group: 0, entries: [] },
  });
  return chance.pick([
    () => signedWith(STRANGER, payload),
    () => signedWith(REGISTERED[1], encodeRecord(usage(REGISTERED[0], 1 + chance.below(60_000)))),
    () => signedWith(REGISTERED[0], payload, 'tallywell-bulletin-v1'),
    () => signedWith(REGISTERED[0], payload, 'tallywell-gateway-key-v1'),
    () => signedWith(REGISTERED[0], bulletin, 'tallywell-bulletin-v1'),
    () => signedWith(REGISTERED[0], bulletin),
    () => (broadcasts.length > 0 ? chance.pick(broadcasts) : bulletin),
    () => flipBits(chance, some(material)),
    () => concat([payload, new Uint8Array(64)]),
  ])();
}

/** Well signed, but not what may be signed. */
function wronglyWritten(material: Material): Uint8Array {
  const { chance } = material;
  const payload = somePayload(material);
  const bad = chance.pick([
    () => otherForm(chance, payload),
    () => flipBits(chance, payload),
    () => tear(chance, payload),
    () => concat([payload, chance.bytes(1 + chance.below(4))]),
    () => payload.slice(0, chance.below(payload.length)),
  ])();
  return signedWith(chance.pick(REGISTERED), bad.slice(0, 150));
}

const RECORDED = recordingNames().flatMap((name) =>
  readRecording(name)
    .chunks.filter(({ toRadio, bytes }) => !toRadio && bytes.length > 0)
    .map(({ bytes }) => bytes),
);

function recorded({ chance }: Material): Uint8Array {
  const bytes = chance.pick(RECORDED);
  return chance.pick([flipBits, tear, (_: Chance, same: Uint8Array) => same])(chance, bytes);
}

function lyingLength(material: Material): Uint8Array {
  const bytes = packetFrame(some(material));
  const length = material.chance.pick([0, 1, 512, 513, 65_535, material.chance.below(600)]);
  bytes[2] = length >> 8;
  bytes[3] = length & 255;
  return bytes;
}

function joined(material: Material): Uint8Array {
  const [a, b] = [packetFrame(some(material)), packetFrame(replay(material))];
  const cut = material.chance.below(a.length);
  return concat([a.subarray(0, cut), b, a.subarray(cut)]);
}

function noise({ chance }: Material): Uint8Array {
  return concat([
    chance.bytes(chance.below(40)),
    [0x94],
    chance.bytes(chance.below(3)),
    [0x94, 0xc3],
  ]);
}

/** The kinds, by name. */
export const MUTATIONS: Record<string, (material: Material) => Uint8Array> = {
  good: (material) => packetFrame(good(material)),
  replayed: (material) => packetFrame(replay(material)),
  'bits flipped': (material) => flipBits(material.chance, packetFrame(some(material))),
  torn: (material) => tear(material.chance, packetFrame(some(material))),
  'lying length': lyingLength,
  conflicting: (material) => packetFrame(conflicting(material)),
  joined,
  noise,
  'hand-made fields': handMade,
  'strange field': (material) =>
    encodeFrame(strangeField(material.chance, replay(material)).slice(0, 512)),
  'radio talk': radioTalk,
  'nearly ours': nearly,
  'unknown key': (material) => packetFrame(unknownKey(material)),
  'wrongly signed': (material) => packetFrame(wronglySigned(material)),
  'wrongly written': (material) => packetFrame(wronglyWritten(material)),
  recorded,
};
