/*
 * What: everything the node asks of the device it runs on. The only door to the hardware.
 * From where to where: boards/*.ts build one; sensors, journal, link and node use it.
 */

/** What provisioning wrote into the file `tw.cfg`. */
export interface NodeConfig {
  /** Name of the site, for people; never on the air. */
  site: string;
  /** 1 water point, 2 canteen. */
  kind: number;
  /** The node's place in its gateway's bulletins, 0..255. */
  slot: number;
  /** Public Ed25519 key of the gateway, 64 hex digits. */
  gatewayKey: string;
  /** Number of the gateway's radio, a hint: a verified bulletin corrects it. */
  gatewayNode: number;
  /** SHA-256(public key of this node)[0..3], 8 hex digits: made at provisioning, not every chip has SHA-256. */
  keyId: string;
  /** Calibration id that goes into each record, 0..65535. */
  calibrationId: number;
  /** Volume of one pulse, µL; 0 where there is no meter. */
  pulseUl: number;
}

/** The journal's flash as a row of pages. Writing only clears bits; only erase sets them. */
export interface PagedFlash {
  pageBytes: number;
  pageCount: number;
  read(page: number, offset: number, length: number): Uint8Array;
  /** Offset and length are multiples of 4 bytes. */
  write(page: number, offset: number, bytes: Uint8Array): void;
  /** May stop the processor for some 85 ms; counting in hardware goes on. */
  erase(page: number): void;
}

/** The node's key as the board keeps it. The private half never leaves the board. */
export interface Signer {
  publicKey: Uint8Array;
  /** The 64-byte Ed25519 signature of at most 256 bytes. */
  sign(message: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

/** The serial port that leads to the radio. */
export interface Uart {
  open(baud: number, onData: (chunk: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
}

/** A device with a clock, flash, pins and a radio's serial port. */
export interface Board {
  /** Since boot, whole ms, never back. */
  uptimeMs(): number;
  after(delayMs: number, fn: () => void): void;
  every(periodMs: number, fn: () => void): void;
  /** From a hardware source, 0..2^32-1. */
  random32(): number;
  /** 0 = unknown. */
  batteryMv(): number;
  /** CRC-32 of ISO 3309, 0..2^32-1. */
  crc32(bytes: Uint8Array): number;
  /** null: not provisioned. */
  config: NodeConfig | null;
  /** null: no key, or no routine to sign with. */
  signer: Signer | null;
  flash: PagedFlash;
  uart: Uart;
  /** Pulses of the meter since boot, modulo 2^32, counted without the processor. */
  pulseCount(): number;
  /** Calls back once for each press of button 0, 1, … . */
  onPress(button: number, fn: () => void): void;
  kickWatchdog(): void;
  /** A line for a technician at the console. */
  say(text: string): void;
}
