/*
 * publisher.ts: what telling needs of a broker, embedded or external. Types only.
 */

/** A way to publish with QoS 1. */
export interface Publisher {
  isConnected(): boolean;
  /** Resolves when the broker has acknowledged. Rejects: when the connection is lost before. */
  publish(topic: string, payload: string, retain: boolean): Promise<void>;
  close(): Promise<void>;
}
