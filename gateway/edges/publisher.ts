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
  /** Where the sender wants its answer, and what is to stand beside it (MQTT 5, section 4.10). */
  responseTopic?: string;
  correlationData?: Uint8Array;
}

/** What goes beside a message. */
export interface Beside {
  /** Where the connection speaks MQTT 5. */
  correlationData?: Uint8Array;
  /** Where it can be read again, so that a broker's queue need not copy it. */
  source?: Source;
}

/** A way to publish with QoS 1. */
export interface Publisher {
  isConnected(): boolean;
  /**
   * Resolves when the broker has acknowledged. Rejects: when the connection is lost before, or the broker refuses the
   * message. An empty retained payload takes away what was retained.
   */
  publish(topic: string, payload: string, retain: boolean, beside?: Beside): Promise<void>;
  /** Hears what others publish to topics that match this filter (MQTT 3.1.1 section 4.7), from now on and after each connect. */
  listen(filter: string, hear: (message: Heard) => void): void;
  /** What is wrong with the broker, and what to do, in plain words; null = nothing. */
  problem?(): string | null;
  /** Of a broker of our own: messages that wait for its clients, and whom it refused since the start, by why. */
  clients?(): { queued: number; refused: Record<string, number> };
  close(): Promise<void>;
}
