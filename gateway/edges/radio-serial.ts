/*
 * radio-serial.ts: a Meshtastic radio on a serial port (USB).
 * Way: port <-> radio.ts, which drives the pure session of core/radio-session.ts.
 * Source: Meshtastic stream API: 115200 baud, 8N1. Name ports by /dev/serial/by-id: those do not move.
 *
 * serialport locks the port (flock and TIOCEXCL), so two programs never share one. It leaves DTR and RTS as the kernel
 * sets them: both on at the first open. With hupcl off they stay on when the port is closed: boards with an ESP32 restart
 * when the two change one after the other.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { RADIO_WRITE_BYTES_MAX, RADIO_WRITE_MS_MAX } from '../limits/radio';
import type { OpenTransport } from './transport';

const BAUD = 115_200;
const UNPLUGGED = 'it was unplugged, or lost its power';
const BY_ID = '/dev/serial/by-id';

/** For tests: other places and times. */
export interface SerialOptions {
  byIdFolder?: string;
  writeMsMax?: number;
}

/** Names below /dev/serial/by-id that lead to this port, or all of them. */
function byIdPaths(folder: string, path?: string): string[] {
  try {
    const paths = readdirSync(folder).map((name) => join(folder, name));
    return path === undefined
      ? paths.sort()
      : paths.filter((one) => realpathSync(one) === realpathSync(path));
  } catch {
    // No such folder, or a link whose port is gone.
    return [];
  }
}

/** Advice for a port that is named by a number, which moves; null = the name is good, or there is no better one. */
export function portAdvice(path: string, byIdFolder = BY_ID): string | null {
  if (path.startsWith(`${byIdFolder}/`)) return null;
  const [better] = byIdPaths(byIdFolder, path);
  if (better === undefined) return null;
  return `the name ${path} may change when it is plugged in again: use serial:${better}`;
}

/** What the system said when a port did not open, in words with what to do. */
export function portWords(message: string, path: string, byIdFolder = BY_ID): string {
  if (/no such file|no such device|ENOENT|ENXIO|ENODEV/i.test(message)) {
    const others = byIdPaths(byIdFolder).filter((one) => one !== path);
    const here = others.length === 0 ? 'none' : others.map((one) => `serial:${one}`).join(', ');
    return `there is no port ${path}: is the cable plugged in, can it carry data? Ports here: ${here}`;
  }
  if (/permission denied|EACCES/i.test(message)) {
    return `no permission for ${path}: put the user of the gateway into the group dialout (sudo usermod -aG dialout USER), then restart it`;
  }
  if (/cannot lock|busy|temporarily unavailable|EBUSY/i.test(message)) {
    return `${path} is used by another program: end it (meshtastic, a serial console, a second gateway; "sudo fuser -v ${path}" names it)`;
  }
  if (/\bEIO\b|i\/o error|EBADF/i.test(message)) return UNPLUGGED;
  return `${path}: ${message}`;
}

/** Counts what waits to be written, and says when it is too much or takes too long. */
function createWriteWatch(msMax: number, tooMuch: (why: string) => void) {
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    clearTimeout(timer);
    if (waitingBytes === 0) return;
    timer = setTimeout(
      () => tooMuch(`the port took no bytes for ${msMax / 1000} s: unplug it and plug it in again`),
      msMax,
    );
  };
  return {
    began(bytes: number) {
      if (waitingBytes === 0) {
        waitingBytes = bytes;
        arm();
      } else waitingBytes += bytes;
      if (waitingBytes > RADIO_WRITE_BYTES_MAX) {
        tooMuch(`more than ${RADIO_WRITE_BYTES_MAX} bytes wait for the port`);
      }
    },
    done(bytes: number) {
      waitingBytes -= bytes;
      arm();
    },
    end: () => clearTimeout(timer),
  };
}

/** Opens a serial port. Unplugging closes it like any other loss; so does a port that takes no more bytes. */
export function serialTransport(path: string, options: SerialOptions = {}): OpenTransport {
  const { byIdFolder = BY_ID, writeMsMax = RADIO_WRITE_MS_MAX } = options;
  return (events) => {
    const port = new SerialPort({ path, baudRate: BAUD, autoOpen: false, hupcl: false });
    let over = false;
    let flushes: (() => void)[] = [];
    const close = (why: string) => {
      if (over) return;
      over = true;
      watch.end();
      if (port.isOpen) port.close();
      for (const flushed of flushes) flushed();
      events.closed(why);
    };
    const watch = createWriteWatch(writeMsMax, close);
    port.on('data', (chunk: Buffer) => {
      if (!over) events.received(new Uint8Array(chunk));
    });
    port.on('error', (error) => close(portWords(error.message, path, byIdFolder)));
    port.on('close', () => close(UNPLUGGED));
    port.open((error) => {
      if (over) {
        if (!error) port.close();
      } else if (error) close(portWords(error.message, path, byIdFolder));
      else events.opened();
    });
    return {
      write(bytes) {
        if (over) return;
        watch.began(bytes.length);
        if (!over) port.write(Buffer.from(bytes), () => watch.done(bytes.length));
      },
      flushed: () =>
        new Promise((resolve) => {
          if (!port.isOpen || over) return resolve();
          flushes.push(resolve);
          port.drain(() => {
            flushes = flushes.filter((one) => one !== resolve);
            resolve();
          });
        }),
      close: () => close('closed here'),
    };
  };
}

/** Ports of this machine, for the person who chooses one. */
export async function serialPorts(): Promise<string[]> {
  return (await SerialPort.list()).map(({ path }) => path);
}
