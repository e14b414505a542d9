/*
 * kill-village.ts: nodes behind one radio that keep every record until a bulletin covers it, and keep a list of all they sent.
 * Way: records, signed -> oracle radio -> gateway; bulletins, checked with the portable verifier -> what is acknowledged.
 */
import { decodeBulletin, entryCovers } from '../../../shared/bulletin';
import { toHex } from '../../../shared/bytes';
import { splitSigned, type UsageRecord } from '../../../shared/record';
import { keyIdOf, verifySigned } from '../../../shared/verify';
import { BOOT_S, packetOf, signedBy, type TestNode, testNode, usage } from '../support/nodes';
import type { OracleRadio } from '../support/oracle-radio';

/** Nodes, two in each slot group: one with time, one without, for whose sake the group is answered early. */
export const NODES = 16;
/** Old records that are sent again in one turn, at most. */
const AGAIN = 4;

/** A record of the first node, signed by somebody else. */
const FORGED = signedBy(
  testNode(99),
  packetOf(testNode(1), usage(testNode(1), 60_000)).slice(0, -64),
);

/** 0..1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One node: what it sent and what it may forget. */
export interface VillageNode {
  node: TestNode;
  slot: number;
  /** Does its clock stand right? One without time is answered early, and has no sums by hour. */
  hasTime: boolean;
  /** Packets by sequence, from 1 (place 0 is empty). */
  packets: Uint8Array[];
  /** Sums of the buckets, by sequence. */
  sums: [number, number][];
  /** Its counters. */
  total: [number, number];
  /** Sequences that bulletins covered. */
  acknowledged: Set<number>;
  /** Sequence that was sent again last. */
  again: number;
}

/** The village. */
export interface Village {
  nodes: VillageNode[];
  /** Sends new records and some old ones that no bulletin has covered. `makes`: also new ones. */
  turn(radio: OracleRadio, makes: boolean): void;
  /** Takes bulletins in the order they came. Throws: one that is not the gateway's, or speaks of what was never sent. */
  takeBulletins(packets: Uint8Array[], publicKey: Uint8Array): void;
  /** Records that no bulletin has covered yet. */
  waiting(): number;
  /** Packets sent that must be refused as badly signed. */
  forged(): number;
  bulletins(): number;
}

const slotOf = (at: number) => Math.floor(at / 2) * 16 + at;

/** The register of the village as the gateway reads it. */
export function villageRegister(): object {
  return {
    pod: 'village',
    sites: Array.from({ length: NODES }, (_, at) => ({
      site: `wp-${at}`,
      name: `Water point ${at}`,
      kind: 'water-point',
      nodes: [{ publicKey: toHex(testNode(at + 1).publicKey), slot: slotOf(at), placedAt: 1 }],
    })),
  };
}

function makeRecord({ node, hasTime, packets, sums, total }: VillageNode): void {
  const sequence = packets.length;
  const buckets = Array.from({ length: 12 }, (_, bucket) => [
    (sequence * 7 + bucket * 3) % 11,
    (sequence + bucket) % 2,
  ]);
  const sum = buckets.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]) as [number, number];
  total[0] += sum[0];
  total[1] += sum[1];
  const other: Partial<UsageRecord> = {
    buckets,
    counters: [...total],
    timeS: hasTime ? BOOT_S + sequence * 3600 : 0,
  };
  sums[sequence] = sum;
  packets.push(packetOf(node, usage(node, sequence, other)));
}

function sendAgain(one: VillageNode, radio: OracleRadio): void {
  const made = one.packets.length - 1;
  for (let looked = 0, sent = 0; looked < made && sent < AGAIN; looked += 1) {
    one.again = (one.again % made) + 1;
    if (one.acknowledged.has(one.again)) continue;
    radio.hear({ payload: one.packets[one.again] });
    sent += 1;
  }
}

/** Makes a village without history. */
export function createVillage(seed: number): Village {
  const chance = random(seed);
  const nodes = Array.from({ length: NODES }, (_, at): VillageNode => {
    const empty = { packets: [new Uint8Array(0)], sums: [[0, 0]] as [number, number][] };
    const node = testNode(at + 1);
    const total: [number, number] = [0, 0];
    const rest = { total, acknowledged: new Set<number>(), again: 1 };
    return { node, slot: slotOf(at), hasTime: at % 2 === 0, ...empty, ...rest };
  });
  let lastSequence = 0;
  let bulletins = 0;
  let forged = 0;
  return {
    nodes,
    turn(radio, makes) {
      if (!radio.isReady()) return;
      for (const one of nodes) {
        if (makes && chance() < 0.4) {
          makeRecord(one);
          radio.hear({ payload: one.packets[one.packets.length - 1] });
        } else if (chance() < 0.3) sendAgain(one, radio);
      }
      if (chance() < 0.05) {
        radio.hear({ payload: FORGED });
        forged += 1;
      }
    },
    takeBulletins(packets, publicKey) {
      for (const packet of packets) {
        const parts = splitSigned(packet);
        if (typeof parts === 'string') throw new Error(parts);
        if (!verifySigned('tallywell-bulletin-v1', parts.payload, parts.signature, publicKey))
          throw new Error('a bulletin that the gateway did not sign');
        const bulletin = decodeBulletin(parts.payload);
        if (typeof bulletin === 'string') throw new Error(bulletin);
        if (toHex(bulletin.gatewayKeyId) !== toHex(keyIdOf(publicKey))) throw new Error('key id');
        if (bulletin.sequence <= lastSequence) throw new Error('a bulletin with an old number');
        lastSequence = bulletin.sequence;
        bulletins += 1;
        for (const entry of bulletin.entries) {
          const slot = bulletin.group * 16 + entry.slotInGroup;
          const one = nodes.find((other) => other.slot === slot);
          if (one === undefined || entry.epoch !== 1) throw new Error('of nobody');
          if (entry.contiguous >= one.packets.length) throw new Error('of a record never sent');
          const end = Math.min(one.packets.length - 1, entry.contiguous + 17);
          for (let sequence = 1; sequence <= end; sequence += 1)
            if (entryCovers(entry, 1, sequence)) one.acknowledged.add(sequence);
        }
      }
    },
    waiting: () =>
      nodes.reduce((sum, one) => sum + one.packets.length - 1 - one.acknowledged.size, 0),
    forged: () => forged,
    bulletins: () => bulletins,
  };
}
