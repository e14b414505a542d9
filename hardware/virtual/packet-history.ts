/*
 * What a radio remembers of packets it has met, so that it handles and relays each one once.
 * From: every frame it hears or sends; to: the router's duplicate suppression and next-hop learning.
 * Source: Meshtastic 2.7.26: keyed by (from, id), no age limit, the longest untouched entry is reused.
 */
import type { OnAirHeader } from '../../shared/meshtastic/onair';

/** What an earlier meeting with a packet tells. */
export interface EarlierMeeting {
  /** Its sender had named a next hop before and now floods: someone must step in. */
  isFallback: boolean;
  /** We were the next hop it named. */
  wasForUs: boolean;
}

export interface PacketHistory {
  /** Notes a heard packet; undefined = never met. Packets with id 0 are never remembered. */
  hear(header: OnAirHeader): EarlierMeeting | undefined;
  /** Notes a packet that we send or relay. */
  send(header: OnAirHeader): void;
  /** Whether the node with this last byte sent or relayed (from, id) within our hearing. */
  wasRelayer(relayNode: number, from: number, id: number): boolean;
  /** Whether nobody else did. */
  wasOnlyRelayer(relayNode: number, from: number, id: number): boolean;
  clear(): void;
}

interface Entry {
  nextHop: number;
  relayers: number[];
}

const RELAYERS_MAX = 6;

function keyOf(from: number, id: number): string {
  return `${from}:${id}`;
}

function noteRelayer(entry: Entry, relayNode: number): void {
  if (relayNode === 0 || entry.relayers.includes(relayNode)) return;
  entry.relayers.unshift(relayNode);
  entry.relayers.length = Math.min(entry.relayers.length, RELAYERS_MAX);
}

function meeting(entry: Entry, header: OnAirHeader, ownByte: number): EarlierMeeting {
  const { relayers, nextHop } = entry;
  const named = nextHop !== 0 && nextHop !== ownByte && header.nextHop === 0;
  const isFallback =
    named &&
    relayers.includes(header.relayNode) &&
    !relayers.includes(ownByte) &&
    !relayers.includes(nextHop);
  return { isFallback, wasForUs: nextHop === ownByte };
}

/** An empty history of at most `capacity` packets; `ownByte` is the last byte of the own node number. */
export function createPacketHistory(capacity: number, ownByte: number): PacketHistory {
  const entries = new Map<string, Entry>();
  const touch = (from: number, id: number): Entry | undefined => {
    const key = keyOf(from, id);
    const known = entries.get(key);
    entries.delete(key);
    entries.set(key, known ?? { nextHop: 0, relayers: [] });
    if (entries.size > capacity) entries.delete(entries.keys().next().value as string);
    return known;
  };
  const note = (header: OnAirHeader, relayNode: number): void => {
    const entry = entries.get(keyOf(header.from, header.id)) as Entry;
    entry.nextHop = header.nextHop;
    noteRelayer(entry, relayNode);
  };
  const relayersOf = (from: number, id: number): number[] =>
    entries.get(keyOf(from, id))?.relayers ?? [];
  return {
    hear: (header) => {
      if (header.id === 0) return undefined;
      const known = touch(header.from, header.id);
      const result = known === undefined ? undefined : meeting(known, header, ownByte);
      note(header, header.relayNode);
      return result;
    },
    send: (header) => {
      if (header.id === 0) return;
      touch(header.from, header.id);
      note(header, ownByte);
    },
    wasRelayer: (relayNode, from, id) => relayersOf(from, id).includes(relayNode),
    wasOnlyRelayer: (relayNode, from, id) => {
      const relayers = relayersOf(from, id);
      return relayers.length === 1 && relayers[0] === relayNode;
    },
    clear: () => entries.clear(),
  };
}
