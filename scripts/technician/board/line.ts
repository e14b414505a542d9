/*
 * line.ts: bytes to and from a board, whatever they travel on.
 * Way: console.ts <-> serial-line.ts or tcp-line.ts. Types only.
 */
/** What a line tells. */
export interface LineEvents {
  received(bytes: Uint8Array): void;
  /** Told once, also after close(). `isWanted`: it was closed here. */
  closed(isWanted: boolean): void;
}

/** An open line. */
export interface Line {
  /** Its address. */
  port: string;
  /** Hands bytes on. What a broken line does not take is lost; `closed` tells. */
  write(bytes: Uint8Array): void;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

/** Opens an address. Throws: Trouble no-port, port-denied, port-locked, unplugged, bad-file. */
export type OpenLine = (address: string, events: LineEvents, baud: number) => Promise<Line>;
