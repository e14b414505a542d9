/*
 * What: the doors of the sensors on Espruino: pins, analogue inputs, I2C, 1-Wire, a clocked input, a serial input.
 * From where to where: Espruino's functions -> SensorDoors of the Board interface; boards/*.ts take them in.
 * All buses are Espruino's own software buses: they work on any pin and draw nothing while idle, which the hardware
 * TWI and UART of an nRF52 do not. Source: Espruino reference and sources 2v29 (jsi2c.c, jsspi.c, jsserial.c,
 * jswrap_onewire.c, jshPinAnalog in targets/nrf5x/jshardware.c). Espruino-safe.
 */
import type { I2cBus, OneWireBus, SensorDoors } from '../board';

/** SPI mode in which the bit is read after the clock fell again. */
const SPI_MODE_READ_AFTER_FALL = 1;
/** Thousandths of the supply from which on a reading says only: this much or more. */
const ANALOG_TOP_PERMILLE = 998;
/** What is told of such a voltage, mV. */
const ANALOG_ABOVE_MV = 65535;

/** Level, output and debounced watch of a pin: all that reed switches and buttons need. */
export type PinDoors = Pick<SensorDoors, 'readPin' | 'writePin' | 'watchPin'>;

function watchPin(
  pin: string,
  pull: 'up' | 'down' | 'none',
  debounceMs: number,
  fn: (level: number) => void,
): void {
  pinMode(pin, pull === 'none' ? 'input' : `input_pull${pull}`);
  setWatch((event) => fn(event.state ? 1 : 0), pin, {
    repeat: true,
    edge: 'both',
    debounce: debounceMs,
  });
}

/** analogRead is a part of the supply, so the supply is measured beside it. At the top of its range it may be any voltage. */
function analogMv(pin: string): number {
  const part = analogRead(pin);
  if (part * 1000 > ANALOG_TOP_PERMILLE) return ANALOG_ABOVE_MV;
  const mv = Math.round(part * E.getAnalogVRef() * 1000);
  return mv >= 0 ? mv : -1;
}

/** Espruino throws only when a line is held low; a missing acknowledgement it does not tell. */
function i2c(sda: string, scl: string): I2cBus {
  const bus = new I2C();
  bus.setup({ sda: sda, scl: scl });
  return {
    write: (address, bytes) => {
      try {
        bus.writeTo(address, bytes);
        return true;
      } catch (_) {
        return false;
      }
    },
    read: (address, register, byteCount) => {
      try {
        return bus.readReg(address, register, byteCount);
      } catch (_) {
        return null;
      }
    },
  };
}

function oneWire(pin: string): OneWireBus {
  const bus = new OneWire(pin);
  return {
    reset: () => bus.reset(),
    write: (bytes) => bus.write(bytes),
    read: (byteCount) => bus.read(byteCount),
  };
}

function shiftIn24(clockPin: string, dataPin: string, extraPulses: number): number {
  const bus = new SPI();
  bus.setup({ sck: clockPin, miso: dataPin, mode: SPI_MODE_READ_AFTER_FALL });
  const bytes = bus.send(new Uint8Array(3));
  // Both writes in one call: the clock must not stay high for 60 µs.
  for (let i = 0; i < extraPulses; i++) digitalWrite([clockPin, clockPin], 1);
  return (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
}

function openSerialIn(pin: string, baud: number, onData: (chunk: Uint8Array) => void): () => void {
  const port = new Serial();
  port.on('data', (chunk) => onData(E.toUint8Array(chunk)));
  port.setup(baud, { rx: pin });
  return () => port.unsetup();
}

/** For boards with reed switches and buttons only. */
export function createPinDoors(): PinDoors {
  return {
    readPin: (pin) => digitalRead(pin),
    writePin: (pin, level) => digitalWrite(pin, level),
    watchPin: watchPin,
  };
}

/** Every door that a sensor can ask for. */
export function createSensorDoors(): SensorDoors {
  return Object.assign(createPinDoors(), {
    analogMv: analogMv,
    i2c: i2c,
    oneWire: oneWire,
    shiftIn24: shiftIn24,
    openSerialIn: openSerialIn,
    errorFlags: () => E.getErrorFlags(),
  });
}
