/*
 * What: speaks to the SX1262 and sets it up: supply, oscillator, antenna switch, calibration, modulation.
 * From where to where: sx1262.ts -> Board.lora. Source: data sheet rev. 2.1, chapters 9.1, 13, 14 and 15; RadioLib's facts
 * on Meshtastic's sync word. Wio-SX1262: oscillator of 1.8 V at DIO3, antenna switch at DIO2. Espruino-safe.
 */
import type { LoraDoor } from '../board';
import { SX1262_BUSY_LOOKS_MAX } from '../node-limits';
import type { ModemSettings } from './radio-chip';
import {
  CALIBRATE,
  CALIBRATE_ALL,
  CALIBRATE_IMAGE,
  CLEAR_DEVICE_ERRORS,
  OCP_140_MA,
  PACKET_TYPE_LORA,
  RAMP_200_US,
  READ_REGISTER,
  REG_IQ_POLARITY,
  REG_OCP,
  REG_RETENTION,
  REG_RX_GAIN,
  REG_SYNC_WORD,
  REG_TX_CLAMP,
  REG_TX_MODULATION,
  REGULATOR_DC_DC,
  RX_GAIN_BOOSTED,
  SET_BUFFER_BASE_ADDRESS,
  SET_DIO2_AS_RF_SWITCH,
  SET_DIO3_AS_TCXO,
  SET_MODULATION_PARAMS,
  SET_PA_CONFIG,
  SET_PACKET_PARAMS,
  SET_PACKET_TYPE,
  SET_REGULATOR_MODE,
  SET_RF_FREQUENCY,
  SET_STANDBY,
  SET_TX_PARAMS,
  STANDBY_RC,
  TCXO_1V8,
  TCXO_TIMEOUT_STEPS,
  WRITE_REGISTER,
} from './sx1262-commands';

/** Waits until the chip takes a command. false: it does not. Each look takes some 0.3 ms in Espruino. */
export function isReady(door: LoraDoor): boolean {
  for (let looks = 0; looks < SX1262_BUSY_LOOKS_MAX; looks++) if (!door.isBusy()) return true;
  return false;
}

/** One command. Gives what the chip sent meanwhile; null: it is stuck. */
export function command(door: LoraDoor, bytes: number[]): Uint8Array | null {
  return isReady(door) ? door.transfer(new Uint8Array(bytes)) : null;
}

function readRegister(door: LoraDoor, address: number): number {
  const answer = command(door, [READ_REGISTER, address >> 8, address & 255, 0, 0]);
  return answer ? answer[4] : 0;
}

function writeRegisters(door: LoraDoor, address: number, values: number[]): void {
  command(door, [WRITE_REGISTER, address >> 8, address & 255].concat(values));
}

