/*
 * Espruino's serial ports in software: they hear a pin while they are set up; a line of another speed is garbage.
 * From: bytes of what is plugged in. To: the firmware's 'data' listeners.
 * Source: Espruino 2v29 src/jsserial.c, src/jswrap_serial.c. Espruino-safe.
 */
import { stringOfBytes } from './byte-data';
import { type Machine, mustHavePower } from './machine';
import { pinNumber } from './pin-number';
import { SERIAL_CHUNK_BYTES_MAX } from './serial-port';

type DataListener = (data: string) => void;

interface SoftPort {
  rxPin: number;
  baud: number;
  listeners: DataListener[];
}

/** All software serial ports of one board. */
export interface SoftPorts {
  receive(rxPin: number, baud: number, bytes: Uint8Array): void;
  reset(): void;
  /** The constructor `Serial`. */
  // biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
  global: any;
}

/** No port yet; `enterFirmware` runs a listener as an event. */
export function createSoftPorts(
  machine: Machine,
  enterFirmware: (run: () => void) => void,
): SoftPorts {
  let open: SoftPort[] = [];
  const tellOne = (listener: DataListener, text: string) => () => listener(text);
  const hear = (port: SoftPort, bytes: Uint8Array): void => {
    const text = stringOfBytes(bytes);
    for (let i = 0; i < port.listeners.length; i++) enterFirmware(tellOne(port.listeners[i], text));
  };
  const garbled = (bytes: Uint8Array): Uint8Array => {
    const wrong = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) wrong[i] = (bytes[i] << 1) ^ 0xe0;
    return wrong;
  };
  return {
    receive: (rxPin, baud, bytes) => {
      const ports = open.filter((port) => port.rxPin === rxPin);
      if (!machine.powered || machine.busyUntilMs > machine.nowMs || ports.length === 0) {
        machine.counts.serialBytesLost += bytes.length;
        return;
      }
      for (let at = 0; at < bytes.length; at += SERIAL_CHUNK_BYTES_MAX) {
        const end = Math.min(at + SERIAL_CHUNK_BYTES_MAX, bytes.length);
        const piece = bytes.subarray(at, end);
        for (let i = 0; i < ports.length; i++) {
          hear(ports[i], ports[i].baud === baud ? piece : garbled(piece));
        }
      }
    },
    reset: () => {
      open = [];
    },
    global: function (this: { [name: string]: unknown }): void {
      const port: SoftPort = { rxPin: -1, baud: 0, listeners: [] };
      this.setup = (baud: number, options: { rx: unknown }): void => {
        mustHavePower(machine);
        port.rxPin = pinNumber(options.rx);
        port.baud = baud;
        if (open.indexOf(port) < 0) open.push(port);
      };
      this.unsetup = (): void => {
        mustHavePower(machine);
        open = open.filter((other) => other !== port);
      };
      this.on = (event: string, fn: DataListener): void => {
        if (event === 'data') port.listeners = port.listeners.concat([fn]);
      };
      this.removeAllListeners = (): void => {
        port.listeners = [];
      };
    },
  };
}
