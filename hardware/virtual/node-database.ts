/*
 * A radio's node database: whom it has heard, and the next hop it learned towards them. Survives power cuts.
 * From: received packets; to: want_config answers, next-hop routing, NodeInfo questions.
 * Source: Meshtastic 2.7.26, mesh.proto messages NodeInfo and User.
 */
import type { User } from '../../shared/meshtastic/user';

/** One node the radio knows of. */
export interface KnownNode {
  num: number;
  /** undefined: it has not introduced itself yet. */
  user?: User;
  snrDb: number;
  /** Unix s, 0 = heard while the radio did not know the time. */
  lastHeardS: number;
  hopsAway?: number;
  /** Last byte of the neighbour that leads there, 0 = unknown: flood. */
  nextHop: number;
}

export interface NodeDatabase {
  get(num: number): KnownNode | undefined;
  /** Notes a packet from `num`; the node heard least recently makes room. */
  heard(num: number, snrDb: number, lastHeardS: number, hopsAway: number | undefined): KnownNode;
  /** All nodes in order of last hearing, oldest first. */
  all(): KnownNode[];
}

/** An empty database of at most `capacity` nodes. */
export function createNodeDatabase(capacity: number): NodeDatabase {
  const nodes = new Map<number, KnownNode>();
  const heard: NodeDatabase['heard'] = (num, snrDb, lastHeardS, hopsAway) => {
    const node = nodes.get(num) ?? { num, snrDb, lastHeardS, nextHop: 0 };
    nodes.delete(num);
    nodes.set(num, node);
    if (nodes.size > capacity) nodes.delete(nodes.keys().next().value as number);
    node.snrDb = snrDb;
    node.lastHeardS = lastHeardS;
    if (hopsAway !== undefined) node.hopsAway = hopsAway;
    return node;
  };
  return { get: (num) => nodes.get(num), heard, all: () => [...nodes.values()] };
}
