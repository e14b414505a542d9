/*
 * What: the SX1262's commands, registers and codes by their names.
 * From where to where: read by sx1262.ts. Source: Semtech SX1261/2 data sheet rev. 2.1, chapters 11 to 13 (commands),
 * 12 (registers), 15 (known limitations). Imports nothing, so that constants become numbers. Espruino-safe.
 */

export const SET_SLEEP = 0x84;
export const SET_STANDBY = 0x80;
export const SET_TX = 0x83;
export const SET_RX = 0x82;
export const SET_CAD = 0xc5;
export const SET_REGULATOR_MODE = 0x96;
export const CALIBRATE = 0x89;
export const CALIBRATE_IMAGE = 0x98;
export const SET_PA_CONFIG = 0x95;
export const WRITE_REGISTER = 0x0d;
export const READ_REGISTER = 0x1d;
export const WRITE_BUFFER = 0x0e;
export const READ_BUFFER = 0x1e;
export const SET_DIO_IRQ_PARAMS = 0x08;
export const GET_IRQ_STATUS = 0x12;
export const CLEAR_IRQ_STATUS = 0x02;
export const SET_DIO2_AS_RF_SWITCH = 0x9d;
export const SET_DIO3_AS_TCXO = 0x97;
export const SET_RF_FREQUENCY = 0x86;
export const SET_PACKET_TYPE = 0x8a;
export const SET_TX_PARAMS = 0x8e;
export const SET_MODULATION_PARAMS = 0x8b;
export const SET_PACKET_PARAMS = 0x8c;
export const SET_CAD_PARAMS = 0x88;
export const SET_BUFFER_BASE_ADDRESS = 0x8f;
export const GET_RX_BUFFER_STATUS = 0x13;
export const GET_PACKET_STATUS = 0x14;
export const CLEAR_DEVICE_ERRORS = 0x07;
export const GET_STATUS = 0xc0;

/** Settings are kept in sleep. */
export const SLEEP_WARM_START = 4;
export const STANDBY_RC = 0;
export const REGULATOR_DC_DC = 1;
export const CALIBRATE_ALL = 0x7f;
export const TCXO_1V8 = 2;
/** 5 ms in steps of 15.625 us. */
export const TCXO_TIMEOUT_STEPS = 320;
export const PACKET_TYPE_LORA = 1;
export const RAMP_200_US = 4;
export const RX_CONTINUOUS = 0xffffff;
/** Looks for 4 symbols. */
export const CAD_ON_4_SYMBOLS = 2;
export const CAD_PEAK_ABOVE_SF = 13;
export const CAD_MIN = 10;

export const REG_SYNC_WORD = 0x0740;
/** 15.4: bit 2 must be 1 with standard IQ. */
export const REG_IQ_POLARITY = 0x0736;
/** 15.2: bits 4..1 must be 1. */
export const REG_TX_CLAMP = 0x08d8;
/** 15.1: bit 2 must be 0 with 500 kHz, else 1. */
export const REG_TX_MODULATION = 0x0889;
export const REG_OCP = 0x08e7;
/** In steps of 2.5 mA. */
export const OCP_140_MA = 0x38;
export const REG_RX_GAIN = 0x08ac;
export const RX_GAIN_BOOSTED = 0x96;
/** Registers named here are kept in sleep: how many, then their addresses. */
export const REG_RETENTION = 0x029f;

export const IRQ_TX_DONE = 0x0001;
export const IRQ_RX_DONE = 0x0002;
export const IRQ_HEADER_ERROR = 0x0020;
export const IRQ_CRC_ERROR = 0x0040;
export const IRQ_CAD_DONE = 0x0080;
export const IRQ_CAD_DETECTED = 0x0100;
export const IRQ_TIMEOUT = 0x0200;
