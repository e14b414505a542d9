/*
 * What: everything the LoRa link asks of a radio chip.
 * From where to where: sx1262.ts builds one over Board.lora; the Meshtastic link of the roomier boards uses it.
 * Espruino-safe.
 */

/** How the chip modulates. Values that the chip cannot do are clamped by its driver. */
export interface ModemSettings {
  /** Centre of the channel, Hz, 150,000,000..960,000,000. */
  frequencyHz: number;
  /** One of 62500, 125000, 250000, 500000 (as the chip names them: 62500 = 62.5 kHz). */
  bandwidthHz: number;
  /** 5..12 */
  spreadingFactor: number;
  /** 5 = 4/5 .. 8 = 4/8 */
  codingRate: number;
  /** Meshtastic: 16. */
  preambleSymbols: number;
  /** One byte, e.g. 0x2B (Meshtastic). */
  syncWord: number;
  /** -9..22 */
  txPowerDbm: number;
}

/** A LoRa chip, one thing at a time: it listens, sends, senses the channel or sleeps. Nothing here blocks. */
export interface RadioChip {
  /** Resets the chip and sets it up; it stands by afterwards. false: it does not answer. May be called again. */
  start(settings: ModemSettings): boolean;
  /**
   * Sends 1..255 bytes now; `done` is called once, later: false = not sent, or not known to be sent.
   * Listening goes on afterwards if it was asked for.
   */
  transmit(frame: Uint8Array, done: (sent: boolean) => void): void;
  /**
   * Looks for LoRa on the channel (CAD); `done` is called once, later. A chip that does not answer says true.
   * Listening goes on afterwards if it was asked for.
   */
  senseChannel(done: (isBusy: boolean) => void): void;
  /** Listens until sleep(). `onFrame` gets each frame with a good CRC; SNR in quarters of a dB. */
  listen(onFrame: (frame: Uint8Array, rssiDbm: number, snrQuarterDb: number) => void): void;
  /** Least current; settings are kept. What was under way ends with false. */
  sleep(): void;
  /** How often the chip had to be reset, or a wait ran out, since the driver was made. */
  faults(): number;
}
