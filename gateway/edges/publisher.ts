/*
 * publisher.ts: what telling and answering need of a broker, embedded or external. Types only.
 */
import type { Source } from '../core/mqtt-session';
import type { Scope } from '../core/scopes';

/** A message that somebody published to us. `scope`: what its sender may do, as far as the broker tells. */
export interface Heard {
  topic: string;
  payload: Uint8Array;
  scope: Scope;
}

/** A way to publish with QoS 1. */
export interface Publisher {
  isConnected(): boolean;
  /**
   * Resolves when the broker has acknowledged. Rejects: when the connection is lost before.
   * @param source where it can be read again, so that a broker's queue need not copy it
   */
  publish(topic: string, payload: string, retain: boolean, source?: Source): Promise<void>;
  /** Hears what others publish to topics that match this filter (MQTT 3.1.1 section 4.7), from now on and after each connect. */
  listen(filter: string, hear: (message: Heard) => void): void;
  close(): Promise<void>;
}
