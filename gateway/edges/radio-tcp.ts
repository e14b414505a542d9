/*
 * radio-tcp.ts: a Meshtastic radio at the other end of a TCP connection (port 4403).
 * Way: socket <-> radio.ts, which drives the pure session of core/radio-session.ts.
 * Source: Meshtastic stream API; the radio serves one client, a new one ends the old.
 */
import { connect } from 'node:net';
import { CONNECT_MS_MAX } from '../limits';
import { CLOSED_BY_RADIO, type OpenTransport } from './transport';

/** Connects to host and port. Nagle is off: a frame is worth sending at once. */
export function tcpTransport(host: string, port: number): OpenTransport {
  return (events) => {
    const socket = connect({ host, port, noDelay: true });
    let why = CLOSED_BY_RADIO;
    socket.setTimeout(CONNECT_MS_MAX, () => {
      why = `no connection within ${CONNECT_MS_MAX / 1000} s`;
      socket.destroy();
    });
    socket.on('connect', () => {
      socket.setTimeout(0);
      events.opened();
    });
    socket.on('data', (chunk) => events.received(new Uint8Array(chunk)));
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => events.closed(why));
    let written: Promise<void> = Promise.resolve();
    return {
      write(bytes) {
        written = new Promise((resolve) => {
          const done = () => {
            socket.off('close', done);
            resolve();
          };
          socket.once('close', done);
          socket.write(bytes, done);
        });
      },
      flushed: () => written,
      close: () => socket.destroy(),
    };
  };
}
