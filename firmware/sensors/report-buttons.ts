/*
 * What: the buttons "it is broken" and "it is fixed": held for a moment, they are told at once.
 * From where to where: two watched pins -> events 3 and 4. Page: docs/sensors/report-buttons.md. Espruino-safe.
 */
import { setFault } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { need } from './fitted';
import {
  BUTTON_STUCK_MS,
  CONTACT_DEBOUNCE_MS,
  EVENT_BROKEN,
  EVENT_FIXED,
  PLACE_BROKEN_BUTTON,
  PLACE_FIXED_BUTTON,
  REPORT_HOLD_MS,
} from './sensor-limits';

/** One button: pin, and how long it must be held, ms. */
interface ButtonSetup {
  pin: string;
  holdMs?: number;
}

/** A press is told once, when it has lasted `holdMs`. A button that is never let go is a fault, told or not. */
function reportButton(
  sense: Sense,
  setup: ButtonSetup,
  place: number,
  eventCode: number,
): () => void {
  const board = sense.board;
  const readPin = need(board.readPin);
  let press = 0;
  let isDown = false;
  let upAtMs = board.uptimeMs();
  const tellIfHeld = (heldPress: number): void => {
    if (isDown && press === heldPress) sense.raise(eventCode, 0);
  };
  need(board.watchPin)(setup.pin, 'up', CONTACT_DEBOUNCE_MS, (level) => {
    isDown = level === 0;
    if (!isDown) return;
    press++;
    const thisPress = press;
    board.after(setup.holdMs || REPORT_HOLD_MS, () => tellIfHeld(thisPress));
  });
  return () => {
    if (readPin(setup.pin) !== 0) upAtMs = board.uptimeMs();
    const isStuck = board.uptimeMs() - upAtMs > BUTTON_STUCK_MS;
    setFault(sense, place, isStuck ? 'stuck, or its wire touches ground' : '');
  };
}

/** "It is broken": event 3. */
export function brokenButton(sense: Sense, setup: ButtonSetup): () => void {
  return reportButton(sense, setup, PLACE_BROKEN_BUTTON, EVENT_BROKEN);
}

/** "It is fixed": event 4. */
export function fixedButton(sense: Sense, setup: ButtonSetup): () => void {
  return reportButton(sense, setup, PLACE_FIXED_BUTTON, EVENT_FIXED);
}
