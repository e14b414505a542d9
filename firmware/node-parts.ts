/*
 * What: everything a running node knows, as its rooms hand it to each other.
 * From where to where: node.ts makes it; keep/ and send/ read and change their part of it. Types only.
 */
import type { Board, NodeConfig } from './board';
import type { Journal } from './keep/journal';
import type { Link } from './link';
import type { Clock } from './sense/clock';
import type { Counting } from './sense/counting';
import type { Sense } from './sense/sense';

/** Everything a running node knows. */
export interface Node {
  board: Board;
  link: Link;
  config: NodeConfig;
  kind: 1 | 2;
  keyId: Uint8Array;
  gatewayKey: Uint8Array;
  journal: Journal;
  counting: Counting;
  /** What the sensors write into. */
  sense: Sense;
  clock: Clock;
  /** Boots since the key was made. */
  epoch: number;
  /** Records made in this epoch. */
  sequence: number;
  bulletinSequence: number;
  /** Events that a later one of the same code replaced before they could be told, since boot. */
  eventsHeldBack: number;
  /** The last records of this boot, oldest first: [due at uptime, uptime of the last attempt or 0], s. */
  recent: number[][];
  /** No record but the newest is sent before this uptime, s. */
  catchUpAtS: number;
  /** Attempts in a row that came to nothing. */
  attempts: number;
  /** Sends the newest record now, or makes one: where the profile has events. Gives whether one left. */
  report?: () => boolean;
}

/** Something that only some profiles have. */
export type NodePart = (node: Node) => void;
