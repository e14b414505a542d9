/*
 * What: the temperatures of a fridge (at most 5 °C) and of food kept hot (at least 60 °C), each by a DS18B20.
 * From where to where: 1-Wire -> readings 3 and 4 (0.01 °C), and event 5 with the temperature after some minutes
 * outside. Page: docs/sensors/temperature.md. Espruino-safe.
 */
import { dropReading, setFault, setReading } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { readSixteenths, startConversion } from './ds18b20';
import { need } from './fitted';
import {
  DS18B20_CONVERT_MS,
  DS18B20_POWER_ON,
  EVENT_TEMPERATURE,
  FRIDGE_CENTI_C,
  HOT_HOLDING_CENTI_C,
  PLACE_FRIDGE,
  PLACE_HOT_HOLDING,
  READING_FRIDGE,
  READING_HOT_HOLDING,
  TEMPERATURE_85_MAX,
  TEMPERATURE_ALARM_MINUTES,
  TEMPERATURE_FAILURES,
  TEMPERATURE_PERIOD_S,
  TEMPERATURE_STEP_CENTI_C,
} from './sensor-limits';

/** One thermometer: its pin, its number, and when it calls. */
interface ThermometerSetup {
  pin: string;
  rom?: string;
  limitCentiC?: number;
  alarmMinutes?: number;
}

const CENTI_C_POWER_ON = Math.round((DS18B20_POWER_ON * 25) / 4);

/**
 * Hundredths of a degree of sixteenths. 85 °C is also what a thermometer shows that lost its power before it measured:
 * it is believed only after a reading near it. `last`: the last one that was believed, undefined = none.
 */
export function centiCOf(sixteenths: number, last: number | undefined): number | string {
  const isNear =
    last !== undefined && Math.abs(last - CENTI_C_POWER_ON) <= TEMPERATURE_STEP_CENTI_C;
  if (sixteenths === DS18B20_POWER_ON && !isNear) return 'lost its power';
  return Math.round((sixteenths * 25) / 4);
}

/** Calls once for each time that it stays outside for so long. `isArmed`: whether it has ever been inside. */
function createAlarm(sense: Sense, setup: ThermometerSetup, limitCentiC: number, isHot: boolean) {
  const alarmMs = (setup.alarmMinutes || TEMPERATURE_ALARM_MINUTES) * 60000;
  let isArmed = !isHot;
  let insideMs = sense.board.uptimeMs();
  return (centiC: number): void => {
    const nowMs = sense.board.uptimeMs();
    if (isHot ? centiC >= limitCentiC : centiC <= limitCentiC) {
      isArmed = true;
      insideMs = nowMs;
    }
    if (!isArmed || nowMs - insideMs < alarmMs) return;
    isArmed = false;
    sense.raise(EVENT_TEMPERATURE, centiC);
  };
}

function thermometer(
  sense: Sense,
  setup: ThermometerSetup,
  place: number,
  id: number,
  watch: (centiC: number) => void,
): () => void {
  const board = sense.board;
  const bus = need(board.oneWire)(setup.pin);
  let dueMs = 0;
  let failures = 0;
  let last: number | undefined;
  let same = 0;
  const take = (measured: number | string): void => {
    same = measured === DS18B20_POWER_ON ? same + 1 : 0;
    // Food at 85 °C and a thermometer whose power comes and goes look alike, but only for a while.
    if (same > TEMPERATURE_85_MAX) last = undefined;
    const centiC = typeof measured === 'number' ? centiCOf(measured, last) : measured;
    if (typeof centiC === 'number') {
      failures = 0;
      last = centiC;
      setReading(sense, id, centiC);
      setFault(sense, place, '');
      watch(centiC);
      return;
    }
    dueMs = 0;
    failures++;
    if (failures < TEMPERATURE_FAILURES) return;
    last = undefined;
    dropReading(sense, id);
    setFault(sense, place, centiC);
  };
  return () => {
    if (board.uptimeMs() < dueMs) return;
    dueMs = board.uptimeMs() + TEMPERATURE_PERIOD_S * 1000;
    if (!startConversion(bus, setup.rom)) take('no answer: power or wire');
    else board.after(DS18B20_CONVERT_MS, () => take(readSixteenths(bus, setup.rom)));
  };
}

/** The fridge: calls when it is warmer than its limit for too long, from the start on. */
export function fridge(sense: Sense, setup: ThermometerSetup): () => void {
  const limitCentiC = setup.limitCentiC === undefined ? FRIDGE_CENTI_C : setup.limitCentiC;
  const watch = createAlarm(sense, setup, limitCentiC, false);
  return thermometer(sense, setup, PLACE_FRIDGE, READING_FRIDGE, watch);
}

/** Food kept hot: calls when it is colder than its limit for too long, once it has been hot. */
export function hotHolding(sense: Sense, setup: ThermometerSetup): () => void {
  const limitCentiC = setup.limitCentiC === undefined ? HOT_HOLDING_CENTI_C : setup.limitCentiC;
  const watch = createAlarm(sense, setup, limitCentiC, true);
  return thermometer(sense, setup, PLACE_HOT_HOLDING, READING_HOT_HOLDING, watch);
}
