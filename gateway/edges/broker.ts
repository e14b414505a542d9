/*
 * broker.ts: the embedded MQTT 3.1.1 broker (aedes): a place where local programs read.
 * Way: outbox and retained state -> aedes -> subscribers. Nobody but the gateway may publish.
 * Sessions and retained messages live in memory: the gateway fills them again at each start.
 * Source: OASIS MQTT 3.1.1.
 */
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { createPacketGuard } from '../core/mqtt-guard';
import { BROKER_CLIENTS_MAX, BROKER_DRAIN_MS, BROKER_PACKET_BYTES_MAX } from '../limits';
import type { Publisher } from './publisher';

/** A running embedded broker. */
export interface EmbeddedBroker extends Publisher {
  /** mqtt://host:port of the listener. */
  url: string;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new Error(`MQTT port ${port} is in use: choose another with --mqtt-port`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Clients read. A publish or a last will of theirs is refused and closes their connection. */
function readOnly(broker: Aedes): void {
  broker.authorizePublish = (client, _packet, done) => {
    done(client === null ? null : new Error('this broker is read-only'));
  };
}

/** Bounds connections and packet lengths before the broker parses anything. */
function guardInput(server: Server, broker: Aedes): void {
  server.maxConnections = BROKER_CLIENTS_MAX;
  server.on('connection', (socket) => {
    const allows = createPacketGuard(BROKER_PACKET_BYTES_MAX);
    socket.on('error', () => socket.destroy());
    broker.handle(socket);
    // aedes reads by 'readable'; each of its reads is seen here first.
    socket.prependListener('data', (chunk: Buffer) => {
      if (!allows(chunk)) socket.destroy();
    });
  });
}

/**
 * Starts the broker.
 * @param host address to bind; 127.0.0.1 keeps it on this machine.
 * @param port 0 = any free one.
 * Rejects: when the port is in use.
 */
export async function startBroker(host: string, port: number): Promise<EmbeddedBroker> {
  const broker = await Aedes.createBroker({
    maxClientsIdLength: 64,
    connectTimeout: 10_000,
    drainTimeout: BROKER_DRAIN_MS,
  });
  readOnly(broker);
  broker.on('clientError', () => {});
  broker.on('connectionError', () => {});
  const server = createServer();
  guardInput(server, broker);
  const bound = await listen(server, host, port);
  const publishOne = (topic: string, payload: string, retain: boolean) =>
    new Promise<void>((resolve, reject) => {
      broker.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false },
        (error) => (error ? reject(error) : resolve()),
      );
    });
  // One after the other: aedes numbers messages when they come and drops, per subscriber, any whose
  // number is below the last one's. A retained message, stored first, is overtaken by others.
  let last: Promise<void> = Promise.resolve();
  return {
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    isConnected: () => true,
    publish(topic, payload, retain) {
      const published = last.then(() => publishOne(topic, payload, retain));
      last = published.catch(() => {});
      return published;
    },
    listen(filter, hear) {
      broker.subscribe(
        filter,
        ({ topic, payload }, done) => {
          hear({ topic, payload: new Uint8Array(payload as Buffer), scope: 'reader' });
          done();
        },
        () => {},
      );
    },
    close: () =>
      new Promise((resolve) => {
        server.close();
        broker.close(() => resolve());
      }),
  };
}
