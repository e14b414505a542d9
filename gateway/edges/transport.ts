/*
 * transport.ts: a byte stream to a radio, whatever carries it. Types only.
 */

/** What a connection tells. After `closed` it tells nothing more. */
export interface TransportEvents {
  opened(): void;
  received(chunk: Uint8Array): void;
  /** @param why words for the log */
  closed(why: string): void;
}

/** One attempt to connect, and the connection that came of it. */
export interface Connection {
  write(bytes: Uint8Array): void;
  /** Resolves when everything written was handed to the system, or the connection is gone. */
  flushed(): Promise<void>;
  close(): void;
}

/** Starts one attempt. */
export type OpenTransport = (events: TransportEvents) => Connection;

/** Words of a transport whose other end ended it without a fault. */
export const CLOSED_BY_RADIO = 'closed by the radio';
