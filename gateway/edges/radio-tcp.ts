/*
 * radio-tcp.ts: a Meshtastic radio at the other end of a TCP connection (port 4403).
 * Way: socket <-> radio.ts, which drives the pure session of core/radio-session.ts.
 * Source: Meshtastic stream API; the radio serves one client, a new one ends the old.
 */
import { connect } from 'node:net';
import { CONNECT_MS_MAX, RADIO_WRITE_BYTES_MAX } from '../limits/radio';
import { CLOSED_BY_RADIO, type OpenTransport } from './transport';

/** What the system said when there was no connection, in words with what to do. */
export function connectWords(error: NodeJS.ErrnoException, host: string, port: number): string {
  const { code = '' } = error;
  if (code === 'ECONNREFUSED') {
    return `nothing answers at ${host}:${port}: is the radio on, and its network switched on?`;
  }
  if (['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EHOSTDOWN'].includes(code)) {
    return `there is no way to ${host}: are radio and gateway in one network, is its power on?`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `nobody knows the name ${host}: write the radio's IP address`;
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'the radio broke the connection off';
  return error.message;
}

/** Connects to host and port. Nagle is off: a frame is worth sending at once. */
export function tcpTransport(host: string, port: number): OpenTransport {
  return (events) => {
    const socket = connect({ host, port, noDelay: true });
    let why = CLOSED_BY_RADIO;
    socket.setTimeout(CONNECT_MS_MAX, () => {
      why = `no connection to ${host}:${port} within ${CONNECT_MS_MAX / 1000} s: is the radio on?`;
      socket.destroy();
    });
    socket.on('connect', () => {
      socket.setTimeout(0);
      events.opened();
    });
    socket.on('data', (chunk) => events.received(new Uint8Array(chunk)));
    socket.on('error', (error) => {
      why = connectWords(error, host, port);
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
          if (socket.writableLength <= RADIO_WRITE_BYTES_MAX) return;
          why = 'the radio takes no more bytes';
          socket.destroy();
        });
      },
      flushed: () => written,
      close: () => socket.destroy(),
    };
  };
}