/** Three bytes, high one first. */
export function u24(value: number): number[] {
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Frequency in the chip's steps of 32 MHz / 2^25, which are 15625/16384 Hz. */
function frequencySteps(frequencyHz: number): number[] {
  const whole = Math.floor(frequencyHz / 15625);
  const steps = whole * 16384 + Math.floor(((frequencyHz - whole * 15625) * 16384) / 15625);
  return [(steps >>> 24) & 255].concat(u24(steps));
}

/** Ends of the band to calibrate for, in the chip's code (data sheet table 9-2). */
function imageBand(frequencyHz: number): number[] {
  if (frequencyHz > 900000000) return [0xe1, 0xe9];
  if (frequencyHz > 850000000) return [0xd7, 0xdb];
  if (frequencyHz > 770000000) return [0xc1, 0xc5];
  return frequencyHz > 460000000 ? [0x75, 0x81] : [0x6b, 0x6f];
}

function bandwidthCode(bandwidthHz: number): number {
  if (bandwidthHz >= 500000) return 6;
  if (bandwidthHz >= 250000) return 5;
  return bandwidthHz >= 125000 ? 4 : 3;
}

/** Duration of a symbol, us. */
export function symbolUs(settings: ModemSettings): number {
  return Math.floor(((1 << settings.spreadingFactor) * 1000) / (settings.bandwidthHz / 1000));
}

/** Explicit header, CRC, standard IQ; `length` is the longest for reception. */
export function setPacketLength(door: LoraDoor, settings: ModemSettings, length: number): void {
  const preamble = settings.preambleSymbols;
  command(door, [SET_PACKET_PARAMS, preamble >> 8, preamble & 255, 0, length, 1, 0]);
}

function setUpSupply(door: LoraDoor, settings: ModemSettings): void {
  command(door, [SET_STANDBY, STANDBY_RC]);
  command(door, [SET_REGULATOR_MODE, REGULATOR_DC_DC]);
  command(door, [SET_DIO3_AS_TCXO, TCXO_1V8].concat(u24(TCXO_TIMEOUT_STEPS)));
  // The oscillator was not there when the chip started: that is noted as an error.
  command(door, [CLEAR_DEVICE_ERRORS, 0, 0]);
  command(door, [CALIBRATE, CALIBRATE_ALL]);
  command(door, [CALIBRATE_IMAGE].concat(imageBand(settings.frequencyHz)));
  command(door, [SET_DIO2_AS_RF_SWITCH, 1]);
}

function setUpSender(door: LoraDoor, settings: ModemSettings): void {
  command(door, [SET_PA_CONFIG, 4, 7, 0, 1]);
  writeRegisters(door, REG_TX_CLAMP, [readRegister(door, REG_TX_CLAMP) | 0x1e]);
  writeRegisters(door, REG_OCP, [OCP_140_MA]);
  command(door, [SET_TX_PARAMS, settings.txPowerDbm & 255, RAMP_200_US]);
  const quality = readRegister(door, REG_TX_MODULATION);
  const isWide = settings.bandwidthHz === 500000;
  writeRegisters(door, REG_TX_MODULATION, [isWide ? quality & ~4 : quality | 4]);
}

function setUpModem(door: LoraDoor, settings: ModemSettings): void {
  command(door, [SET_PACKET_TYPE, PACKET_TYPE_LORA]);
  command(door, [SET_RF_FREQUENCY].concat(frequencySteps(settings.frequencyHz)));
  const isSlow = symbolUs(settings) >= 16000 ? 1 : 0;
  command(door, [
    SET_MODULATION_PARAMS,
    settings.spreadingFactor,
    bandwidthCode(settings.bandwidthHz),
    settings.codingRate - 4,
    isSlow,
  ]);
  setPacketLength(door, settings, 255);
  writeRegisters(door, REG_IQ_POLARITY, [readRegister(door, REG_IQ_POLARITY) | 4]);
  command(door, [SET_BUFFER_BASE_ADDRESS, 0, 0]);
  writeRegisters(door, REG_RX_GAIN, [RX_GAIN_BOOSTED]);
  writeRegisters(door, REG_RETENTION, [1, REG_RX_GAIN >> 8, REG_RX_GAIN & 255]);
}

/**
 * Resets the chip and sets it up. false: it is stuck, or does not keep what is written. The sync word in one byte, 0x2b,
 * stands in two registers as 0x24 0xb4.
 */
export function setUp(door: LoraDoor, settings: ModemSettings): boolean {
  door.reset();
  if (!isReady(door)) return false;
  setUpSupply(door, settings);
  setUpModem(door, settings);
  setUpSender(door, settings);
  const sync = [(settings.syncWord & 0xf0) | 4, ((settings.syncWord & 15) << 4) | 4];
  writeRegisters(door, REG_SYNC_WORD, sync);
  return (
    readRegister(door, REG_SYNC_WORD) === sync[0] &&
    readRegister(door, REG_SYNC_WORD + 1) === sync[1] &&
    readRegister(door, REG_OCP) === OCP_140_MA
  );
}
