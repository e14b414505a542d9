/*
 * What: a water point with every sensor it may have: counter 0 volume in tenths of a litre, counter 1 draws, and with a
 * hand pump counter 2 strokes. A sensor starts only where it is wired.
 * From where to where: entries/ -> node.ts. Espruino-safe.
 */
import type { NodeConfig } from '../board';
import type { Kind } from '../node';
import { battery } from '../sensors/battery';
import { fitted } from '../sensors/fitted';
import { lostPulses } from '../sensors/lost-pulses';
import { pulseMeter } from '../sensors/pulse-meter';
import { pumpStrokes } from '../sensors/pump-strokes';
import { reedMeter } from '../sensors/reed-meter';
import { brokenButton, fixedButton } from '../sensors/report-buttons';
import {
  PLACE_BATTERY,
  PLACE_BROKEN_BUTTON,
  PLACE_FIXED_BUTTON,
  PLACE_PRESSURE,
  PLACE_REED,
  PLACE_STROKES,
  PLACE_TAMPER,
  PLACE_ULTRASONIC,
} from '../sensors/sensor-limits';
import { tamper } from '../sensors/tamper';
import { tankPressure } from '../sensors/tank-pressure';
import { tankUltrasonic } from '../sensors/tank-ultrasonic';

/** The meter is the reed contact where one is wired, else the hardware counter. */
export function waterPointWithSensors(config: NodeConfig | null): Kind {
  const wiring = config?.wiring;
  return {
    kind: 1,
    counterCount: wiring?.strokes ? 3 : 2,
    sensors: [
      lostPulses,
      wiring?.reed ? fitted('reed', PLACE_REED, reedMeter) : pulseMeter,
      fitted('strokes', PLACE_STROKES, pumpStrokes),
      fitted('ultrasonic', PLACE_ULTRASONIC, tankUltrasonic),
      fitted('pressure', PLACE_PRESSURE, tankPressure),
      fitted('brokenButton', PLACE_BROKEN_BUTTON, brokenButton),
      fitted('fixedButton', PLACE_FIXED_BUTTON, fixedButton),
      fitted('tamper', PLACE_TAMPER, tamper),
      fitted('battery', PLACE_BATTERY, battery),
    ],
  };
}
