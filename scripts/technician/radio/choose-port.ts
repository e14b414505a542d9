/*
 * choose-port.ts: the port of a radio: the one that was named, or the only one that is plugged in.
 */
import { SerialPort } from 'serialport';
import { Trouble } from '../trouble';

/** The port. Throws: Trouble no-port, several-ports. */
export async function choosePort(port: string | undefined): Promise<string> {
  if (port !== undefined) return port;
  const paths = (await SerialPort.list())
    .filter(({ vendorId }) => vendorId)
    .map(({ path }) => path);
  if (paths.length === 0) throw new Trouble('no-port');
  if (paths.length > 1) throw new Trouble('several-ports', { ports: paths.join(', ') });
  return paths[0];
}
