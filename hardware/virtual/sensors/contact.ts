/*
 * A contact to ground on a pulled-up pin: reed switch, push button, tipping bucket. It bounces when it closes and opens.
 * From: tests and villages move it. To: a pin of the virtual board.
 * Source: bounce of reed switches below 1 ms to some ms, of push buttons up to 10 ms (makers' datasheets). Espruino-safe.
 */
import type { BoardPlugs } from '../board/plugs';

/** A contact that the world moves. */
export interface Contact {
  close(): void;
  open(): void;
  /** Closes for so long, ms. */
  pulse(closedMs: number): void;
  /** Noise that never rests, from now for so long: the level changes every `everyMs`, ms. */
  chatter(forMs: number, everyMs: number): void;
}

/** An open contact; `bounces`: how often it opens again, 1 ms apart, before it rests. */
export function createContact(plugs: BoardPlugs, pin: number, bounces: number): Contact {
  const rest = (level: number): void => {
    plugs.setPin(pin, level);
    for (let i = 1; i <= 2 * bounces; i++) {
      const bounceLevel = i % 2 === 1 ? 1 - level : level;
      plugs.at(plugs.nowMs() + i, () => plugs.setPin(pin, bounceLevel));
    }
  };
  const contact: Contact = {
    close: () => rest(0),
    open: () => rest(1),
    pulse: (closedMs) => {
      contact.close();
      plugs.at(plugs.nowMs() + closedMs, contact.open);
    },
    chatter: (forMs, everyMs) => {
      const endMs = plugs.nowMs() + forMs;
      let level = 0;
      const change = (): void => {
        plugs.setPin(pin, level);
        level = 1 - level;
        if (plugs.nowMs() < endMs) plugs.at(plugs.nowMs() + everyMs, change);
      };
      change();
    },
  };
  plugs.setPin(pin, 1);
  return contact;
}
