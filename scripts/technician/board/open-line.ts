/*
 * open-line.ts: the line that fits an address.
 * Way: address -> serial-line.ts or tcp-line.ts.
 */
import { Trouble } from '../trouble';
import type { OpenLine } from './line';
import { openSerialLine } from './serial-line';
import { openTcpLine } from './tcp-line';

/** A path of a serial port (/dev/…, COM3), or tcp://host:port. `baud`: bits a second, for real serial ports. */
export const openLine: OpenLine = (address, events, baud) => {
  if (!address.startsWith('tcp://')) return openSerialLine(address, events, baud);
  const place = URL.canParse(address) ? new URL(address) : null;
  if (!place?.hostname || !place.port) {
    throw new Trouble('bad-file', { file: address, fault: 'no-address' });
  }
  return openTcpLine(address, place.hostname, Number(place.port), events);
};
