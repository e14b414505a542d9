/*
 * What every part draws, as its maker or a measurement says: data.
 * From: data sheets, named with each figure. To: nodes.ts, which adds them up. What nobody could measure yet on a board of
 * ours is marked "to be measured": docs/bench.md says how.
 */

/** One figure. */
export interface Current {
  what: string;
  /** At the battery, mA. */
  ma: number;
  source: string;
}

const NRF52840 = 'nRF52840 Product Specification v1.7, current consumption';
const SX1262 = 'Semtech SX1261/2 data sheet, rev. 2.1, table 3-5 and 3-6';

/** The XIAO nRF52840 asleep: System ON, all of its memory kept, RTC on, 3.3 V regulator. */
export const XIAO_ASLEEP: Current = {
  what: 'XIAO nRF52840 asleep, with its regulator and battery divider',
  ma: 0.016,
  source:
    '5.4 uA measured with PPK2 (forum.seeedstudio.com/t/271841); 16 uA with divider, watched pin and Wio-SX1262 (…/t/294956)',
};
/** Above XIAO_ASLEEP: Espruino leaves the flash chip in stand-by. */
export const XIAO_FLASH_STANDBY: Current = {
  what: "the XIAO's flash chip in stand-by",
  ma: 0.012,
  source: 'P25Q16H data sheet, ICC1 stand-by, highest typical; to be measured',
};
export const MDBT42Q_ASLEEP: Current = {
  what: 'MDBT42Q asleep, advertising for the console (Bluetooth)',
  ma: 0.08,
  source: 'espruino.com/Power+Consumption: 20 to 80 uA advertising; the highest',
};
/** Espruino runs from flash without the instruction cache. */
export const CPU: Current = {
  what: 'processor running JavaScript',
  ma: 8,
  source: `espruino.com/Power+Consumption: 4 to 8 mA, the highest; ${NRF52840}: 6.3 mA (LDO)`,
};
export const UART_OPEN: Current = {
  what: 'serial port open (its clock runs)',
  ma: 1,
  source: 'espruino.com/Power+Consumption: about 1 mA',
};

export const SX1262_ASLEEP: Current = {
  what: 'SX1262 asleep, settings kept',
  ma: 0.0012,
  source: `${SX1262}: 0.6 uA; 1.2 uA measured (forum.seeedstudio.com/t/294956)`,
};
export const SX1262_LISTENING: Current = {
  what: 'SX1262 listening, DC-DC, boosted, with its oscillator and RF switch',
  ma: 5.3 + 1.5 + 0.055,
  source: `${SX1262}: 5.3 mA; TCXO 1.5 mA (typical of its class); switch 55 uA (forum.seeedstudio.com/t/294956)`,
};
export const SX1262_SENDING: Current = {
  what: 'SX1262 sending with 22 dBm, with its oscillator',
  ma: 118 + 1.5,
  source: `${SX1262}: 118 mA at 868/915 MHz; TCXO 1.5 mA`,
};
export const SX1262_SENDING_14: Current = {
  what: 'SX1262 sending with 14 dBm, with its oscillator',
  ma: 45 + 1.5,
  source: `${SX1262}: 45 mA with the optimal setting for 14 dBm; TCXO 1.5 mA`,
};

export const REED: Current = {
  what: 'reed switch closed, pull-up of 470 kOhm outside the chip',
  ma: 0.007,
  source: '3.3 V / 470 kOhm (the pull-up inside, 13 kOhm, would draw 0.25 mA)',
};
export const HALL: Current = {
  what: 'Hall turbine meter, always powered',
  ma: 5,
  source:
    'data sheets of YF-B and YF-S meters: 5 to 15 mA at 5 V; a good one at 3.3 V; to be measured',
};

/** A Meshtastic radio on an nRF52 board. */
export const RADIO_LISTENING: Current = {
  what: 'Meshtastic radio (nRF52840 and SX1262) listening, Bluetooth off',
  ma: 9,
  source: 'meshtastic.org, power of nRF52 boards: 8 to 10 mA; to be measured',
};
export const RADIO_SENDING: Current = {
  what: 'the same sending with 22 dBm',
  ma: 125,
  source: `${SX1262}: 118 mA, and its processor`,
};

/** Two cells in parallel. */
export const CELLS = {
  what: '2 x 18650 in parallel, 3,000 mAh each',
  mAh: 6000,
  usable: 0.75,
  source: 'usable 75 %: end voltage, cold, self-discharge and ageing of two years',
};

/** Sun for a panel. */
export const SUN = {
  worstHours: 2.5,
  efficiency: 0.55,
  volts: 3.7,
  source:
    'full-sun hours a day in the worst month of most inhabited tropics (Global Solar Atlas: 2.5 to 4); 55 %: dust, angle, heat, linear charger',
};
