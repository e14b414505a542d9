/*
 * What: everything the node asks of the device it runs on. The only door to the hardware.
 * From where to where: boards/*.ts build one; sensors, journal, link and node use it.
 */
import type { Wiring } from './sensors/wiring';

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
  /** Public Ed25519 key of the pod that may name a new gateway key, 64 hex digits; left out: no new one is ever taken. */
  recoveryKey?: string;
  /** Number of the gateway's radio, a hint: a verified bulletin corrects it. */
  gatewayNode: number;
  /** SHA-256(public key of this node)[0..3], 8 hex digits: made at provisioning, not every chip has SHA-256. */
  keyId: string;
  /** Calibration id that goes into each record, 0..65535. */
  calibrationId: number;
  /** Pin that switches the radio's supply, 1 = on; left out: the radio is always on and relays for others. */
  radioPowerPin?: string;
  /** Volume of one pulse, µL; 0 where there is no meter. */
  pulseUl: number;
  /** Left out by nodes without a radio chip of their own. */
  lora?: LoraConfig;
  /** The sensors that are fitted beside the meter and the meal buttons, and their settings; none when left out. */
  wiring?: Wiring;
}

/**
 * How a node with a radio chip of its own speaks on the mesh. Provisioning works it out from region, preset and channel
 * (hardware/lora-settings.ts), so that the node needs no tables.
 */
export interface LoraConfig {
  /** Centre of the channel, Hz. */
  frequencyHz: number;
  /** 125000, 250000 or 500000. */
  bandwidthHz: number;
  /** 7..12 */
  spreadingFactor: number;
  /** 5..8 */
  codingRate: number;
  /** Duration of a symbol, µs. */
  symbolUs: number;
  /** Unit of the random wait before sending, ms. */
  slotMs: number;
  /** -9..22 */
  txPowerDbm: number;
  /** Share of an hour that one transmitter may send, percent; 100 = no limit. */
  dutyCyclePercent: number;
  /** The key of the channel "serial", 64 hex digits. */
  channelKey: string;
  /** Hash byte of that channel. */
  channelHash: number;
  /** The node's own number in the mesh, 4..2^32-2. */
  nodeNum: number;
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
  /** Saves the current of an open port. Left out by boards whose radio is always on. */
  close?(): void;
  write(bytes: Uint8Array): void;
}

/** Two wires with registers behind an address. Both report what answered, not what was meant. */
export interface I2cBus {
  /** false: the bus itself is blocked. A device that is not there goes unnoticed here: read back. */
  write(address: number, bytes: Uint8Array): boolean;
  /** null: the bus is blocked. Where no device answers, all bytes are 0xFF. */
  read(address: number, register: number, byteCount: number): Uint8Array | null;
}

/** One data wire (1-Wire) with any number of devices. */
export interface OneWireBus {
  /** Whether a device answered. */
  reset(): boolean;
  write(bytes: number[]): void;
  /** Where nothing answers all bytes are 0xFF. */
  read(byteCount: number): Uint8Array;
}

/**
 * Doors that only some sensors need. A board's program carries those of its sensors; a sensor whose door is missing
 * reports a fault. A pin is named as Espruino names it: "D4", "A1".
 */
export interface SensorDoors {
  /** Level of a pin, 0 or 1. */
  readPin(pin: string): number;
  /** Makes the pin an output: the supply of a sensor that is powered only to measure. */
  writePin(pin: string, level: number): void;
  /** Makes the pin an input and calls back with its level after each change that lasted `debounceMs`, 1..1000. */
  watchPin(
    pin: string,
    pull: 'up' | 'down' | 'none',
    debounceMs: number,
    fn: (level: number) => void,
  ): void;
  /** Voltage at an analogue pin against ground, mV; 65535 = the board's supply or more; -1 = this pin cannot measure. */
  analogMv(pin: string): number;
  i2c(sda: string, scl: string): I2cBus;
  oneWire(pin: string): OneWireBus;
  /** Clocks 24 bits in (each valid after the clock's rise, first bit highest), then `extraPulses` more clocks. */
  shiftIn24(clockPin: string, dataPin: string, extraPulses: number): number;
  /** Hears a serial line, 8N1; gives what closes it again. */
  openSerialIn(pin: string, baud: number, onData: (chunk: Uint8Array) => void): () => void;
  /** Names of what went wrong inside Espruino since it was last asked, e.g. "FIFO_FULL"; asking clears them. */
  errorFlags(): string[];
}

/** A radio chip on the board's SPI (boards with an SX1262). */
export interface LoraDoor {
  /** One command: chip select low for the whole of it. Gives as many bytes as were sent (full duplex). */
  transfer(bytes: Uint8Array): Uint8Array;
  /** Pulls the chip's reset line for some 0.1 ms or longer. */
  reset(): void;
  /** Level of the chip's BUSY line. */
  isBusy(): boolean;
  /** Feeds the antenna switch: needed to send and to hear, a waste while the chip sleeps. */
  setAntennaSwitch(isOn: boolean): void;
  /** Calls back at each rise of the chip's DIO1 line. */
  onDio1(fn: () => void): void;
}

/** AES as the board has it: a native routine. */
export interface Cipher {
  /** Encrypts blocks of 16 bytes in place, each by itself (ECB). `key` has 16 or 32 bytes. */
  encryptBlocks(key: Uint8Array, blocks: Uint8Array): void;
}

/** A device with a clock, flash, pins and a radio's serial port. */
export interface Board extends Partial<SensorDoors> {
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
  /** Pulses of the meter since the chip's reset, modulo 2^32, counted without the processor. */
  pulseCount(): number;
  /** What `pulseCount` gave last before the program was started again; 0 after a reset of the chip. */
  pulsesAtStart: number;
  /** Calls back before the program ends for a restart that was asked for; not before a watchdog's or a power cut. */
  beforeRestart(fn: () => void): void;
  /** Calls back once for each press of button 0, 1, … . */
  onPress(button: number, fn: () => void): void;
  kickWatchdog(): void;
  /** The radio chip; left out by boards that have none. */
  lora?: LoraDoor;
  /** Left out by boards that need no AES. */
  cipher?: Cipher;
  /** A line for a technician at the console. */
  say(text: string): void;
}
