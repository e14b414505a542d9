/*
 * What: the sensors' own limits and rhythms, the places of their faults, and the numbers they tell on the wire.
 * From where to where: read by firmware/sensors/*.ts. Imports nothing, so that the build writes constants in as numbers.
 * Source: the datasheets named on the page of each sensor in docs/sensors.
 */

/** Place of each sensor's bit in `sense.faults`; the console's names (console/sensor-names.ts) are in the same order. */
export const PLACE_REED = 0;
export const PLACE_STROKES = 1;
export const PLACE_ULTRASONIC = 2;
export const PLACE_PRESSURE = 3;
export const PLACE_LOAD_CELL = 4;
export const PLACE_FRIDGE = 5;
export const PLACE_HOT_HOLDING = 6;
export const PLACE_BROKEN_BUTTON = 7;
export const PLACE_FIXED_BUTTON = 8;
export const PLACE_TAMPER = 9;
export const PLACE_BATTERY = 10;
export const PLACE_MEALS = 11;

/** Ids of readings (shared/record.ts). */
export const READING_LEVEL = 1;
export const READING_WEIGHT = 2;
export const READING_FRIDGE = 3;
export const READING_HOT_HOLDING = 4;

/** Codes of events (shared/record.ts). */
export const EVENT_TAMPER = 1;
export const EVENT_DRY = 2;
export const EVENT_BROKEN = 3;
export const EVENT_FIXED = 4;
export const EVENT_TEMPERATURE = 5;

/** Bits that sensors hold in the status word (shared/record.ts). */
export const FLAG_TAMPER = 256;
export const FLAG_BATTERY_LOW = 1024;
export const FLAG_PULSES_LOST = 65536;

export const HOUR_MS = 3600000;

/** A reed contact must rest this long, ms. */
export const REED_DEBOUNCE_MS = 20;
/** No meter with a reed contact gives more pulses in a tick (10 s): 15 Hz. */
export const REED_PULSES_MAX = 150;
/** A contact that differs from what was last told at so many ticks in a row never rests. */
export const REED_RESTLESS_TICKS = 3;

/** A stroke moves the handle's axis by at least this, mg. */
export const SWING_MG = 300;
/** One step of the accelerometer's bytes at ±2 g and low power, and of its threshold, mg. */
export const ACCELERATION_STEP_MG = 16;
/** The handle is looked at this often while it moves, ms. */
export const STROKE_SAMPLE_MS = 100;
/** No stroke for so long: the handle rests, ms. */
export const STROKE_REST_MS = 4000;
/** 7-bit address of LIS2DH12 and LIS3DH with SA0 low. */
export const ACCELEROMETER_ADDRESS = 24;
/** The interrupt wire disagreed with the chip at so many ticks and never agreed: it is broken or stuck. */
export const WAKE_WRONG_TICKS = 2;

/** Level is measured this often, s. */
export const LEVEL_PERIOD_S = 300;
export const ULTRASONIC_BAUD = 9600;
/** The sensor is heard for so long, ms: it sends every 100 ms at best, every 500 ms at worst. */
export const ULTRASONIC_LISTEN_MS = 3000;
export const ULTRASONIC_FRAMES_MIN = 4;
/** More frames than this are not kept. */
export const ULTRASONIC_FRAMES_MAX = 40;
export const ULTRASONIC_MM_MIN = 30;
export const ULTRASONIC_MM_MAX = 4500;
/** The middle half of the distances may differ by this, mm. */
export const ULTRASONIC_SPREAD_MM = 100;
/** The floor may be measured so far below where it is said to be, mm. */
export const ULTRASONIC_FLOOR_MM = 50;

/** A pressure sensor needs this long after its power came, ms. */
export const PRESSURE_WARM_UP_MS = 500;
/** Readings of one measurement; their median counts. */
export const PRESSURE_SAMPLES = 9;
/** 4-20 mA loop, µA: zero and full, and beyond which it is a fault (NAMUR NE 43). */
export const LOOP_ZERO_UA = 4000;
export const LOOP_FULL_UA = 20000;
export const LOOP_BROKEN_UA = 3600;
export const LOOP_SHORT_UA = 21000;
/** Ratiometric sensor on 3.3 V, mV: 10 % and 90 % of the supply. */
export const RATIO_ZERO_MV = 330;
export const RATIO_FULL_MV = 2970;
/** A ratiometric sensor may leave its span by this part of it. */
export const RATIO_MARGIN = 16;

/** Dry must be seen so many times in a row. */
export const DRY_TIMES = 2;
/** A tank is no longer dry this far above the limit, mm. */
export const DRY_OVER_MM = 20;

/** Stock is weighed this often, s. */
export const WEIGHT_PERIOD_S = 60;
/** The HX711 settles in 400 ms at 10 measurements a second, ms; … */
export const HX711_WAKE_MS = 500;
/** … the next comes within 100 ms, ms. */
export const HX711_NEXT_MS = 120;
export const HX711_SAMPLES = 3;
/** Pulses after the 24 bits: one asks for channel A at gain 128. */
export const HX711_PULSES_GAIN_128 = 1;
/** Extremes of 24 bits: the bridge is over the input's range of ±20 mV. */
export const HX711_COUNT_MIN = -8388608;
export const HX711_COUNT_MAX = 8388607;

/** Temperatures are measured this often, s. */
export const TEMPERATURE_PERIOD_S = 60;
/** A DS18B20 converts 12 bits in at most this, ms. */
export const DS18B20_CONVERT_MS = 760;
/** So many failures in a row are a fault. */
export const TEMPERATURE_FAILURES = 3;
/** What a DS18B20 shows after power-on: 85 °C in 1/16 °C. */
export const DS18B20_POWER_ON = 1360;
/** 85 °C is believed only this near to the reading before, 0.01 °C. */
export const TEMPERATURE_STEP_CENTI_C = 200;
/** … and not so often in a row: a real one moves by a step of 0.0625 °C. */
export const TEMPERATURE_85_MAX = 3;
export const DS18B20_MIN = -880;
export const DS18B20_MAX = 2000;
/** A fridge is at most this warm, food kept hot at least this, 0.01 °C. */
export const FRIDGE_CENTI_C = 500;
export const HOT_HOLDING_CENTI_C = 6000;
export const TEMPERATURE_ALARM_MINUTES = 30;

/** A contact of a button or lid must rest this long, ms. */
export const CONTACT_DEBOUNCE_MS = 50;
/** "Broken" and "fixed" must be held this long, ms. */
export const REPORT_HOLD_MS = 2000;
/** A button that is down for longer is stuck, ms. */
export const BUTTON_STUCK_MS = 60000;
/** A lid that opens more often between two ticks is a loose contact. */
export const LID_OPENINGS_MAX = 10;

/** Below this a lithium cell is low, mV; it is no longer low this far above, mV. */
export const LITHIUM_LOW_MV = 3400;
export const LITHIUM_OVER_MV = 100;
/** So many low measurements in a row: a radio that sends draws the cell down for a moment. */
export const BATTERY_LOW_TICKS = 3;
