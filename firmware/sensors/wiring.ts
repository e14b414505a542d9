/*
 * What: which sensors are fitted and how: the part `wiring` of the file tw.cfg. A sensor that is left out is not fitted.
 * From where to where: provisioning writes it; each sensor reads its own part and has a safe value for all but pins
 * and what only the site can know. Pins are named as Espruino names them. Integers only. Types only.
 */

/** Which readings and pins belong to what; every sensor's page says what its settings mean. */
export interface Wiring {
  /** Reed meter or tipping bucket: sensors/reed-meter.ts. */
  reed?: { pin: string; debounceMs?: number };
  /** Hand-pump handle: sensors/pump-strokes.ts. */
  strokes?: {
    sda: string;
    scl: string;
    /** INT1 of the sensor. */
    wakePin: string;
    /** 24 (SA0 low) or 25. */
    address?: number;
    /** The sensor's axis along the handle: 0 x, 1 y, 2 z. */
    axis?: number;
    /** A stroke moves that axis by at least this, mg. */
    swingMg?: number;
  };
  /** Tank level by ultrasound: sensors/tank-ultrasonic.ts. */
  ultrasonic?: {
    pin: string;
    powerPin?: string;
    /** From the sensor's face to the tank's floor, mm. */
    mountMm: number;
    /** Below this level the tank is dry, mm. */
    dryMm?: number;
    everyS?: number;
  };
  /** Tank level by pressure: sensors/tank-pressure.ts. */
  pressure?: {
    pin: string;
    powerPin?: string;
    /** Resistance that turns 4 to 20 mA into a voltage, ohm; left out: a ratiometric (voltage) sensor. */
    shuntOhm?: number;
    /** µA, or mV at the pin, at `lowMm` and at `highMm`. */
    low?: number;
    high?: number;
    lowMm?: number;
    highMm: number;
    dryMm?: number;
    everyS?: number;
    warmUpMs?: number;
  };
  /** Load cell: sensors/load-cell.ts. */
  loadCell?: {
    clockPin: string;
    dataPin: string;
    /** Count of the empty scale. */
    tareCount: number;
    /** Counts of one kilogram; negative when the cell is mounted upside down. */
    countsPerKg: number;
    /** What the cell may carry, g. */
    rangeG?: number;
    everyS?: number;
  };
  /** Temperatures: sensors/temperature.ts. Both may share a pin when each has its `rom` (16 hex digits). */
  fridge?: { pin: string; rom?: string; limitCentiC?: number; alarmMinutes?: number };
  hotHolding?: { pin: string; rom?: string; limitCentiC?: number; alarmMinutes?: number };
  /** "It is broken" and "it is fixed": sensors/report-buttons.ts. */
  brokenButton?: { pin: string; holdMs?: number };
  fixedButton?: { pin: string; holdMs?: number };
  /** Reed switch of the lid: sensors/tamper.ts. */
  tamper?: { pin: string; openLevel?: number };
  /** Buttons of a canteen's meals where they are not on D2 and D3: sensors/meal-contacts.ts. */
  meals?: { adultPin: string; childPin: string };
  /** Battery: sensors/battery.ts. */
  battery?: { lowMv?: number };
}
