/*
 * radio-serial.ts: a Meshtastic radio on a serial port (USB).
 * Way: port <-> radio.ts, which drives the pure session of core/radio-session.ts.
 * Source: Meshtastic stream API: 115200 baud, 8N1. Name ports by /dev/serial/by-id: those do not move.
 */
import { SerialPort } from 'serialport';
import type { OpenTransport } from './transport';

const BAUD = 115_200;

/** Opens a serial port. Unplugging closes it like any other loss. */
export function serialTransport(path: string): OpenTransport {
  return (events) => {
    const port = new SerialPort({ path, baudRate: BAUD, autoOpen: false });
    let over = false;
    const close = (why: string) => {
      if (over) return;
      over = true;
      events.closed(why);
    };
    port.on('data', (chunk: Buffer) => {
      if (!over) events.received(new Uint8Array(chunk));
    });
    port.on('error', (error) => {
      if (port.isOpen) port.close();
      close(error.message);
    });
    port.on('close', () => close('port closed'));
    port.open((error) => {
      if (over) return;
      if (error) close(error.message);
      else events.opened();
    });
    return {
      write: (bytes) => port.write(Buffer.from(bytes)),
      flushed: () =>
        new Promise((resolve) => {
          if (!port.isOpen) resolve();
          else port.drain(() => resolve());
        }),
      close() {
        if (port.isOpen) port.close();
        close('closed here');
      },
    };
  };
}

/** Ports of this machine, for the person who chooses one. */
export async function serialPorts(): Promise<string[]> {
  return (await SerialPort.list()).map(({ path }) => path);
}
