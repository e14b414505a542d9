/*
 * client.ts: what we know of a connected client, and what of aedes' own client we use. Types only.
 */
import type { Client } from 'aedes';
import type { Identity } from '../../core/mqtt-acl';

/** A client as aedes 1.2 has it. `_nextId`: the packet identifier it would give next, 1..65535. */
export type LiveClient = Client & {
  _nextId: number;
  _will?: { topic: string; payload?: Uint8Array; retain: boolean };
};

/** Who is behind a connection. */
export interface Login extends Identity {
  /** Whose sessions are its own: the account's name, "token:…" for a token's, "" for nobody in particular. */
  owner: string;
  /** Filters it holds. */
  filters: Set<string>;
}
