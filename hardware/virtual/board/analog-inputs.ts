/*
 * The analogue inputs as Espruino 2v29 has them on an nRF52: 14 bits against the supply (gain 1/4, VDD/4), NaN on a
 * pin that is not analogue, and E.getAnalogVRef that measures the supply.
 * From: voltages of what is plugged in. To: analogRead.
 * Source: Espruino 2v29 targets/nrf5x/jshardware.c jshPinAnalog, jshPinAnalogSetConfig. Espruino-safe.
 */

const STEPS = 16384;

/** The analogue inputs of one board. */
export interface AnalogInputs {
  plug(pin: number, mv: () => number): void;
  /** The part of the supply, 0..1 less a step; NaN where the pin is not analogue. */
  read(pin: number, supplyMv: number): number;
}

/** Inputs with nothing plugged in: they read 0. `inputs`: the pins that can measure. */
export function createAnalogInputs(inputs: number[]): AnalogInputs {
  const sources: { pin: number; mv: () => number }[] = [];
  return {
    plug: (pin, mv) => {
      sources.push({ pin, mv });
    },
    read: (pin, supplyMv) => {
      let mv = inputs.indexOf(pin) < 0 ? -1 : 0;
      for (let i = 0; i < sources.length; i++) if (sources[i].pin === pin) mv = sources[i].mv();
      if (mv < 0 && inputs.indexOf(pin) < 0) return NaN;
      const steps = Math.floor((mv * STEPS) / supplyMv);
      return Math.max(0, Math.min(STEPS - 1, steps)) / STEPS;
    },
  };
}
