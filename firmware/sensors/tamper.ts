/*
 * What: the reed switch of the lid. Opened (1) and closed again (0) are told at once, and the status says "tamper" while
 * it is open.
 * From where to where: a watched pin -> event 1 and sense.flags. Page: docs/sensors/tamper.md. Espruino-safe.
 */
import { setFault } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { need } from './fitted';
import {
  CONTACT_DEBOUNCE_MS,
  EVENT_TAMPER,
  FLAG_TAMPER,
  LID_OPENINGS_MAX,
  PLACE_TAMPER,
} from './sensor-limits';
import type { Wiring } from './wiring';

/** A lid that is open at the start is told too: the power may have been cut to open it. */
export function tamper(sense: Sense, setup: NonNullable<Wiring['tamper']>): () => void {
  const openLevel = setup.openLevel === 0 ? 0 : 1;
  let openings = 0;
  const see = (level: number): void => {
    const isOpen = level === openLevel;
    const wasOpen = (sense.flags & FLAG_TAMPER) > 0;
    if (isOpen === wasOpen) return;
    sense.flags = sense.flags ^ FLAG_TAMPER;
    if (isOpen) openings++;
    if (openings <= LID_OPENINGS_MAX) sense.raise(EVENT_TAMPER, isOpen ? 1 : 0);
  };
  need(sense.board.watchPin)(setup.pin, 'up', CONTACT_DEBOUNCE_MS, see);
  see(need(sense.board.readPin)(setup.pin));
  return () => {
    setFault(sense, PLACE_TAMPER, openings > LID_OPENINGS_MAX ? 'loose contact' : '');
    openings = 0;
  };
}
