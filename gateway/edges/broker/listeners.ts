/*
 * listeners.ts: the ports of the broker, plain and TLS, and what every connection is held to before the broker parses it.
 * Way: socket -> count of connections -> guard of its stream -> broker.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import type { Aedes } from 'aedes';
import { createConnectionCount, createStreamGuard, type GuardFault } from '../../core/mqtt-guard';
import {
  BROKER_CLIENTS_MAX,
  BROKER_CLIENTS_PER_ADDRESS_MAX,
  BROKER_STREAM_LIMITS,
  BROKER_TCP_KEEPALIVE_MS,
} from '../../limits/mqtt';

/** Connections that were ended, by why. */
export type Ended = Record<GuardFault | 'too-many-connections', number>;

/** Opens a port. @returns the port. Rejects: it is in use, or cannot be opened. */
export function listen(server: Server, host: string, port: number, option: string) {
  return new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new Error(`MQTT port ${port} is in use: choose another with ${option}`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Guards connections of all ports together. */
export function createDoor(broker: Aedes, steadyMs: () => number) {
  const ended: Ended = { 'not-mqtt': 0, 'too-long': 0, 'too-fast': 0, 'too-many-connections': 0 };
  const connections = createConnectionCount(BROKER_CLIENTS_MAX, BROKER_CLIENTS_PER_ADDRESS_MAX);
  const admit = (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    socket.on('error', () => socket.destroy());
    if (!connections.enter(address)) {
      ended['too-many-connections'] += 1;
      return socket.destroy();
    }
    socket.once('close', () => connections.leave(address));
    socket.setKeepAlive(true, BROKER_TCP_KEEPALIVE_MS);
    return socket;
  };
  const serve = (socket: Socket) => {
    if (socket.destroyed) return;
    const guard = createStreamGuard(BROKER_STREAM_LIMITS);
    socket.on('error', () => socket.destroy());
    broker.handle(socket);
    // aedes reads by 'readable'; each of its reads is seen here first.
    socket.prependListener('data', (chunk: Buffer) => {
      const fault = guard(chunk, steadyMs());
      if (fault === null) return;
      ended[fault] += 1;
      socket.destroy();
    });
  };
  return {
    ended: (): Ended => ({ ...ended }),
    plain(): Server {
      return createServer((socket) => {
        admit(socket);
        serve(socket);
      });
    },
    secure(server: TlsServer): TlsServer {
      server.prependListener('connection', admit);
      server.on('secureConnection', serve);
      server.on('tlsClientError', () => {});
      return server;
    },
  };
}
