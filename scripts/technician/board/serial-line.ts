/*
 * serial-line.ts: a serial port (USB, or an adapter).
 * Way: port <-> console.ts. Source: serialport 13. It locks the port (flock and TIOCEXCL): two programs never share one.
 */
import { SerialPort } from 'serialport';
import { Trouble } from '../trouble';
import type { OpenLine } from './line';

/** What the system said when a port did not open, as a trouble. */
export function portTrouble(message: string, port: string): Trouble {
  if (/permission denied|access denied|EACCES|EPERM/i.test(message)) {
    return new Trouble('port-denied', { port });
  }
  if (/cannot lock|busy|temporarily unavailable|EBUSY|EAGAIN/i.test(message)) {
    return new Trouble('port-locked', { port });
  }
  if (
    /no such file|no such device|file not found|not a directory|ENOENT|ENXIO|ENODEV/i.test(message)
  ) {
    return new Trouble('no-port', { port });
  }
  return new Trouble('unplugged', { port, during: message });
}

/** Opens a serial port by its path. Unplugging closes it. Throws: Trouble. */
export const openSerialLine: OpenLine = (path, events, baud) => {
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false, hupcl: false });
  let isWanted = false;
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const end = () => {
      if (!isOpen) return;
      isOpen = false;
      events.closed(isWanted);
    };
    port.on('data', (chunk: Buffer) => events.received(new Uint8Array(chunk)));
    port.on('close', end);
    // A port that was pulled out answers the next write or read with an error, and may never tell of its closing.
    port.on('error', () => {
      if (port.isOpen) port.close();
      end();
    });
    port.open((error) => {
      if (error) return reject(portTrouble(error.message, path));
      isOpen = true;
      resolve({
        port: path,
        write: (bytes) => {
          if (isOpen) port.write(Buffer.from(bytes));
        },
        close: () => {
          isWanted = true;
          return new Promise((closed) => {
            if (port.isOpen) port.close(() => closed());
            else closed();
          });
        },
      });
    });
  });
};
