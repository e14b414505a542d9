/*
 * door.ts: a radio as the set-up sees it, plugged in or out in the field.
 * Way: apply.ts -> door (own-door.ts, remote-door.ts) -> link.ts. Types only.
 */
import type { Variant } from './official';
import type { RadioSettings } from './settings';

/** A radio whose settings can be read and changed. Everything throws Trouble. */
export interface RadioDoor {
  /** Number of the radio. */
  nodeNum: number;
  /** How people find it: the port, or !hex number through a port. */
  name: string;
  /** The settings as they are now, as far as this door tells them. */
  read(): Promise<RadioSettings>;
  /** Gives an order; resolves when the radio took it. Throws radio-refused, radio-silent. `section` is for the words. */
  order(message: Variant, section: string): Promise<void>;
  /** Asks the radio itself, beside the handshake, for what the mesh depends on. */
  askAgain(): Promise<RadioSettings>;
  /** Waits until the radio has restarted after a commit, and reaches it again. Throws radio-lost. */
  restarted(): Promise<void>;
  close(): void;
}
