/*
 * listed-ports.ts: serial ports of this computer with what their USB device says of itself.
 * Way: serialport's list, or Linux's /sys where udevadm is missing -> ports.ts.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SerialPort } from 'serialport';

/** One port. */
export interface ListedPort {
  path: string;
  /** 4 hex digits; undefined = no USB device. */
  vendorId?: string;
  productId?: string;
  serialNumber?: string;
}

const TTY_FOLDER = '/sys/class/tty';

function textOf(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** The USB device that a tty hangs on, looking upwards. */
function usbFolderOf(ttyFolder: string): string | null {
  const device = join(ttyFolder, 'device');
  if (!existsSync(device)) return null;
  for (let folder = realpathSync(device); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'idVendor'))) return folder;
  }
  return null;
}

/** USB serial ports as the kernel of Linux has them. `folder`: for tests. */
export function portsOfKernel(folder = TTY_FOLDER): ListedPort[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const usb = usbFolderOf(join(folder, name));
    if (!usb) return [];
    return {
      path: join('/dev', name),
      vendorId: textOf(usb, 'idVendor'),
      productId: textOf(usb, 'idProduct'),
      serialNumber: textOf(usb, 'serial'),
    };
  });
}

/** All ports. serialport asks udevadm on Linux, which small systems lack. */
export async function listedPorts(): Promise<ListedPort[]> {
  try {
    return await SerialPort.list();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return portsOfKernel();
    throw error;
  }
}
