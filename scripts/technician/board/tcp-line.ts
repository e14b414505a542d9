/*
 * tcp-line.ts: a board's console at the other end of a TCP connection: a virtual board, or a bridge to Bluetooth.
 * Way: socket <-> console.ts.
 */
import { connect } from 'node:net';
import { CONNECT_MS_MAX } from '../limits';
import { Trouble } from '../trouble';
import type { Line, LineEvents } from './line';

/** Connects. Nagle is off: an acknowledgement is worth sending at once. Throws: Trouble no-port. */
export function openTcpLine(
  address: string,
  host: string,
  port: number,
  events: LineEvents,
): Promise<Line> {
  const socket = connect({ host, port, noDelay: true });
  let isWanted = false;
  return new Promise((resolve, reject) => {
    let isOpen = false;
    socket.setTimeout(CONNECT_MS_MAX, () => socket.destroy());
    socket.on('data', (chunk) => events.received(new Uint8Array(chunk)));
    // What went wrong is told by 'close', which follows.
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      if (isOpen) events.closed(isWanted);
      else reject(new Trouble('no-port', { port: address }));
      isOpen = false;
    });
    socket.on('connect', () => {
      socket.setTimeout(0);
      isOpen = true;
      resolve({
        port: address,
        write: (bytes) => {
          if (isOpen) socket.write(bytes);
        },
        close: () => {
          isWanted = true;
          return new Promise((closed) => {
            if (socket.destroyed) return closed();
            socket.on('close', () => closed());
            socket.destroy();
          });
        },
      });
    });
  });
}
