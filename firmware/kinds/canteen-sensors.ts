/*
 * What: a canteen with every sensor it may have: counter 0 meals of adults, counter 1 meals of children. A sensor starts
 * only where it is wired.
 * From where to where: entries/ -> node.ts. Espruino-safe.
 */
import type { Kind } from '../node';
import { battery } from '../sensors/battery';
import { fitted } from '../sensors/fitted';
import { loadCell } from '../sensors/load-cell';
import { lostPulses } from '../sensors/lost-pulses';
import { mealContacts } from '../sensors/meal-contacts';
import { brokenButton, fixedButton } from '../sensors/report-buttons';
import {
  PLACE_BATTERY,
  PLACE_BROKEN_BUTTON,
  PLACE_FIXED_BUTTON,
  PLACE_FRIDGE,
  PLACE_HOT_HOLDING,
  PLACE_LOAD_CELL,
  PLACE_TAMPER,
} from '../sensors/sensor-limits';
import { tamper } from '../sensors/tamper';
import { fridge, hotHolding } from '../sensors/temperature';

export const canteenWithSensors: Kind = {
  kind: 2,
  counterCount: 2,
  sensors: [
    lostPulses,
    mealContacts,
    fitted('loadCell', PLACE_LOAD_CELL, loadCell),
    fitted('fridge', PLACE_FRIDGE, fridge),
    fitted('hotHolding', PLACE_HOT_HOLDING, hotHolding),
    fitted('brokenButton', PLACE_BROKEN_BUTTON, brokenButton),
    fitted('fixedButton', PLACE_FIXED_BUTTON, fixedButton),
    fitted('tamper', PLACE_TAMPER, tamper),
    fitted('battery', PLACE_BATTERY, battery),
  ],
};
